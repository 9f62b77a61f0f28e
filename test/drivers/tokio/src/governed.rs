//! What policy refuses and what it masks.

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::TryStreamExt;
use serde_json::{json, Value};
use tokio_postgres::types::Type;
use tokio_postgres::Error;

use crate::session::session;
use crate::{answers, Steps};

const DROP: &str = "DROP TABLE items";

pub async fn refused(url: &str) -> Result<Steps, Error> {
    let (mut client, _heard) = session(url).await?;
    let mut seen = Steps::new();
    seen.insert(
        "refused".into(),
        answers::outcome(client.execute(DROP, &[]).await),
    );
    seen.insert(
        "simple".into(),
        answers::messages(client.simple_query(DROP).await),
    );
    seen.insert(
        "unprepared".into(),
        answers::rows(client.query_typed(DROP, &[]).await),
    );
    let count = client.query("SELECT count(*) FROM items", &[]).await;
    seen.insert("goes on".into(), answers::rows(count));

    let mut outer = client.transaction().await?;
    outer
        .execute("UPDATE items SET name = 'kept' WHERE id = 1", &[])
        .await?;
    let inner = outer.transaction().await?;
    seen.insert(
        "in a savepoint".into(),
        answers::outcome(inner.execute(DROP, &[]).await),
    );
    inner.rollback().await?;
    outer.commit().await?;
    let transaction = client.transaction().await?;
    transaction
        .execute("UPDATE items SET name = 'gone' WHERE id = 2", &[])
        .await?;
    seen.insert(
        "in a transaction".into(),
        answers::outcome(transaction.execute(DROP, &[]).await),
    );
    let failed = transaction.query("SELECT 1", &[]).await;
    seen.insert("which is failed".into(), answers::rows(failed));
    transaction.rollback().await?;
    let several = "UPDATE items SET name = 'gone' WHERE id = 3; DROP TABLE items; SELECT 1";
    seen.insert(
        "among several".into(),
        answers::messages(client.simple_query(several).await),
    );
    let names = client
        .query("SELECT name FROM items WHERE id < 4 ORDER BY id", &[])
        .await;
    seen.insert("rolled back".into(), answers::rows(names));

    let pipelined =
        join_all(["SELECT 1", DROP, "SELECT 3"].map(|sql| client.query(sql, &[]))).await;
    seen.insert(
        "pipelined".into(),
        pipelined
            .into_iter()
            .map(answers::rows)
            .collect::<Vec<Value>>()
            .into(),
    );
    seen.insert(
        "goes on after".into(),
        answers::rows(client.query("SELECT 4", &[]).await),
    );
    Ok(seen)
}

pub async fn masked(url: &str) -> Result<Steps, Error> {
    let (mut client, _heard) = session(url).await?;
    let mut seen = Steps::new();
    let sql = "SELECT email FROM people WHERE id = $1";
    let statement = client.prepare(sql).await?;
    for again in 0..3 {
        let found = client.query(&statement, &[&3]).await;
        seen.insert(format!("binary {again}"), answers::rows(found));
    }
    let simple = client
        .simple_query("SELECT email FROM people WHERE id = 3")
        .await;
    seen.insert("text".into(), answers::messages(simple));
    let typed = client.query_typed(sql, &[(&3, Type::INT4)]).await;
    seen.insert("unprepared".into(), answers::rows(typed));
    for options in ["", "(FORMAT binary)"] {
        let copy = format!("COPY (SELECT email FROM people WHERE id = 3) TO STDOUT {options}");
        let parts: Vec<Bytes> = client.copy_out(&copy).await?.try_collect().await?;
        seen.insert(
            format!("copied {options}"),
            json!(String::from_utf8_lossy(&parts.concat())),
        );
    }
    let transaction = client.transaction().await?;
    let portal = transaction
        .bind("SELECT email FROM people WHERE id >= $1 ORDER BY id", &[&3])
        .await?;
    let (some, more) = (
        transaction.query_portal(&portal, 2).await,
        transaction.query_portal(&portal, 2).await,
    );
    seen.insert(
        "portal".into(),
        json!([answers::rows(some), answers::rows(more)]),
    );
    Ok(seen)
}
