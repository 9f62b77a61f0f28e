//! COPY in and out, as text and binary.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{pin_mut, SinkExt, TryStreamExt};
use serde_json::{json, Value};
use tokio::time::sleep;
use tokio_postgres::binary_copy::{BinaryCopyInWriter, BinaryCopyOutStream};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, CopyInSink, Error};

use crate::session::session;
use crate::{answers, Steps};

const TYPES: [Type; 3] = [Type::INT4, Type::TEXT, Type::BYTEA];

pub async fn copies(url: &str) -> Result<Steps, Error> {
    let (client, _heard) = session(url).await?;
    let mut seen = Steps::new();

    let sink = client.copy_in("COPY items (id, name) FROM STDIN").await?;
    seen.insert(
        "copied in".into(),
        answers::outcome(lines(sink, 3000, 5000).await),
    );
    let sink = client
        .copy_in("COPY items (id, name, raw) FROM STDIN (FORMAT binary)")
        .await?;
    let writer = BinaryCopyInWriter::new(sink, &TYPES);
    pin_mut!(writer);
    for id in 10_000..15_000_i32 {
        let name = (id % 7 != 0)
            .then(|| format!("binary {id}"))
            .unwrap_or_default();
        writer
            .as_mut()
            .write(&[&id, &name, &id.to_be_bytes().as_slice()])
            .await?;
    }
    seen.insert(
        "copied in, binary".into(),
        answers::outcome(writer.finish().await),
    );

    // given up in the middle: the driver says CopyFail
    let mut given_up: std::pin::Pin<Box<CopyInSink<Bytes>>> =
        Box::pin(client.copy_in("COPY items (id, name) FROM STDIN").await?);
    given_up.send(Bytes::from("20000\tlost\n")).await?;
    drop(given_up);
    seen.insert("after one given up".into(), count(&client).await);

    for options in ["", "(FORMAT csv, HEADER, FORCE_QUOTE *)", "(FORMAT binary)"] {
        let sql = format!("COPY (SELECT id, name, raw FROM items WHERE id > 2990 ORDER BY id) TO STDOUT {options}");
        let mut sum = Checksum::default();
        let stream = client.copy_out(&sql).await?;
        pin_mut!(stream);
        while let Some(data) = stream.try_next().await? {
            sum.add(&data);
        }
        seen.insert(format!("copied out {options}"), sum.into());
    }
    let stream = client
        .copy_out("COPY (SELECT id, name, raw FROM items ORDER BY id) TO STDOUT (FORMAT binary)")
        .await?;
    let rows: Vec<_> = BinaryCopyOutStream::new(stream, &TYPES)
        .try_collect()
        .await?;
    let last = &rows[rows.len() - 1];
    seen.insert(
        "copied out, rows".into(),
        json!([
            rows.len(),
            last.get::<i32>(0),
            last.get::<&str>(1),
            last.get::<&[u8]>(2)
        ]),
    );
    // not read to its end
    let stream = client.copy_out("COPY items TO STDOUT").await?;
    drop(stream);
    seen.insert("after one not read".into(), count(&client).await);
    let failing = client
        .copy_out("COPY (SELECT 1 / (500 - id) FROM items ORDER BY id) TO STDOUT")
        .await?;
    let failed: Result<Vec<Bytes>, Error> = failing.try_collect().await;
    seen.insert(
        "copy that fails".into(),
        json!(failed.err().map(|error| answers::problem(&error))),
    );
    seen.insert("after copies".into(), count(&client).await);
    client
        .execute("DELETE FROM items WHERE id > 1000", &[])
        .await?;
    Ok(seen)
}

/// The driver sends its Sync when the server has long said what is wrong with the data.
pub async fn failed_copy(url: &str) -> Result<Steps, Error> {
    let (client, _heard) = session(url).await?;
    let mut seen = Steps::new();
    let sink = client.copy_in("COPY items (id, name) FROM STDIN").await?;
    pin_mut!(sink);
    sink.send(Bytes::from("not a number\tx\n")).await?;
    sink.flush().await?;
    sleep(Duration::from_millis(200)).await;
    seen.insert("failed copy".into(), answers::outcome(sink.finish().await));
    let after = client.query("SELECT 1", &[]).await;
    let state = after.map_or_else(|error| error.to_string(), |_| "goes on".to_owned());
    seen.insert("session after a failed copy".into(), state.into());
    Ok(seen)
}

async fn lines(sink: CopyInSink<Bytes>, from: i32, to: i32) -> Result<u64, Error> {
    pin_mut!(sink);
    for id in from..to {
        sink.send(Bytes::from(format!("{id}\tcopied {id} \\\\ 猫\n")))
            .await?;
    }
    sink.finish().await
}

async fn count(client: &Client) -> Value {
    answers::rows(
        client
            .query("SELECT count(*), sum(length(name)) FROM items", &[])
            .await,
    )
}

/// FNV-1a, for a difference is all that is asked.
struct Checksum {
    sum: u64,
    length: usize,
}

impl Default for Checksum {
    fn default() -> Self {
        Checksum {
            sum: 0xcbf2_9ce4_8422_2325,
            length: 0,
        }
    }
}

impl Checksum {
    fn add(&mut self, data: &[u8]) {
        self.length += data.len();
        for byte in data {
            self.sum = (self.sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl From<Checksum> for Value {
    fn from(of: Checksum) -> Value {
        json!([format!("{:016x}", of.sum), of.length])
    }
}
