"""asyncpg: COPY both ways in each format, and large objects by functions."""

import datetime
import decimal
import io

from session import async_failing as failing, plain, steps

UTC = datetime.timezone.utc


async def out(copying):
    kept = io.BytesIO()
    status = await copying(kept)
    return [status, kept.getvalue()]


async def copies(connection, url):
    records = [
        (5000 + i, f"copied\t{i}", decimal.Decimal(i) / 4, ["t", None], None, datetime.datetime(2024, 1, 1, tzinfo=UTC), b"\0")
        for i in range(1000)
    ]
    steps["records in"] = await connection.copy_records_to_table("items", records=records)

    async def later():
        for i in range(20):
            yield (6000 + i, "from a generator")

    steps["generated in"] = await connection.copy_records_to_table("items", records=later(), columns=["id", "name"])
    steps["bad record"] = await failing(
        connection.copy_records_to_table("items", records=[(1, "again")], columns=["id", "name"])
    )
    query = "SELECT * FROM items WHERE id BETWEEN $1 AND $2 ORDER BY id"
    for format in ["text", "csv", "binary"]:
        status, data = await out(
            lambda kept: connection.copy_from_query(query, 5001, 5300, output=kept, format=format)
        )
        steps[f"query out, {format}"] = [status, plain(data[-300:]), len(data)]
        await connection.execute("CREATE TABLE IF NOT EXISTS copied (LIKE items)")
        steps[f"table in, {format}"] = await connection.copy_to_table("copied", source=io.BytesIO(data), format=format)
    status, data = await out(
        lambda kept: connection.copy_from_table(
            "copied", columns=["id", "name"], output=kept, format="csv", header=True, delimiter=";"
        )
    )
    steps["table out"] = [status, data.decode()[-200:]]
    steps["copied"] = plain(tuple(await connection.fetchrow("SELECT count(*), sum(price) FROM copied")))
    steps["wrong data"] = await failing(
        connection.copy_to_table("copied", source=io.BytesIO(b"not a number\tx\n"), columns=["id", "name"])
    )
    steps["missing out"] = await failing(connection.copy_from_table("nowhere", output=io.BytesIO()))
    steps["fails while it copies"] = await failing(
        connection.copy_from_query("SELECT 10 / (900 - id) FROM items ORDER BY id", output=io.BytesIO())
    )

    async def giving_up():
        yield b"7000\tx\n"
        raise ValueError("no more")

    steps["given up"] = await failing(connection.copy_to_table("items", source=giving_up(), columns=["id", "name"]))
    steps["not there"] = await connection.fetchval("SELECT count(*) FROM items WHERE id >= 7000")

    async with connection.transaction():
        made = await connection.fetchval("SELECT lo_create(0)")
        await connection.execute("SELECT lo_put($1, 0, $2)", made, b"a large object \0" * 1000)
        steps["large object"] = plain(await connection.fetchval("SELECT lo_get($1, 15000 - 30, 30)", made))
        descriptor = await connection.fetchval("SELECT lo_open($1, 262144)", made)
        steps["read"] = plain(await connection.fetchval("SELECT loread($1, 14)", descriptor))
        await connection.execute("SELECT lo_unlink($1)", made)
    steps["unlinked"] = (await failing(connection.fetch("SELECT lo_get($1)", made)))["sqlstate"]
