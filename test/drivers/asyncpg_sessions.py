"""asyncpg: what concerns several sessions. Notifications, cancelling, two-phase commit, a pool."""

import asyncio
import time

import asyncpg
from session import async_failing as failing, plain, steps


async def listening(connection, url):
    heard = []
    got_all = asyncio.Event()

    def on(_, pid, channel, payload):
        heard.append([channel, payload])
        if payload == "last":
            got_all.set()

    await connection.add_listener("news", on)
    await connection.execute("NOTIFY news, 'by myself'")
    other = await asyncpg.connect(url)
    await other.execute("SELECT pg_notify($1, $2)", "news", "from another")
    async with other.transaction():
        await other.execute("NOTIFY news, 'last'")
    # without a statement of its own the listener is told
    await asyncio.wait_for(got_all.wait(), 10)
    await connection.remove_listener("news", on)
    await other.execute("NOTIFY news, 'unheard'")
    await connection.fetchval("SELECT 1")
    await other.close()
    steps["heard"] = heard


async def timed(awaitable):
    before = time.monotonic()
    try:
        await awaitable
        seen = "no error"
    except (asyncio.TimeoutError, asyncio.CancelledError) as error:
        seen = type(error).__name__
    except asyncpg.PostgresError as error:
        seen = [error.sqlstate, str(error)]
    return [seen, time.monotonic() - before < 5]


async def cancelling(connection, url):
    steps["timed out"] = await timed(connection.fetch("SELECT pg_sleep(20)", timeout=0.3))
    steps["after the timeout"] = await connection.fetchval("SELECT 1")
    task = asyncio.ensure_future(connection.fetch("SELECT pg_sleep(20)"))
    await asyncio.sleep(0.3)
    task.cancel()
    steps["cancelled"] = await timed(task)
    steps["after cancelling"] = await connection.fetchval("SELECT 2")
    await connection.execute("SET statement_timeout = '200ms'")
    steps["statement timeout"] = await timed(connection.fetch("SELECT pg_sleep(20)"))
    await connection.execute("RESET statement_timeout")
    other = await asyncpg.connect(url, server_settings={"application_name": "sleeper", "work_mem": "5MB"})
    steps["settings"] = [
        await other.fetchval("SELECT current_setting('application_name')"),
        await other.fetchval("SHOW work_mem"),
        other.get_settings().server_encoding,
    ]
    pid = await other.fetchval("SELECT pg_backend_pid()")
    steps["own pid"] = pid == other.get_server_pid()
    task = asyncio.ensure_future(other.fetch("SELECT pg_sleep(20)"))
    await asyncio.sleep(0.3)
    steps["asked to cancel"] = await connection.fetchval("SELECT pg_cancel_backend($1)", pid)
    steps["cancelled by another"] = await timed(task)
    task = asyncio.ensure_future(other.fetch("SELECT pg_sleep(20)"))
    await asyncio.sleep(0.3)
    steps["asked to end"] = await connection.fetchval("SELECT pg_terminate_backend($1)", pid)
    steps["ended by another"] = await timed(task)
    steps["is closed"] = other.is_closed()
    # a lock that is not had in time, while another session has it
    other = await asyncpg.connect(url)
    async with other.transaction():
        await other.execute("LOCK TABLE people")
        await connection.execute("SET lock_timeout = '200ms'")
        steps["lock timeout"] = await failing(connection.fetch("SELECT * FROM people"))
    await connection.execute("RESET lock_timeout")
    await other.close()


async def two_phase(connection, url):
    prepared = "SELECT gid FROM pg_prepared_xacts ORDER BY gid"
    for name in ["kept", "undone"]:
        await connection.execute("BEGIN")
        await connection.execute("INSERT INTO items (id, name) VALUES ($1, $2)", 8000 + len(name), name)
        await connection.execute(f"PREPARE TRANSACTION '{name}'")
    steps["prepared transactions"] = plain([tuple(row) for row in await connection.fetch(prepared)])
    other = await asyncpg.connect(url)
    await other.execute("COMMIT PREPARED 'kept'")
    await connection.execute("ROLLBACK PREPARED 'undone'")
    steps["no such"] = await failing(connection.execute("COMMIT PREPARED 'none'"))
    steps["two-phase"] = plain([tuple(row) for row in await other.fetch("SELECT name FROM items WHERE id > 8000")])
    steps["none left"] = len(await connection.fetch(prepared))
    await other.close()


async def pooled(connection, url):
    async with asyncpg.create_pool(url, min_size=2, max_size=3) as pool:
        async def one(number):
            async with pool.acquire() as had:
                await had.execute("SET work_mem = '7MB'")
                return await had.fetchval("SELECT $1::int + 1", number)

        steps["pool"] = await asyncio.gather(*[one(number) for number in range(20)])
        steps["reset"] = await pool.fetchval("SHOW work_mem")
        steps["busy"] = await asyncio.gather(
            connection.fetchval("SELECT 1 FROM pg_sleep(0.2)"), failing(connection.fetchval("SELECT 2"))
        )
