//! A program with tokio-postgres: the work it does, what is refused to it, or reads of what is masked.
//! Prints what each step gave as JSON.

mod answers;
mod copies;
mod governed;
mod queries;
mod session;
mod transactions;
mod values;

use serde_json::{Map, Value};
use tokio_postgres::Error;

pub type Steps = Map<String, Value>;

async fn work(url: &str) -> Result<Steps, Error> {
    let mut seen = Steps::new();
    seen.append(&mut queries::queries(url).await?);
    seen.append(&mut values::values(url).await?);
    seen.append(&mut values::user_types(url).await?);
    seen.append(&mut transactions::transactions(url).await?);
    seen.append(&mut transactions::portals(url).await?);
    seen.append(&mut copies::copies(url).await?);
    seen.append(&mut copies::failed_copy(url).await?);
    seen.append(&mut session::messages(url).await?);
    seen.append(&mut session::cancels(url).await?);
    Ok(seen)
}

async fn run(url: &str, part: &str) -> Result<Steps, Error> {
    match part {
        "work" => work(url).await,
        "refused" => governed::refused(url).await,
        "masked" => governed::masked(url).await,
        _ => panic!("no part {part}"),
    }
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let seen = runtime
        .block_on(run(&words[1], &words[2]))
        .expect("every step gives an answer");
    println!("{}", Value::Object(seen));
}
