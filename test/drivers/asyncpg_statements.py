"""asyncpg: values, prepared statements, transactions, errors and cursors."""

import asyncio
import datetime
import decimal
import ipaddress
import json
import uuid

import asyncpg
from session import async_failing as failing, plain, steps

UTC = datetime.timezone.utc

VALUES = [
    ("boolean", True),
    ("int2", 7),
    ("int8", 2**40),
    ("float4", 0.5),
    ("float8", float("-inf")),
    ("numeric", decimal.Decimal("12345678901234567890.000123")),
    ("numeric", decimal.Decimal("NaN")),
    ("text", "Zoë 'quoted' 猫"),
    ("bytea", b"\x00\x01\xff"),
    ("date", datetime.date(2024, 2, 29)),
    ("time", datetime.time(1, 2, 3, 456789)),
    ("timestamp", datetime.datetime(2024, 2, 29, 1, 2, 3, 456789)),
    ("timestamptz", datetime.datetime(2024, 2, 29, 1, 2, 3, 456789, tzinfo=UTC)),
    ("interval", datetime.timedelta(days=1, seconds=30)),
    ("uuid", uuid.UUID(int=5)),
    ("json", '{"a": 1}'),
    ("jsonb", '{"a": [1, null]}'),
    ("inet", ipaddress.ip_interface("10.0.0.1/8")),
    ("cidr", ipaddress.ip_network("2001:db8::/32")),
    ("macaddr", "08:00:2b:01:02:03"),
    ("bit(5)", asyncpg.BitString("10110")),
    ("point", asyncpg.Point(1.5, -2)),
    ("box", asyncpg.Box(asyncpg.Point(3, 4), asyncpg.Point(1, 2))),
    ("int4range", asyncpg.Range(1, 5)),
    ("tstzrange", asyncpg.Range(None, datetime.datetime(2024, 1, 1, tzinfo=UTC), upper_inc=True)),
    ("int4multirange", [asyncpg.Range(1, 3), asyncpg.Range(7, 9)]),
    ("int4[]", [1, None, 3]),
    ("int4[]", [[1, 2], [3, 4]]),
    ("text[]", ["x", None, "y z", '"'] * 20),
    ("numeric[]", [decimal.Decimal("1.50"), None]),
    ("timestamptz[]", [datetime.datetime(2024, 1, 1, tzinfo=UTC)]),
    ("text", None),
]


async def types(connection, url):
    holes = ", ".join(f"${i + 1}::{name} AS v{i}" for i, (name, _) in enumerate(VALUES))
    row = await connection.fetchrow(f"SELECT {holes}", *[value for _, value in VALUES])
    steps["types"] = plain([tuple(row), [type(value).__name__ for value in row]])
    steps["row"] = plain(tuple(await connection.fetchrow("SELECT * FROM items WHERE id = $1", 7)))

    # types of our own are looked up with one large query to the catalogue
    await connection.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
    await connection.execute("CREATE TYPE place AS (town text, at point, moods mood[])")
    await connection.execute("CREATE DOMAIN positive AS integer CHECK (VALUE > 0)")
    await connection.execute("CREATE TABLE visits (id positive PRIMARY KEY, mood mood, place place, places place[])")
    here = ("Ghent", asyncpg.Point(51, 3), ["happy", None])
    insert = "INSERT INTO visits VALUES ($1, $2, $3, $4) RETURNING *"
    inserted = await connection.fetchrow(insert, 1, "happy", here, [here, None])
    steps["types of our own"] = plain(tuple(inserted))
    steps["not of the domain"] = await failing(connection.fetch(insert, -1, None, None, None))
    steps["not of the enum"] = await failing(connection.fetch(insert, 2, "angry", None, None))
    steps["a field"] = await connection.fetchval("SELECT (place).town FROM visits")
    await connection.execute("ALTER TYPE mood ADD VALUE 'angry'")
    steps["a new value"] = await connection.fetchval("SELECT $1::mood", "angry")
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    await connection.set_builtin_type_codec("positive", schema="public", codec_name="int")
    steps["jsonb by a codec"] = await connection.fetchval("SELECT $1::jsonb || doc FROM items WHERE id = 4", {"m": [1]})
    await connection.reset_type_codec("jsonb", schema="pg_catalog")
    await connection.reload_schema_state()
    steps["looked up again"] = plain(tuple(await connection.fetchrow("SELECT place, places FROM visits")))


async def prepared(connection, url):
    steps["cached"] = [
        await connection.fetchval("SELECT name FROM items WHERE id = $1", number) for number in range(1, 12)
    ]
    statement = await connection.prepare("SELECT id, price, tags FROM items WHERE id BETWEEN $1 AND $2 ORDER BY id")
    steps["parameters"] = [one.name for one in statement.get_parameters()]
    steps["columns"] = [[one.name, one.type.name] for one in statement.get_attributes()]
    steps["prepared"] = [len(await statement.fetch(1, last)) for last in range(1, 10)]
    steps["explained"] = (await statement.explain(2, 3))[0]["Plan"]["Node Type"] != ""
    steps["none"] = await connection.fetchrow("SELECT 1 WHERE false")
    steps["status"] = await connection.execute("UPDATE items SET price = price + 1 WHERE id < $1", 4)

    await connection.executemany(
        "INSERT INTO items (id, name, at) VALUES ($1, $2, $3)",
        [(3000 + i, "many", datetime.datetime(2024, 1, 1, tzinfo=UTC)) for i in range(500)],
    )
    steps["many"] = await connection.fetchval("SELECT count(*) FROM items WHERE id >= 3000")
    steps["many, one bad"] = await failing(
        connection.executemany("INSERT INTO items (id, name) VALUES ($1, $2)", [(4000, "x"), (1, "y"), (4001, "z")])
    )
    steps["none of them"] = await connection.fetchval("SELECT count(*) FROM items WHERE id >= 4000")
    many = await connection.fetchmany(
        "INSERT INTO items (id, name) VALUES ($1, $2) RETURNING id, name", [(4100 + i, "r") for i in range(5)]
    )
    steps["many with rows"] = plain([tuple(row) for row in many])

    star = "SELECT * FROM shapes WHERE id = $1"
    await connection.execute("CREATE TABLE shapes (id int, kind text); INSERT INTO shapes VALUES (1, 'x')")
    seen = [tuple(await connection.fetchrow(star, 1)) for _ in range(7)]
    await connection.execute("ALTER TABLE shapes ADD size int DEFAULT 3")
    seen += [tuple(await connection.fetchrow(star, 1)) for _ in range(2)]
    other = await asyncpg.connect(url)
    await other.execute("ALTER TABLE shapes ALTER kind TYPE varchar(9), DROP size")
    seen += [tuple(await connection.fetchrow(star, 1)) for _ in range(2)]
    steps["after ALTER TABLE"] = plain(seen)
    await other.execute("ALTER TABLE shapes ADD size bigint")
    async with connection.transaction():
        steps["in a transaction"] = await failing(connection.fetchrow(star, 1))
    steps["and then"] = plain(tuple(await connection.fetchrow(star, 1)))
    await other.close()
    uncached = await asyncpg.connect(url, statement_cache_size=0)
    steps["without a cache"] = [await uncached.fetchval("SELECT $1::int * 2", i) for i in range(7)]
    await uncached.close()


async def transactions(connection, url):
    async with connection.transaction():
        await connection.execute("UPDATE items SET name = 'changed' WHERE id = 1")
        nested = connection.transaction()
        await nested.start()
        await connection.execute("DELETE FROM items WHERE id = 1")
        await nested.rollback()
        async with connection.transaction():
            await connection.execute("UPDATE items SET price = 0 WHERE id = 1")
    steps["transaction"] = plain(tuple(await connection.fetchrow("SELECT name, price FROM items WHERE id = 1")))
    for isolation in ["read_committed", "read_uncommitted", "repeatable_read", "serializable"]:
        async with connection.transaction(isolation=isolation):
            steps[isolation] = await connection.fetchval("SHOW transaction_isolation")
    async with connection.transaction(isolation="serializable", readonly=True, deferrable=True):
        steps["read only"] = await failing(connection.execute("DELETE FROM items"))
    async with connection.transaction(isolation="serializable"):
        await connection.fetchval("SELECT sum(price) FROM items")
        other = await asyncpg.connect(url)
        async with other.transaction(isolation="serializable"):
            await other.fetchval("SELECT sum(price) FROM items")
            await other.execute("UPDATE items SET price = 1 WHERE id = 10")
        await other.close()
        steps["serialization"] = await failing(connection.execute("UPDATE items SET price = 1 WHERE id = 11"))
    async with connection.transaction():
        await connection.execute("CREATE TEMP TABLE scratch (id int) ON COMMIT DROP")
        await connection.execute("INSERT INTO scratch SELECT id FROM items WHERE id < $1", 5)
        steps["temporary"] = await connection.fetchval("SELECT count(*) FROM scratch")
    steps["temporary, dropped"] = await failing(connection.fetchval("SELECT count(*) FROM scratch"))


async def errors(connection, url):
    steps["unique"] = await failing(connection.execute("INSERT INTO items (id, name) VALUES ($1, 'x')", 1))
    steps["not null"] = await failing(connection.execute("INSERT INTO items (id) VALUES (9001)"))
    steps["syntax"] = await failing(connection.fetch("SELECT * FORM items"))
    steps["syntax, simple"] = await failing(connection.execute("SELECT * FORM items"))
    steps["missing"] = await failing(connection.fetch("SELECT nothing FROM items WHERE id = $1", 1))
    steps["missing table"] = await failing(connection.fetch("SELECT * FROM nowhere"))
    steps["undefined type"] = await failing(connection.fetch("SELECT $1::nothing", 1))
    steps["zero"] = await failing(connection.fetchval("SELECT 1 / $1::int", 0))
    steps["too many arguments"] = await failing(connection.fetch("SELECT $1::int", 1, 2))
    steps["while the rows come"] = await failing(connection.fetch("SELECT 10 / (900 - id) FROM items ORDER BY id"))
    notices = []
    connection.add_log_listener(lambda _, message: notices.append([message.severity, message.message, message.detail]))
    await connection.execute("DO $$ BEGIN RAISE NOTICE 'a notice'; RAISE WARNING 'w' USING DETAIL = 'more'; END $$")
    await asyncio.sleep(0)
    steps["notices"] = notices


async def walking(connection, url):
    async with connection.transaction():
        walk = connection.cursor("SELECT id FROM items WHERE id <= $1 ORDER BY id", 1000, prefetch=100)
        steps["cursor"] = sum([row["id"] async for row in walk])
        cursor = await connection.cursor("SELECT id FROM items ORDER BY id")
        steps["fetched"] = plain([tuple(row) for row in await cursor.fetch(3)])
        steps["skipped"] = await cursor.forward(10)
        steps["next"] = (await cursor.fetchrow())["id"]
        statement = await connection.prepare("SELECT id FROM items WHERE id > $1 ORDER BY id")
        steps["of a statement"] = sum([row["id"] async for row in statement.cursor(990, prefetch=3)])
        # ended before its last row
        async for row in connection.cursor("SELECT id FROM items ORDER BY id", prefetch=5):
            if row["id"] == 7:
                break
        steps["after a break"] = await connection.fetchval("SELECT 5")
