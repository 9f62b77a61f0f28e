"""Ordinary work with psycopg 3. Prints one JSON object: what each step gave.

usage: python psycopg_session.py URL work|refused|masked
"""

import threading
import time
import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import psycopg
from psycopg.types.json import Jsonb
from psycopg_features import FEATURES
from session import arguments, failing, finish, plain, problem, steps


def work(connection):
    values = [
        True, 7, 2**40, 1.5, Decimal("12345.6789"), "Zoë 'quoted' \u732b", b"\x00\x01\xff",
        date(2024, 2, 29), datetime(2024, 2, 29, 1, 2, 3, 456789, tzinfo=timezone.utc),
        timedelta(days=1, seconds=30), uuid.UUID(int=5), Jsonb({"a": [1, None]}),
        [1, 2, 3], ["x", None, "y z"], None,
    ]
    holes = ", ".join(["%s"] * len(values))
    steps["types, text"] = plain(connection.execute(f"SELECT {holes}", values).fetchone())
    with connection.cursor(binary=True) as cursor:
        holes = ", ".join(["%b"] * 5)
        steps["types, binary"] = plain(cursor.execute(f"SELECT {holes}", values[:5]).fetchone())
        row = cursor.execute("SELECT id, name, price, tags, doc, at, raw FROM items WHERE id = 7").fetchone()
        steps["row, binary"] = plain(row)
    steps["prepared"] = [
        plain(connection.execute("SELECT name FROM items WHERE id = %s", [i], prepare=True).fetchone())
        for i in range(1, 12)
    ]
    with connection.transaction():
        connection.execute("UPDATE items SET name = 'changed' WHERE id = 1")
        try:
            with connection.transaction():
                connection.execute("DELETE FROM items WHERE id = 1")
                raise psycopg.Rollback()
        except psycopg.Rollback:
            pass
    steps["transaction"] = plain(connection.execute("SELECT name FROM items WHERE id = 1").fetchone())
    steps["unique"] = failing(connection.execute, "INSERT INTO items (id, name) VALUES (1, 'x')")
    steps["syntax"] = failing(connection.execute, "SELECT * FORM items")
    steps["missing"] = failing(connection.execute, "SELECT nothing FROM items WHERE id = %s", [1])
    connection.autocommit = False
    failing(connection.execute, "SELECT 1/0")
    steps["failed transaction"] = failing(connection.execute, "SELECT 1")
    connection.rollback()
    connection.autocommit = True
    with connection.cursor() as cursor:
        with cursor.copy("COPY items (id, name, tags) FROM STDIN") as copy:
            for i in range(2001, 2101):
                copy.write_row((i, f"copied\t{i}", ["t", None]))
        steps["copied in"] = cursor.rowcount
        with cursor.copy("COPY (SELECT id, name, tags FROM items WHERE id > 2095 ORDER BY id) TO STDOUT") as copy:
            steps["copied out"] = b"".join(bytes(data) for data in copy).decode()
        try:
            with cursor.copy("COPY items (id, name) FROM STDIN") as copy:
                copy.write("not a number\tx\n")
        except psycopg.Error as error:
            steps["copy that fails"] = problem(error)
    with connection.transaction():
        with connection.cursor(name="walk") as cursor:
            cursor.itersize = 100
            cursor.execute("SELECT id FROM items WHERE id <= 1000 ORDER BY id")
            steps["cursor"] = sum(row[0] for row in cursor)
    with connection.pipeline():
        cursors = [connection.execute("SELECT %s::int * 2", [i]) for i in range(5)]
    steps["pipeline"] = [cursor.fetchone()[0] for cursor in cursors]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO items (id, name) VALUES (%s, %s)", [(3000 + i, "many") for i in range(10)])
        steps["many"] = cursor.rowcount
    threading.Timer(0.5, connection.cancel).start()
    before = time.monotonic()
    steps["cancelled"] = failing(connection.execute, "SELECT pg_sleep(20)")
    steps["cancelled soon"] = time.monotonic() - before < 5
    notices = []
    connection.add_notice_handler(lambda diag: notices.append(diag.message_primary))
    connection.execute("DO $$ BEGIN RAISE NOTICE 'a notice'; END $$")
    steps["notices"] = notices
    for part in FEATURES:
        part(connection)
    steps["and on"] = plain(connection.execute("SELECT count(*) FROM items").fetchone())


def refused(connection):
    steps["refused"] = failing(connection.execute, "DROP TABLE items")
    steps["goes on"] = plain(connection.execute("SELECT count(*) FROM items").fetchone())
    connection.autocommit = False
    connection.execute("UPDATE items SET name = 'gone' WHERE id = 2")
    steps["in a transaction"] = failing(connection.execute, "DROP TABLE items")
    steps["which is failed"] = failing(connection.execute, "SELECT 1")
    connection.rollback()
    steps["rolled back"] = plain(connection.execute("SELECT name FROM items WHERE id = 2").fetchone())
    connection.rollback()
    connection.autocommit = True
    pipelined = []
    try:
        with connection.pipeline():
            first = connection.execute("SELECT 1")
            connection.execute("DROP TABLE items")
            connection.execute("SELECT 3")
            first.fetchone()
    except psycopg.Error as error:
        pipelined.append(error.sqlstate)
    steps["pipelined"] = pipelined
    steps["goes on after"] = plain(connection.execute("SELECT 4").fetchone())


def masked(connection):
    steps["text"] = plain(connection.execute("SELECT email FROM people WHERE id = 3").fetchone())
    with connection.cursor(binary=True) as cursor:
        steps["binary"] = plain(cursor.execute("SELECT email FROM people WHERE id = %s", [3]).fetchone())
    with connection.cursor() as cursor:
        with cursor.copy("COPY (SELECT email FROM people WHERE id = 3) TO STDOUT") as copy:
            steps["copy"] = b"".join(bytes(data) for data in copy).decode()
        with cursor.copy("COPY people (email) TO STDOUT (FORMAT binary)") as copy:
            steps["copy, binary"] = b"".join(bytes(data) for data in copy).decode("latin-1")
    with connection.transaction(), connection.cursor(name="walk", binary=True) as cursor:
        cursor.itersize = 2
        cursor.execute("SELECT email FROM people WHERE id < %s ORDER BY id", [6])
        steps["cursor"] = plain([row[0] for row in cursor])
    with connection.pipeline():
        cursors = [connection.execute("SELECT email FROM people WHERE id = %s", [i]) for i in range(2, 5)]
    steps["pipeline"] = [cursor.fetchone()[0] for cursor in cursors]
    steps["prepared"] = [
        connection.execute("SELECT email FROM people WHERE id = %s", [i], prepare=True).fetchone()[0]
        for i in range(1, 9)
    ]


url, chosen = arguments()
with psycopg.connect(url, autocommit=True) as opened:
    {"work": work, "refused": refused, "masked": masked}[chosen](opened)
finish()
