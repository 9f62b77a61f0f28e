//! Statements in every way the driver knows to run one.

use futures_util::future::{join, join_all};
use futures_util::{pin_mut, TryStreamExt};
use serde_json::{json, Value};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error};

use crate::session::session;
use crate::{answers, Steps};

pub async fn queries(url: &str) -> Result<Steps, Error> {
    let (client, _heard) = session(url).await?;
    let mut seen = Steps::new();
    prepared(&client, &mut seen).await?;
    pipelined(&client, &mut seen).await?;
    streamed(&client, &mut seen).await?;
    simple(&client, &mut seen).await;
    problems(&client, &mut seen).await;
    Ok(seen)
}

async fn prepared(client: &Client, seen: &mut Steps) -> Result<(), Error> {
    let by_id = client
        .prepare("SELECT id, name, price, tags, doc, at, raw FROM items WHERE id = $1")
        .await?;
    let columns: Vec<Value> = by_id
        .columns()
        .iter()
        .map(|column| {
            json!([
                column.name(),
                column.type_().name(),
                column.table_oid().is_some(),
                column.column_id(),
            ])
        })
        .collect();
    seen.insert("described".into(), columns.into());
    let params: Vec<&str> = by_id.params().iter().map(Type::name).collect();
    seen.insert("parameters".into(), params.into());
    for id in [1, 2, -1] {
        let found = client.query(&by_id, &[&id]).await;
        seen.insert(format!("prepared {id}"), answers::rows(found));
    }
    let typed = client
        .prepare_typed("SELECT $1 + $2", &[Type::INT8, Type::INT4])
        .await?;
    seen.insert(
        "typed".into(),
        answers::rows(client.query(&typed, &[&(1_i64 << 40), &1_i32]).await),
    );
    // in one round trip, without preparing
    let types: &[(&(dyn ToSql + Sync), Type)] = &[(&7_i32, Type::INT4), (&"x", Type::TEXT)];
    let sql = "SELECT name, $2 FROM items WHERE id = $1";
    seen.insert(
        "unprepared".into(),
        answers::rows(client.query_typed(sql, types).await),
    );
    seen.insert(
        "executed".into(),
        answers::outcome(
            client
                .execute("UPDATE items SET name = 'e' WHERE id > $1", &[&990])
                .await,
        ),
    );
    let changed = client
        .query(
            "UPDATE items SET name = $2 WHERE id = $1 RETURNING *",
            &[&70, &"returned"],
        )
        .await;
    seen.insert("returned".into(), answers::rows(changed));
    seen.insert(
        "nothing".into(),
        answers::outcome(client.execute("", &[]).await),
    );
    // closed behind our back, while others run
    for id in 0..20 {
        drop(client.prepare(&format!("SELECT {id}")).await?);
    }
    let one = client
        .query_one("SELECT count(*) FROM pg_prepared_statements", &[])
        .await?;
    seen.insert("left prepared".into(), json!(one.get::<_, i64>(0) < 12));
    Ok(())
}

async fn pipelined(client: &Client, seen: &mut Steps) -> Result<(), Error> {
    let by_id = client
        .prepare("SELECT id, name FROM items WHERE id = $1")
        .await?;
    let ids: Vec<i32> = (1..=100).collect();
    let many = join_all(
        ids.iter()
            .map(|id| async { client.query(&by_id, &[id]).await }),
    )
    .await;
    seen.insert(
        "pipelined".into(),
        many.into_iter()
            .map(answers::rows)
            .collect::<Vec<Value>>()
            .into(),
    );
    let divide = client.prepare("SELECT 12 / $1").await?;
    let some = join_all(
        [3, 0, 4, 0, 6]
            .iter()
            .map(|by| async { client.query(&divide, &[by]).await }),
    );
    seen.insert(
        "some fail".into(),
        some.await
            .into_iter()
            .map(answers::rows)
            .collect::<Vec<Value>>()
            .into(),
    );
    // each prepares, asks of types and runs, all mixed
    let mixed = join_all((0..20).map(|at| async move {
        let sql = format!("SELECT {at}, $1::int4, name FROM items WHERE id = $1 + {at}");
        client.query(&sql, &[&at]).await
    }));
    seen.insert(
        "mixed".into(),
        mixed
            .await
            .into_iter()
            .map(answers::rows)
            .collect::<Vec<Value>>()
            .into(),
    );
    let (sync, next) = join(client.check_connection(), client.query("SELECT 1", &[])).await;
    sync?;
    seen.insert("after a sync".into(), answers::rows(next));
    Ok(())
}

async fn streamed(client: &Client, seen: &mut Steps) -> Result<(), Error> {
    let sql = "SELECT id, name FROM items WHERE id <= $1 ORDER BY id";
    let stream = client.query_raw(sql, [900_i32]).await?;
    pin_mut!(stream);
    let (mut count, mut sum) = (0, 0_i64);
    while let Some(row) = stream.try_next().await? {
        count += 1;
        sum += i64::from(row.get::<_, i32>(0));
    }
    seen.insert(
        "streamed".into(),
        json!([count, sum, stream.rows_affected()]),
    );
    let typed = client
        .query_typed_raw(sql, [(5_i32, Type::INT4)])
        .await?
        .try_collect::<Vec<_>>()
        .await;
    seen.insert("streamed, typed".into(), answers::rows(typed));
    // given up in the middle
    let mut given_up = Box::pin(
        client
            .query_raw("SELECT repeat('x', 1000) FROM items", [] as [i32; 0])
            .await?,
    );
    given_up.try_next().await?;
    drop(given_up);
    seen.insert(
        "after a stream given up".into(),
        answers::rows(client.query("SELECT 5", &[]).await),
    );
    Ok(())
}

async fn simple(client: &Client, seen: &mut Steps) {
    for (name, sql) in [
        (
            "several",
            "SELECT 1 AS a, NULL AS b; SELECT name FROM items WHERE id < 3; SELECT 'c' WHERE false",
        ),
        (
            "commands",
            "UPDATE items SET name = 's' WHERE id = 71; ; BEGIN; COMMIT; SET search_path = public",
        ),
        (
            "an error among them",
            "UPDATE items SET name = 'lost' WHERE id = 72; SELECT 1 / 0; SELECT 2",
        ),
        (
            "nothing left of it",
            "SELECT name FROM items WHERE id IN (71, 72) ORDER BY id",
        ),
        ("comments only", "-- nothing\n/* at all */"),
        (
            "a quote",
            "SELECT 'it''s; --', $$;$$, E'\\\\;' , \"name\" FROM items WHERE id = 71;",
        ),
    ] {
        let answer = client.simple_query(sql).await;
        seen.insert(format!("simple: {name}"), answers::messages(answer));
    }
}

async fn problems(client: &Client, seen: &mut Steps) {
    for sql in [
        "INSERT INTO items (id, name) VALUES (1, 'x')",
        "INSERT INTO items (id) VALUES (9999)",
        "SELECT * FORM items",
        "SELECT 'é', name, nope_nope FROM items",
        "SELECT * FROM nowhere",
        "SELECT nofunction(1)",
        "SELECT 'x'::int4",
        "DO $$ BEGIN EXECUTE 'SELECT 1 FORM items'; END $$",
        "DO $$ BEGIN RAISE 'own' USING ERRCODE = 'P7777', COLUMN = 'c', DATATYPE = 't'; END $$",
        "SELECT 1; SELECT 2",
        "PREPARE p AS SELECT 1; EXECUTE p",
    ] {
        let extended = client.query(sql, &[]).await;
        seen.insert(format!("problem: {sql}"), answers::rows(extended));
        let simple = client.simple_query(sql).await;
        seen.insert(format!("simple problem: {sql}"), answers::messages(simple));
    }
    let wrong = client
        .query("SELECT name FROM items WHERE id = $1", &[&"x"])
        .await;
    seen.insert("wrong parameter".into(), answers::rows(wrong));
    let after = client.query("SELECT count(*) FROM items", &[]).await;
    seen.insert("after problems".into(), answers::rows(after));
}
