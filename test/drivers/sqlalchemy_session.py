"""Ordinary work with SQLAlchemy, over psycopg and over asyncpg.

usage: python sqlalchemy_session.py URL work|refused|masked
"""

import asyncio

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, selectinload

from session import arguments, finish, plain, problem, steps
from sqlalchemy_models import Base, Item, Mood, Order, Person


def failing(act, *arguments):
    """The error of the driver below."""
    try:
        act(*arguments)
    except DBAPIError as error:
        below = error.orig
        return problem(below if getattr(below, "diag", None) else below.__cause__ or below)
    return "no error"


def rows(result):
    return plain([tuple(row) for row in result])


def written(session, name):
    """Works on a session of the ORM. Both drivers do it: what it says of itself begins with `name`."""
    seen = {}
    ann, bob = Order(id=1, mood=Mood.happy, tags=["a", "b"]), Order(id=2, mood=Mood.sad, doc={"n": [1, None]})
    ann.people = [Person(id=1001, name="Ann", email="ann@mail.example")]
    session.add_all([ann, bob])
    session.flush()
    session.add_all([Order(tags=[str(i)], mood=Mood.sad) for i in range(10, 210)])
    session.commit()
    found = session.scalars(sa.select(Order).options(selectinload(Order.people)).order_by(Order.id).limit(3)).all()
    seen["orm"] = plain([[o.id, o.mood.value, o.tags, o.doc, [p.name for p in o.people]] for o in found])
    found[0].mood = Mood.sad
    with session.begin_nested():
        found[0].people.clear()
        session.flush()
    try:
        with session.begin_nested():
            session.execute(sa.insert(Order).values(id=2))
    except DBAPIError as error:
        seen["unique"] = problem(error.orig if getattr(error.orig, "diag", None) else error.orig.__cause__)
    session.commit()
    seen["updated"] = rows(session.execute(sa.select(Order.mood, sa.func.count()).group_by(Order.mood).order_by(Order.mood)))
    item = Item.__table__
    many = sa.insert(item).returning(item.c.id, item.c.name)
    seen["many"] = rows(session.execute(many, [{"id": 4000 + i, "name": f"sa {i}"} for i in range(3)]))
    upsert = sa.dialects.postgresql.insert(item).values(id=1, name="upserted")
    upsert = upsert.on_conflict_do_update(index_elements=[item.c.id], set_={"name": upsert.excluded.name})
    seen["upsert"] = rows(session.execute(upsert.returning(item.c.id, item.c.name)))
    window = sa.func.row_number().over(order_by=item.c.price.desc())
    ranked = sa.select(item.c.id, window.label("rank")).where(item.c.price.is_not(None)).cte("ranked")
    seen["cte"] = rows(session.execute(sa.select(ranked).where(ranked.c.rank <= 3).order_by(ranked.c.rank)))
    by_id = sa.select(item.c.name, item.c.tags, item.c.doc, item.c.at, item.c.raw).where(item.c.id == sa.bindparam("id"))
    seen["cached"] = [rows(session.execute(by_id, {"id": i})) for i in range(2, 12)]
    seen["in"] = rows(session.execute(sa.select(item.c.id).where(item.c.id.in_(range(5, 9))).order_by(item.c.id)))
    seen["json"] = rows(session.execute(sa.select(item.c.doc["n"].as_integer()).where(sa.literal("tag 9") == sa.any_(item.c.tags))))
    seen["locked"] = rows(session.execute(sa.select(item.c.id).where(item.c.id == 4).with_for_update(skip_locked=True)))
    partitions = session.execute(sa.select(item.c.id).order_by(item.c.id).limit(250)).yield_per(100).partitions()
    seen["partitions"] = [len(part) for part in partitions]
    session.rollback()
    steps.update({f"{name}, {step}": value for step, value in seen.items()})


def reflected(engine, name):
    inspector = sa.inspect(engine)
    steps[f"{name}, reflected"] = {
        table: [
            [[c["name"], str(c["type"]), c["nullable"], c["default"]] for c in inspector.get_columns(table)],
            plain(inspector.get_pk_constraint(table)["constrained_columns"]),
            plain([[k["referred_table"], k["constrained_columns"]] for k in inspector.get_foreign_keys(table)]),
            plain(sorted(i["name"] for i in inspector.get_indexes(table))),
            plain([c["sqltext"] for c in inspector.get_check_constraints(table)]),
        ]
        for table in sorted(inspector.get_table_names())
    }
    steps[f"{name}, enums"] = plain(inspector.get_enums())
    metadata = sa.MetaData()
    metadata.reflect(engine)
    steps[f"{name}, metadata"] = sorted(metadata.tables)


def two_phase(engine):
    with engine.connect() as connection:
        transaction = connection.begin_twophase("both")
        connection.execute(sa.text("UPDATE people SET name = 'prepared' WHERE id = 1"))
        transaction.prepare()
        with engine.connect() as other:
            steps["to recover"] = plain(other.recover_twophase())
        transaction.commit()
        steps["two-phase"] = rows(connection.execute(sa.text("SELECT name FROM people WHERE id = 1")))


def work(url):
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_size=2, pool_pre_ping=True)
    Base.metadata.create_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        written(session, "psycopg")
    reflected(engine, "psycopg")
    two_phase(engine)
    for level in ["READ UNCOMMITTED", "REPEATABLE READ", "SERIALIZABLE", "AUTOCOMMIT"]:
        with engine.connect().execution_options(isolation_level=level) as connection:
            steps[level] = connection.scalar(sa.text("SHOW transaction_isolation"))
    with engine.connect() as connection:
        steps["default level"] = connection.default_isolation_level
        streaming = connection.execution_options(stream_results=True, max_row_buffer=50)
        steps["streamed"] = sum(streaming.execute(sa.text("SELECT id FROM items ORDER BY id")).scalars())
        for statement in ["SELECT * FORM items", "SELECT * FROM nowhere", "SELECT 1/0"]:
            steps[statement] = failing(connection.execute, sa.text(statement))
            connection.rollback()
    engine.dispose()
    asyncio.run(over_asyncpg(url))


async def over_asyncpg(url):
    engine = create_async_engine(url.set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        for table in ["order_people", "orders", "people WHERE id = 1001", "items WHERE id >= 4000"]:
            await connection.execute(sa.text(f"DELETE FROM {table}"))
    async with AsyncSession(engine) as session:
        await session.run_sync(written, "asyncpg")
        stream = await session.stream(sa.text("SELECT id FROM items WHERE id <= 500 ORDER BY id"))
        steps["asyncpg, streamed"] = sum([row.id async for row in stream])
    async with engine.connect() as connection:
        await connection.run_sync(reflected, "asyncpg")
        steps["asyncpg, several at once"] = await asyncio.gather(*[count(engine, i) for i in range(1, 8)])
    await engine.dispose()


async def count(engine, limit):
    async with engine.connect() as connection:
        return await connection.scalar(sa.text("SELECT count(*) FROM items WHERE id <= :last"), {"last": limit})


def refused(url):
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
    drop = sa.text("DROP TABLE items")
    with engine.connect() as connection:
        steps["refused"] = failing(connection.execute, drop)
        connection.rollback()
        connection.execute(sa.text("UPDATE items SET name = 'gone' WHERE id = 2"))
        steps["in a transaction"] = failing(connection.execute, drop)
        steps["which is failed"] = failing(connection.execute, sa.text("SELECT 1"))
        connection.rollback()
        steps["rolled back"] = connection.scalar(sa.text("SELECT name FROM items WHERE id = 2"))
        with connection.begin_nested() as savepoint:
            steps["after a savepoint"] = failing(connection.execute, drop)
            savepoint.rollback()
        steps["goes on"] = connection.scalar(sa.text("SELECT count(*) FROM items"))
    steps["by its metadata"] = failing(lambda: sa.Table("items", sa.MetaData()).drop(engine))
    steps["its connection goes on"] = engine.connect().scalar(sa.text("SELECT 4"))
    asyncio.run(refused_over_asyncpg(url, drop))


async def refused_over_asyncpg(url, drop):
    engine = create_async_engine(url.set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        steps["over asyncpg"] = await connection.run_sync(lambda had: failing(had.execute, drop))
        await connection.rollback()
        steps["and goes on"] = await connection.scalar(sa.text("SELECT count(*) FROM items"))
    await engine.dispose()


def masked(url):
    def seen(connection, name):
        person = Person.__table__
        query = sa.select(person.c.email).where(person.c.id.in_([3, 4])).order_by(person.c.id)
        steps[name] = rows(connection.execute(query))
        steps[f"{name}, orm"] = [one.email for one in Session(connection).scalars(sa.select(Person).limit(5))]
        steps[f"{name}, computed"] = rows(connection.execute(sa.select(sa.func.max(person.c.email))))

    async def over_asyncpg():
        engine = create_async_engine(url.set(drivername="postgresql+asyncpg"))
        async with engine.connect() as connection:
            await connection.run_sync(seen, "asyncpg")
        await engine.dispose()

    with sa.create_engine(url.set(drivername="postgresql+psycopg")).connect() as connection:
        seen(connection, "psycopg")
        connection.rollback()
        streaming = connection.execution_options(stream_results=True)
        steps["streamed"] = rows(streaming.execute(sa.text("SELECT email FROM people WHERE id < 6")))
    asyncio.run(over_asyncpg())


url, part = arguments()
{"work": work, "refused": refused, "masked": masked}[part](sa.make_url(url))
finish()
