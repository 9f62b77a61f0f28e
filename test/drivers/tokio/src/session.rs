//! A session and what it hears besides answers.

use std::future::poll_fn;
use std::time::Duration;

use futures_util::future::join;
use serde_json::{json, Value};
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver};
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, Error, NoTls};

use crate::{answers, Steps};

pub type Heard = UnboundedReceiver<AsyncMessage>;

pub async fn session(url: &str) -> Result<(Client, Heard), Error> {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await?;
    let (tell, heard) = unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            // a step that ended listens no more
            let _ = tell.send(message);
        }
    });
    Ok((client, heard))
}

async fn next(heard: &mut Heard) -> Value {
    match timeout(Duration::from_secs(5), heard.recv()).await {
        Ok(Some(AsyncMessage::Notification(one))) => json!([one.channel(), one.payload()]),
        Ok(Some(AsyncMessage::Notice(one))) => json!([
            one.severity(),
            one.code().code(),
            one.message(),
            one.detail(),
            one.hint(),
            one.where_()
        ]),
        Ok(_) => json!("something else"),
        Err(_) => json!("nothing"),
    }
}

pub async fn messages(url: &str) -> Result<Steps, Error> {
    let (listener, mut heard) = session(url).await?;
    let (sender, _) = session(url).await?;
    let mut seen = Steps::new();
    listener
        .batch_execute("LISTEN heard; LISTEN \"Heard Too\"")
        .await?;
    sender
        .batch_execute(
            "NOTIFY heard, 'one'; BEGIN; NOTIFY \"Heard Too\"; NOTIFY heard, 'three'; COMMIT",
        )
        .await?;
    let mut notifications = Vec::new();
    for _ in 0..3 {
        notifications.push(next(&mut heard).await);
    }
    // while it is busy
    let long = "n".repeat(7999);
    let answers = join(
        listener.query(
            "SELECT id FROM items, pg_sleep(0.2) WHERE id < 4 ORDER BY id",
            &[],
        ),
        async {
            sleep(Duration::from_millis(50)).await;
            sender
                .execute("SELECT pg_notify('heard', $1)", &[&long])
                .await
        },
    )
    .await;
    seen.insert("while busy".into(), answers::rows(answers.0));
    seen.insert("notified".into(), answers::outcome(answers.1));
    let late = next(&mut heard).await;
    notifications.push(json!(late == json!(["heard", long])));
    listener.batch_execute("UNLISTEN *").await?;
    sender.batch_execute("NOTIFY heard, 'unheard'").await?;
    seen.insert("notifications".into(), json!(notifications));

    for level in ["DEBUG", "INFO", "NOTICE", "WARNING"] {
        let sql = format!(
            "SET client_min_messages = debug1;
             DO $$ BEGIN RAISE {level} 'said as %', '{level}' USING DETAIL = 'd', HINT = 'h'; END $$;
             RESET client_min_messages"
        );
        listener.batch_execute(&sql).await?;
        seen.insert(format!("raised {level}"), next(&mut heard).await);
    }
    listener.execute("ROLLBACK", &[]).await?;
    seen.insert("warning".into(), next(&mut heard).await);
    Ok(seen)
}

pub async fn cancels(url: &str) -> Result<Steps, Error> {
    let (client, _heard) = session(url).await?;
    let token = client.cancel_token();
    let mut seen = Steps::new();
    let cancel = |after: u64| {
        let token = token.clone();
        async move {
            sleep(Duration::from_millis(after)).await;
            token.cancel_query(NoTls).await
        }
    };
    for round in 0..3 {
        let (answer, cancelled) = join(
            client.query("SELECT pg_sleep($1)", &[&20.0_f64]),
            cancel(150),
        )
        .await;
        cancelled?;
        seen.insert(format!("cancelled {round}"), answers::rows(answer));
        let after = client
            .query("SELECT id FROM items WHERE id = $1", &[&round])
            .await;
        seen.insert(format!("after cancel {round}"), answers::rows(after));
    }
    let (answer, cancelled) = join(
        client.simple_query("SELECT 1; SELECT pg_sleep(20); SELECT 2"),
        cancel(150),
    )
    .await;
    cancelled?;
    seen.insert("cancelled among several".into(), answers::messages(answer));
    // one that comes when nothing runs does nothing
    cancel(0).await?;
    sleep(Duration::from_millis(150)).await;
    let idle = client.query("SELECT 3", &[]).await;
    seen.insert("cancelled while idle".into(), answers::rows(idle));
    Ok(seen)
}
