"""Tables in and out of pandas, as notebooks do it.

usage: python pandas_session.py URL work|refused|masked
"""

import csv
import io

import pandas as pd
import sqlalchemy as sa

from session import arguments, finish, plain, problem, steps


def absent(item):
    return None if item is pd.NaT or item is pd.NA else item


def framed(frame):
    """Every value and what pandas took it for."""
    values = [[absent(item) for item in row] for row in frame.astype(object).to_numpy().tolist()]
    return {
        "columns": plain({str(name): str(kind) for name, kind in frame.dtypes.items()}),
        "index": plain([str(name) for name in frame.index.names]),
        "rows": plain(values),
    }


def copied(table, connection, keys, data):
    """How pandas' manual has rows loaded by COPY."""
    text = io.StringIO()
    csv.writer(text).writerows(data)
    names = ", ".join(f'"{key}"' for key in keys)
    with connection.connection.cursor() as cursor:
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN WITH CSV") as copy:
            copy.write(text.getvalue())


def of_all_types():
    return pd.DataFrame(
        {
            "whole": pd.Series([1, 2, 3], dtype="int64"),
            "small": pd.Series([1, None, 3], dtype="Int16"),
            "real": [1.5, float("nan"), -2.0],
            "text": ["Zoë 'quoted' 猫", None, "x"],
            "yes": pd.Series([True, False, None], dtype="boolean"),
            "at": pd.to_datetime(["2024-02-29 01:02:03.456789", None, "2024-03-01"], format="ISO8601"),
            "zoned": pd.to_datetime(["2024-02-29 01:02:03", None, "2024-03-01"], format="ISO8601", utc=True),
            "kind": pd.Categorical(["a", "b", "a"]),
        }
    ).set_index(pd.Index([10, 20, 30], name="key"))


def work(engine):
    read = pd.read_sql("SELECT * FROM items WHERE id <= 5 ORDER BY id", engine)
    steps["read"] = framed(read)
    query = sa.text("SELECT id, price, at FROM items WHERE id BETWEEN :low AND :high ORDER BY id")
    steps["with parameters"] = framed(
        pd.read_sql(query, engine, params={"low": 3, "high": 6}, index_col="id", parse_dates=["at"])
    )
    steps["other types"] = framed(pd.read_sql(query, engine, params={"low": 3, "high": 4}, dtype={"price": "float32"}))
    steps["a table"] = framed(pd.read_sql_table("people", engine, columns=["id", "name"]).sort_values("id"))
    steps["empty"] = framed(pd.read_sql("SELECT id, name FROM items WHERE false", engine))
    everything = of_all_types()
    steps["written"] = everything.to_sql("frame", engine)
    steps["read again"] = framed(pd.read_sql("SELECT * FROM frame ORDER BY key", engine, index_col="key"))
    steps["its columns"] = plain(
        [[c["name"], str(c["type"]), c["nullable"]] for c in sa.inspect(engine).get_columns("frame")]
    )
    steps["appended"] = everything.to_sql("frame", engine, if_exists="append", method="multi", chunksize=2)
    steps["copied"] = pd.DataFrame({"id": range(5000, 5300), "name": "by COPY"}).to_sql(
        "items", engine, if_exists="append", index=False, method=copied
    )
    large = pd.DataFrame({"n": range(2000), "text": ["row"] * 2000})
    steps["large"] = large.to_sql("large", engine, index=False, chunksize=500, dtype={"n": sa.BigInteger})
    with engine.connect().execution_options(stream_results=True) as connection:
        chunks = pd.read_sql("SELECT * FROM large ORDER BY n", connection, chunksize=300)
        steps["chunks"] = [[len(chunk), int(chunk["n"].sum())] for chunk in chunks]
    grouped = "SELECT mod(id, 3) AS third, avg(price) AS price, count(*) AS n FROM items GROUP BY 1 ORDER BY 1"
    steps["grouped"] = framed(pd.read_sql(grouped, engine, coerce_float=False))
    for name, act in {
        "exists already": lambda: large.to_sql("large", engine),
        "missing": lambda: pd.read_sql("SELECT * FROM nowhere", engine),
        "unique": lambda: pd.DataFrame({"id": [1], "name": ["x"]}).to_sql(
            "items", engine, if_exists="append", index=False
        ),
    }.items():
        steps[name] = failing(act)
    steps["counted"] = framed(pd.read_sql("SELECT count(*), sum(id) FROM items", engine))


def failing(act):
    try:
        act()
    except Exception as error:
        return problem(getattr(error, "orig", error))
    return "no error"


def refused(engine):
    # it drops the table first
    steps["replaced"] = failing(lambda: pd.DataFrame({"id": [1]}).to_sql("items", engine, if_exists="replace"))
    steps["goes on"] = framed(pd.read_sql("SELECT count(*) FROM items", engine))["rows"]


def masked(engine):
    steps["query"] = framed(pd.read_sql("SELECT id, email FROM people WHERE id = 3", engine))
    steps["table"] = framed(pd.read_sql_table("people", engine))
    with engine.connect().execution_options(stream_results=True) as connection:
        chunks = pd.read_sql("SELECT email FROM people", connection, chunksize=7)
        steps["chunks"] = [framed(chunk) for chunk in chunks]


url, part = arguments()
opened = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
{"work": work, "refused": refused, "masked": masked}[part](opened)
finish()
