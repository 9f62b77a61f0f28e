//! What the server said, as JSON.

use std::error::Error as _;

use serde_json::{json, Value};
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Error, Row, SimpleQueryMessage};

/// A value as it came: names, texts and whole numbers readable, everything else in hex.
pub struct Raw(pub Value);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(match *kind {
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN => {
                json!(<&str>::from_sql(kind, raw)?)
            }
            Type::INT4 => json!(i32::from_sql(kind, raw)?),
            Type::INT8 => json!(i64::from_sql(kind, raw)?),
            _ => json!(hex(raw)),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn row(row: &Row) -> Value {
    (0..row.len())
        .map(|at| row.get::<_, Raw>(at).0)
        .collect::<Vec<Value>>()
        .into()
}

pub fn rows(answer: Result<Vec<Row>, Error>) -> Value {
    match answer {
        Ok(all) => all.iter().map(row).collect::<Vec<Value>>().into(),
        Err(error) => problem(&error),
    }
}

/// Of anything that is worth no more than whether it failed.
pub fn outcome<T: Into<Value>>(answer: Result<T, Error>) -> Value {
    match answer {
        Ok(value) => value.into(),
        Err(error) => problem(&error),
    }
}

pub fn messages(answer: Result<Vec<SimpleQueryMessage>, Error>) -> Value {
    match answer {
        Ok(all) => all.iter().map(message).collect::<Vec<Value>>().into(),
        Err(error) => problem(&error),
    }
}

fn message(one: &SimpleQueryMessage) -> Value {
    match one {
        SimpleQueryMessage::Row(row) => (0..row.len())
            .map(|at| row.get(at))
            .collect::<Vec<_>>()
            .into(),
        SimpleQueryMessage::CommandComplete(count) => json!(count),
        SimpleQueryMessage::RowDescription(columns) => {
            json!({ "columns": columns.iter().map(|column| column.name()).collect::<Vec<_>>() })
        }
        _ => json!("another message"),
    }
}

/// But the source file and routine: Postern finds some errors itself.
pub fn problem(error: &Error) -> Value {
    let Some(said) = error.as_db_error() else {
        return json!([error.to_string(), error.source().map(ToString::to_string)]);
    };
    json!({
        "sqlstate": said.code().code(),
        "severity": said.severity(),
        "parsed severity": said.parsed_severity().map(|severity| severity.to_string()),
        "message": said.message(),
        "detail": said.detail(),
        "hint": said.hint(),
        "position": said.position().map(|position| match position {
            ErrorPosition::Original(at) => json!(at),
            ErrorPosition::Internal { position, query } => json!([position, query]),
        }),
        "where": said.where_(),
        "schema": said.schema(),
        "table": said.table(),
        "column": said.column(),
        "type": said.datatype(),
        "constraint": said.constraint(),
    })
}
