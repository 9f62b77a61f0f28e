//! Transactions, savepoints and portals.

use serde_json::Value;
use tokio_postgres::{Client, Error, IsolationLevel};

use crate::session::session;
use crate::{answers, Steps};

const NAME: &str = "SELECT name FROM items WHERE id = 80";

async fn name(client: &Client) -> Value {
    answers::rows(client.query(NAME, &[]).await)
}

pub async fn transactions(url: &str) -> Result<Steps, Error> {
    let (mut client, _heard) = session(url).await?;
    let mut seen = Steps::new();

    let mut outer = client.transaction().await?;
    outer
        .execute("UPDATE items SET name = 'outer' WHERE id = 80", &[])
        .await?;
    let mut inner = outer.transaction().await?;
    inner
        .execute("UPDATE items SET name = 'inner' WHERE id = 80", &[])
        .await?;
    let named = inner.savepoint("a_name").await?;
    seen.insert(
        "fails inside".into(),
        answers::rows(named.query("SELECT 1 / 0", &[]).await),
    );
    seen.insert(
        "failed inside".into(),
        answers::rows(named.query(NAME, &[]).await),
    );
    named.rollback().await?;
    seen.insert("inside".into(), answers::rows(inner.query(NAME, &[]).await));
    // rolled back by being dropped
    drop(inner);
    seen.insert(
        "outside".into(),
        answers::rows(outer.query(NAME, &[]).await),
    );
    outer.commit().await?;
    seen.insert("committed".into(), name(&client).await);

    let dropped = client.transaction().await?;
    dropped
        .execute("DELETE FROM items WHERE id = 80", &[])
        .await?;
    drop(dropped);
    seen.insert("dropped".into(), name(&client).await);

    let failed = client.transaction().await?;
    let _ = failed.query("SELECT nothing", &[]).await;
    seen.insert(
        "failed".into(),
        answers::rows(failed.query(NAME, &[]).await),
    );
    seen.insert(
        "commit of a failed one".into(),
        answers::outcome(failed.commit().await.map(|()| "done")),
    );

    for level in [IsolationLevel::RepeatableRead, IsolationLevel::Serializable] {
        let other = client
            .build_transaction()
            .isolation_level(level)
            .read_only(true)
            .deferrable(true)
            .start()
            .await?;
        let shown = other
            .simple_query("SHOW transaction_isolation; SHOW transaction_deferrable")
            .await;
        seen.insert(format!("{level:?}"), answers::messages(shown));
        let write = other.execute("DELETE FROM items", &[]).await;
        seen.insert(format!("{level:?}, read only"), answers::outcome(write));
    }
    seen.insert("after all".into(), name(&client).await);
    Ok(seen)
}

pub async fn portals(url: &str) -> Result<Steps, Error> {
    let (mut client, _heard) = session(url).await?;
    let mut seen = Steps::new();
    let by_parts = client.transaction().await?;
    let sql = "SELECT id, name FROM items WHERE id <= $1 ORDER BY id";
    // two at once, each where it was
    let (first, second) = (
        by_parts.bind(sql, &[&10]).await?,
        by_parts.bind(sql, &[&5]).await?,
    );
    let mut parts = Vec::new();
    for (portal, rows) in [
        (&first, 4),
        (&second, 2),
        (&first, 4),
        (&second, 0),
        (&first, 4),
        (&first, 4),
    ] {
        parts.push(answers::rows(by_parts.query_portal(portal, rows).await));
    }
    seen.insert("portals".into(), parts.into());
    let writes = by_parts
        .bind(
            "UPDATE items SET name = 'portal' WHERE id < 85 AND id > $1 RETURNING id",
            &[&80],
        )
        .await?;
    let mut some = Vec::new();
    for rows in [1, 2, 0] {
        some.push(answers::rows(by_parts.query_portal(&writes, rows).await));
    }
    seen.insert("portal of an update".into(), some.into());
    let fails = by_parts
        .bind(
            "SELECT 10 / (3 - id) FROM items WHERE id < $1 ORDER BY id",
            &[&9],
        )
        .await?;
    let mut until = Vec::new();
    for _ in 0..3 {
        until.push(answers::rows(by_parts.query_portal(&fails, 2).await));
    }
    seen.insert("portal that fails".into(), until.into());
    by_parts.rollback().await?;
    let after = client
        .query("SELECT name FROM items WHERE id = 82", &[])
        .await;
    seen.insert("after portals".into(), answers::rows(after));
    Ok(seen)
}
