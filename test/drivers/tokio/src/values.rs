//! Values in their binary formats, there and back.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use postgres_types::Json;
use serde_json::{json, Value};
use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Client, Error};

use crate::session::session;
use crate::{answers, Steps};

async fn there_and_back<'a>(
    client: &Client,
    seen: &mut Steps,
    as_type: &str,
    value: &(dyn ToSql + Sync),
) {
    let sql = format!("SELECT $1::{as_type}, ($1::{as_type})::text");
    let answer = client.query(&sql, &[value]).await;
    seen.insert(format!("value: {as_type} {value:?}"), answers::rows(answer));
}

pub async fn values(url: &str) -> Result<Steps, Error> {
    let (client, _heard) = session(url).await?;
    client.batch_execute("SET timezone = 'UTC'").await?;
    let mut seen = Steps::new();
    let at: SystemTime = UNIX_EPOCH + Duration::from_micros(1_709_168_523_456_789);
    let inet: IpAddr = "2001:db8::1".parse().expect("an address");
    let document = Json(json!({ "a": [1, null, "猫"] }));
    let long = "long ".repeat(100_000);
    let all: [(&str, &(dyn ToSql + Sync)); 20] = [
        ("bool", &true),
        ("\"char\"", &65_i8),
        ("int2", &-7_i16),
        ("int8", &i64::MIN),
        ("oid", &4_000_000_000_u32),
        ("float4", &f32::NEG_INFINITY),
        ("float8", &f64::NAN),
        ("text", &"Zoë \\ 'quoted' 猫"),
        ("varchar(3)", &"cut off"),
        ("text", &None::<&str>),
        ("bytea", &b"\x00\x01\xff".as_slice()),
        ("timestamp", &at),
        ("timestamptz", &at),
        ("inet", &inet),
        ("jsonb", &document),
        ("json", &document),
        ("int4[]", &vec![Some(1), None, Some(-3)]),
        ("text[]", &vec!["", "b,{}\"c", "NULL"]),
        ("bytea[]", &vec![vec![0_u8], vec![]]),
        ("bool[]", &Vec::<bool>::new()),
    ];
    for (as_type, value) in all {
        there_and_back(&client, &mut seen, as_type, value).await;
    }
    let length = client
        .query("SELECT length($1::text), md5($1::text)", &[&long])
        .await;
    seen.insert("value: long".into(), answers::rows(length));
    // what the driver has no type for comes as it is
    for literal in [
        "-12345678901234567890.000123::numeric",
        "'NaN'::numeric",
        "'1 mon 2 days 3.5 s'::interval",
        "'00000000-0000-0000-0000-000000000005'::uuid",
        "'[1,5)'::int4range",
        "'{[1,3),[7,9)}'::int4multirange",
        "'(1,2)'::point",
        "B'101'",
        "'10.1.0.0/16'::cidr",
        "'08:00:2b:01:02:03'::macaddr",
        "'a & b'::tsquery",
        "'<a/>'::xml",
        "date 'infinity'",
        "time '04:05:06.789'",
        "timetz '04:05:06+02'",
        "money '12.34'",
        "ROW(1, 'a'::text, NULL)",
        "'items'::regclass <> 0",
        "NULL::int4",
        "'{{1,2},{3,4}}'::int4[]",
        "'[0:1]={1,2}'::int4[]",
        "'x'",
        "void_in('x')",
        "'1/2'::pg_lsn",
        "'a=>1'::jsonpath IS NULL",
    ] {
        let answer = client.query(&format!("SELECT {literal} AS v"), &[]).await;
        seen.insert(format!("literal: {literal}"), answers::rows(answer));
    }
    Ok(seen)
}

#[derive(Debug, ToSql, FromSql)]
#[postgres(name = "mood", rename_all = "lowercase")]
enum Mood {
    Sad,
    Happy,
}

#[derive(Debug, ToSql, FromSql)]
#[postgres(name = "pair")]
struct Pair {
    id: i32,
    mood: Mood,
}

#[derive(Debug, ToSql, FromSql)]
#[postgres(name = "small")]
struct Small(i32);

/// Types that the driver looks up in the catalogue; temporary, for they are made in each run.
pub async fn user_types(url: &str) -> Result<Steps, Error> {
    let (client, _heard) = session(url).await?;
    client
        .batch_execute(
            "CREATE TYPE pg_temp.mood AS ENUM ('sad', 'happy');
             CREATE TYPE pg_temp.pair AS (id int4, mood pg_temp.mood);
             CREATE DOMAIN pg_temp.small AS int4 CHECK (VALUE < 100);
             CREATE TYPE pg_temp.moods AS RANGE (subtype = pg_temp.mood)",
        )
        .await?;
    let mut seen = Steps::new();
    let row = client
        .query_one(
            "SELECT $1::mood, $2::pair, $3::small, ARRAY[$2::pair]",
            &[
                &Mood::Happy,
                &Pair {
                    id: 7,
                    mood: Mood::Sad,
                },
                &Small(5),
            ],
        )
        .await?;
    let typed = format!(
        "{:?} {:?} {:?} {:?}",
        row.get::<_, Mood>(0),
        row.get::<_, Pair>(1),
        row.get::<_, Small>(2),
        row.get::<_, Vec<Pair>>(3)
    );
    seen.insert("user types".into(), typed.into());
    let described = client
        .prepare("SELECT $1::moods, $2::mood[], people FROM people")
        .await?;
    let kinds = |types: Vec<&tokio_postgres::types::Type>| -> Value {
        types
            .iter()
            .map(|one| json!([one.name(), kind_of(one)]))
            .collect::<Vec<_>>()
            .into()
    };
    seen.insert(
        "kinds of parameters".into(),
        kinds(described.params().iter().collect()),
    );
    let columns = described
        .columns()
        .iter()
        .map(tokio_postgres::Column::type_)
        .collect();
    seen.insert("kinds of columns".into(), kinds(columns));
    let refused = client.query("SELECT $1::small", &[&Small(500)]).await;
    seen.insert(
        "out of the domain".into(),
        json!(refused
            .err()
            .and_then(|error| error.code().cloned())
            .map(|code| code.code().to_owned())),
    );
    Ok(seen)
}

fn kind_of(of: &tokio_postgres::types::Type) -> String {
    use tokio_postgres::types::Kind;
    match of.kind() {
        Kind::Simple => "simple".into(),
        Kind::Enum(labels) => format!("enum {labels:?}"),
        Kind::Array(item) => format!("array of {}", kind_of(item)),
        Kind::Range(item) => format!("range of {}", kind_of(item)),
        Kind::Composite(fields) => fields
            .iter()
            .map(|field| format!("{} {}", field.name(), field.type_().name()))
            .collect::<Vec<_>>()
            .join(", "),
        _ => "another".into(),
    }
}
