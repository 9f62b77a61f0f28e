"""psycopg: pipelines with errors, COPY binary, two-phase commit, notifications, cancelling, prepared statements."""

import contextlib
import datetime
import threading
import time
from decimal import Decimal

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.composite import CompositeInfo, register_composite
from psycopg.types.enum import EnumInfo, register_enum
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range
from session import failing, plain, problem, steps


NEW_YEAR = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)


def again(connection):
    """Another session as the same user."""
    info = connection.info
    return psycopg.connect(
        host=info.host, port=info.port, user=info.user, password=info.password, dbname=info.dbname, autocommit=True
    )


def one(connection, statement, parameters=None, **options):
    return plain(connection.execute(statement, parameters, **options).fetchone())


def pipelines(connection):
    # of libpq itself: psycopg tells of an error as soon as it is there, which may be sooner or later
    libpq = connection.pgconn
    libpq.enter_pipeline_mode()
    for statement in [b"SELECT 1", b"SELECT 1/0", b"INSERT INTO items (id, name) VALUES (7001, 'skipped')"]:
        libpq.send_query_params(statement, None)
    libpq.pipeline_sync()
    libpq.send_prepare(b"two", b"SELECT $1::int * 2")
    libpq.send_describe_prepared(b"two")
    libpq.send_flush_request()
    libpq.send_query_prepared(b"two", [b"21"])
    libpq.send_query_prepared(b"three", [])
    libpq.pipeline_sync()
    libpq.send_query_params(b"SELECT 'after'", None)
    libpq.pipeline_sync()
    libpq.flush()
    seen = []
    while seen.count("PIPELINE_SYNC") < 3:
        result = libpq.get_result()
        if result is None:
            continue
        seen.append(psycopg.pq.ExecStatus(result.status).name)
        if result.status == psycopg.pq.ExecStatus.TUPLES_OK:
            seen.append(result.get_value(0, 0).decode())
        elif result.status == psycopg.pq.ExecStatus.FATAL_ERROR:
            seen.append(result.error_field(psycopg.pq.DiagnosticField.SQLSTATE).decode())
    libpq.exit_pipeline_mode()
    steps["pipeline, errors within"] = seen
    steps["skipped"] = one(connection, "SELECT count(*) FROM items WHERE id = 7001")
    with connection.pipeline(), connection.transaction():
        connection.execute("INSERT INTO items (id, name) VALUES (7002, 'in a pipeline')")
        with connection.transaction():
            last = connection.execute("SELECT name FROM items WHERE id = 7002")
    steps["pipeline, a transaction"] = plain(last.fetchone())
    undone = []
    try:
        with connection.pipeline(), connection.transaction():
            connection.execute("INSERT INTO items (id, name) VALUES (7003, 'undone')")
            connection.execute("INSERT INTO items (id, name) VALUES (7003, 'again')")
            connection.execute("INSERT INTO items (id, name) VALUES (7004, 'never')")
    except psycopg.Error as error:
        undone.append(problem(error))
    steps["pipeline, undone"] = [undone, one(connection, "SELECT count(*) FROM items WHERE id IN (7003, 7004)")]
    with connection.pipeline():
        cursors = [connection.execute("SELECT name FROM items WHERE id = %s", [i], prepare=True) for i in range(300)]
    steps["pipeline, long"] = plain([cursors[0].fetchone(), cursors[299].fetchone()])


def many(connection):
    with connection.cursor() as cursor:
        rows = [(7100 + i, f"many {i}") for i in range(50)]
        cursor.executemany("INSERT INTO items (id, name) VALUES (%s, %s) RETURNING id, name", rows, returning=True)
        seen = [cursor.fetchone()]
        while cursor.nextset():
            seen.append(cursor.fetchone())
        steps["many, returning"] = plain([len(seen), seen[-1]])
        rows = [(7200, "x"), (1, "y"), (7201, "z")]
        steps["many, one bad"] = failing(cursor.executemany, "INSERT INTO items (id, name) VALUES (%s, %s)", rows)
    steps["none of them"] = one(connection, "SELECT count(*) FROM items WHERE id IN (7200, 7201)")
    cursor = psycopg.ClientCursor(connection)
    steps["client cursor"] = plain(cursor.execute("SELECT %s, %s", ["it's", 5]).fetchone())
    cursor.execute("SELECT 1; SELECT 2; SELECT 3 WHERE false")
    seen = [plain(cursor.fetchall())]
    while cursor.nextset():
        seen.append(plain(cursor.fetchall()))
    steps["several"] = seen
    raw = psycopg.RawCursor(connection)
    steps["raw cursor"] = plain(raw.execute("SELECT $1::int, $1 + $2", [1, 2]).fetchone())
    with connection.cursor(row_factory=dict_row) as cursor:
        steps["streamed"] = plain(list(cursor.stream("SELECT id, name FROM items WHERE id <= %s ORDER BY id", [3])))
        chunks = list(cursor.stream("SELECT id FROM items WHERE id <= 100 ORDER BY id", size=30))
        steps["streamed, chunks"] = [len(chunks), chunks[-1]["id"]]
        steps["described"] = [
            [column.name, column.type_code, column.internal_size, column.precision, column.scale]
            for column in cursor.execute("SELECT id, name, price, at FROM items WHERE id = 1").description
        ]


def prepared(connection):
    star = "SELECT * FROM shapes WHERE id = %s"
    connection.execute("CREATE TABLE shapes (id int, kind text)")
    connection.execute("INSERT INTO shapes VALUES (1, 'x')")
    connection.prepare_threshold = 3
    seen = [one(connection, star, [1]) for _ in range(7)]
    connection.execute("ALTER TABLE shapes ADD size int DEFAULT 3")
    steps["after ALTER TABLE"] = [seen, failing(connection.execute, star, [1]), failing(connection.execute, star, [1])]
    connection.execute("DEALLOCATE ALL")
    steps["deallocated"] = [one(connection, star, [1]) for _ in range(5)]
    with again(connection) as other:
        other.execute("ALTER TABLE shapes ALTER kind TYPE varchar(9)")
        steps["altered by another"] = failing(connection.execute, star, [1])
        connection.execute("DISCARD ALL")
        other.execute("ALTER TABLE shapes DROP size")
    steps["discarded"] = [one(connection, star, [1]) for _ in range(5)]
    listed = "SELECT statement, from_sql, parameter_types::text FROM pg_prepared_statements ORDER BY prepare_time"
    steps["listed"] = plain(connection.execute(listed, prepare=False).fetchall())
    connection.prepared_max = 2
    for i in range(6):
        for _ in range(5):
            connection.execute(f"SELECT {i}, %s::int", [i])
    steps["at most two"] = one(connection, "SELECT count(*) FROM pg_prepared_statements", prepare=False)
    connection.prepared_max = 100
    connection.prepare_threshold = 5


def types(connection):
    connection.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
    connection.execute("CREATE TYPE place AS (town text, moods mood[], at timestamptz)")
    register_enum(EnumInfo.fetch(connection, "mood"), connection)
    register_composite(CompositeInfo.fetch(connection, "place"), connection)
    for binary in [False, True]:
        with connection.cursor(binary=binary) as cursor:
            cursor.execute("SELECT ROW('Ghent', '{happy,sad}', '2024-01-01')::place, ARRAY['sad']::mood[], 'happy'::mood")
            steps[f"own types, binary {binary}"] = plain(cursor.fetchone())
            hole = "%b" if binary else "%t"
            values = [Range(1, 5), Multirange([Range(1, 3), Range(7, 9)]), [[1, 2], [3, 4]], b"\0\xff" * 5000]
            cursor.execute("SELECT " + ", ".join([hole] * 4), values)
            steps[f"ranges, binary {binary}"] = plain(cursor.fetchone())[:3]
            cursor.execute("SELECT p, 'nan'::float8, '10.0.0.1'::inet, interval '1 mon -2 days', 'x'::xml FROM people p WHERE id = 1")
            steps[f"row, binary {binary}"] = plain(cursor.fetchone())


def copies(connection):
    columns = ["int4", "text", "numeric", "timestamptz"]
    with connection.cursor() as cursor:
        with cursor.copy("COPY items (id, name, price, at) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(columns)
            for i in range(500):
                copy.write_row((7500 + i, f"binary {i}", Decimal(i), NEW_YEAR))
        steps["binary in"] = cursor.rowcount
        with cursor.copy("COPY (SELECT id, name, price, at FROM items WHERE id > %s ORDER BY id) TO STDOUT (FORMAT binary)", [7900]) as copy:
            copy.set_types(columns)
            rows = list(copy.rows())
        steps["binary out"] = plain([len(rows), rows[0], rows[-1]])
        with cursor.copy("COPY items TO STDOUT (FORMAT csv, HEADER)") as copy:
            steps["csv out"] = sum(len(data) for data in copy)
        with again(connection) as other, cursor.copy("COPY (SELECT * FROM items ORDER BY id) TO STDOUT") as source:
            other.execute("CREATE TEMP TABLE taken (LIKE items)")
            with other.cursor().copy("COPY taken FROM STDIN") as target:
                for data in source:
                    target.write(data)
            steps["from one to another"] = one(other, "SELECT count(*), sum(price) FROM taken")

        def give_up():
            with cursor.copy("COPY items (id, name) FROM STDIN") as copy:
                copy.write_row((7999, "x"))
                raise ValueError("no more")

        def leave():
            with cursor.copy("COPY (SELECT generate_series(1, 1000000)) TO STDOUT") as copy:
                copy.read()
                raise ValueError("enough")

        def read():
            with cursor.copy("COPY (SELECT 10 / (900 - id) FROM items ORDER BY id) TO STDOUT") as copy:
                list(copy)

        steps["given up"] = failing(give_up)
        steps["left"] = failing(leave)
        steps["fails while it copies"] = failing(read)


def cursors(connection):
    with connection.transaction():
        with connection.cursor(name="scrolled", scrollable=True) as cursor:
            cursor.execute("SELECT id, name FROM items WHERE id <= %s ORDER BY id", [50])
            seen = [cursor.fetchone()]
            cursor.scroll(10)
            seen += cursor.fetchmany(2)
            cursor.scroll(5, mode="absolute")
            steps["scrolled"] = plain([*seen, cursor.fetchone(), len(cursor.fetchall())])
    with connection.cursor(name="held", withhold=True) as cursor:
        cursor.execute("SELECT id FROM items WHERE id <= 20 ORDER BY id")
        steps["held"] = plain([cursor.fetchmany(7)[-1], [d.name for d in cursor.description]])


def two_phase(connection):
    # one that is prepared outlives its session
    with contextlib.closing(again(connection)) as other:
        other.autocommit = False
        for format_id, name in [(1, "kept"), (2, "undone")]:
            other.tpc_begin(other.xid(format_id, name, "branch"))
            other.execute("INSERT INTO items (id, name) VALUES (%s, %s)", [6990 + format_id, name])
            other.tpc_prepare()
            if name == "kept":
                other.tpc_commit()
            else:
                other.tpc_rollback()
        other.tpc_begin("recovered")
        other.execute("UPDATE items SET name = 'recovered' WHERE id = 5")
        other.tpc_prepare()
    steps["to recover"] = [str(xid.gtrid) for xid in connection.tpc_recover()]
    connection.tpc_commit("recovered")
    steps["two-phase"] = plain(connection.execute("SELECT name FROM items WHERE id IN (5, 6991, 6992) ORDER BY 1").fetchall())
    steps["no such"] = failing(connection.tpc_rollback, "none")


def notifications(connection):
    connection.execute("LISTEN news")
    with again(connection) as other:
        other.execute("NOTIFY news, 'one'")
        other.execute("SELECT pg_notify('news', %s)", ["two"])
        steps["heard"] = [[n.channel, n.payload] for n in connection.notifies(timeout=10, stop_after=2)]
        timer = threading.Timer(0.3, other.execute, ["NOTIFY news, 'later'"])
        timer.start()
        steps["heard later"] = [n.payload for n in connection.notifies(timeout=10, stop_after=1)]
        timer.join()
    connection.execute("UNLISTEN *")


def cancelling(connection):
    for name, cancel in [("cancel", connection.cancel), ("cancel_safe", connection.cancel_safe)]:
        before = time.monotonic()
        timer = threading.Timer(0.4, cancel)
        timer.start()
        steps[name] = failing(connection.execute, "SELECT pg_sleep(%s)", [20])
        timer.join()
        steps[f"{name}, soon"] = time.monotonic() - before < 5
    connection.execute("SET statement_timeout = '200ms'")
    steps["statement timeout"] = failing(connection.execute, "SELECT pg_sleep(20)")
    connection.execute("RESET statement_timeout")


def others(connection):
    levels = []
    with again(connection) as other:
        other.autocommit = False
        for level in psycopg.IsolationLevel:
            other.isolation_level = level
            levels.append(one(other, "SHOW transaction_isolation"))
            other.rollback()
        other.read_only = True
        steps["read only"] = failing(other.execute, "DELETE FROM items")
        other.rollback()
    steps["isolation"] = levels
    diag = []
    connection.add_notice_handler(lambda notice: diag.append([notice.severity, notice.message_primary, notice.message_hint]))
    connection.execute("DO $$ BEGIN RAISE WARNING 'careful' USING HINT = 'look'; END $$")
    steps["notice fields"] = diag
    composed = sql.SQL("SELECT {} FROM {} WHERE id = {}").format(sql.Identifier("name"), sql.Identifier("public", "items"), 7)
    steps["composed"] = one(connection, composed)
    with connection.transaction():
        made = one(connection, "SELECT lo_create(0)")[0]
        connection.execute("SELECT lo_put(%s, 0, %b)", [made, b"a large object \0" * 1000])
        steps["large object"] = one(connection, "SELECT lo_get(%s, 100, 20)", [made])
        connection.execute("SELECT lo_unlink(%s)", [made])


FEATURES = [pipelines, many, types, copies, cursors, two_phase, notifications, cancelling, others, prepared]
