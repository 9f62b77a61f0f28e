"""Ordinary work with asyncpg, which speaks the extended protocol, in binary formats only.

usage: python asyncpg_session.py URL work|refused|masked
"""

import asyncio
import io

import asyncpg
from asyncpg_copy import copies
from asyncpg_sessions import cancelling, listening, pooled, two_phase
from asyncpg_statements import errors, prepared, transactions, types, walking
from session import arguments, finish, plain, steps, async_failing as failing

WORK = [types, prepared, transactions, errors, walking, copies, listening, cancelling, two_phase, pooled]


async def work(connection, url):
    for part in WORK:
        await part(connection, url)
    steps["and on"] = plain(await connection.fetchval("SELECT count(*) FROM items"))


async def refused(connection, url):
    steps["refused"] = await failing(connection.execute("DROP TABLE items"))
    steps["goes on"] = await connection.fetchval("SELECT count(*) FROM items")
    steps["extended"] = await failing(connection.fetch("DROP TABLE items"))
    steps["prepared"] = await failing(connection.prepare("DROP TABLE items"))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("UPDATE items SET name = 'gone' WHERE id = $1", 2)
    steps["in a transaction"] = await failing(connection.execute("DROP TABLE items"))
    steps["which is failed"] = await failing(connection.fetch("SELECT 1"))
    await transaction.rollback()
    steps["rolled back"] = await connection.fetchval("SELECT name FROM items WHERE id = $1", 2)
    async with connection.transaction():
        await connection.execute("UPDATE items SET name = 'kept' WHERE id = 3")
        savepoint = connection.transaction()
        await savepoint.start()
        steps["after a savepoint"] = await failing(connection.fetch("DROP TABLE items"))
        await savepoint.rollback()
    steps["kept"] = await connection.fetchval("SELECT name FROM items WHERE id = 3")
    steps["among several"] = await failing(connection.execute("SELECT 1; DROP TABLE items; SELECT 3"))
    steps["goes on after"] = await connection.fetchval("SELECT 4")


async def masked(connection, url):
    steps["prepared"] = await connection.fetchval("SELECT email FROM people WHERE id = $1", 3)
    rows = await connection.fetch("SELECT p, p.email, ARRAY[p.email] FROM people AS p WHERE id = 3")
    steps["in a row"] = plain([tuple(row) for row in rows])
    out = io.BytesIO()
    await connection.copy_from_query("SELECT email FROM people WHERE id = 3", output=out)
    steps["copy"] = out.getvalue().decode()
    out = io.BytesIO()
    await connection.copy_from_table("people", columns=["email"], output=out, format="binary")
    steps["copy, binary"] = out.getvalue().decode("latin-1")
    async with connection.transaction():
        cursor = connection.cursor("SELECT email FROM people WHERE id < 6 ORDER BY id", prefetch=2)
        steps["cursor"] = [row["email"] async for row in cursor]


async def main():
    url, part = arguments()
    connection = await asyncpg.connect(url)
    try:
        await {"work": work, "refused": refused, "masked": masked}[part](connection, url)
    finally:
        await connection.close()
    finish()


asyncio.run(main())
