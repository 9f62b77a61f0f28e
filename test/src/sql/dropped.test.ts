/** DROP names what goes with the objects that it names, as the server does it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { analyze, formatName, loadParser, parse } from '@postern/sql';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { type Court, openCourt } from '../oracle/judge.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let client: pg.Client;
let court: Court;

beforeAll(async () => {
  await loadParser();
  const server = await startPostgres();
  undo.push(() => server.stop());
  client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
  await client.query(`CREATE SCHEMA app; CREATE SCHEMA "Odd ""one";
    CREATE TABLE app.people (id int PRIMARY KEY, name text);
    CREATE TABLE orders (person int REFERENCES app.people, note text);
    CREATE VIEW names AS SELECT name FROM app.people;
    CREATE VIEW app.longer AS SELECT name FROM names WHERE length(name) > 3;
    CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM app.longer;
    CREATE VIEW notes AS SELECT note FROM orders;
    CREATE TABLE days (day int) PARTITION BY RANGE (day);
    CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (9);
    CREATE TABLE base (a int); CREATE TABLE heir () INHERITS (base);
    CREATE TABLE "Odd ""one"."T""x" (a int); CREATE VIEW odd AS SELECT a FROM "Odd ""one"."T""x"`);
  court = await openCourt(client);
}, 60_000);

/** Relations that are there no more, or have a constraint less. */
const gone = async (sql: string): Promise<readonly string[]> => {
  const there = async (): Promise<ReadonlySet<string>> => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT concat(c.oid::regclass, ' ', (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f')) AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE relkind IN ('r', 'v', 'm', 'p') AND c.oid >= 16384 AND nspname <> 'pg_toast'`,
    );
    return new Set(rows.map(({ name }) => name));
  };
  await client.query("BEGIN; SET LOCAL search_path = ''");
  try {
    const before = await there();
    await client.query('SET LOCAL search_path = public');
    await client.query(sql);
    await client.query("SET LOCAL search_path = ''");
    const after = await there();
    return [...before].filter((one) => !after.has(one)).map((one) => one.replace(/ \d+$/, ''));
  } finally {
    await client.query('ROLLBACK');
  }
};

test.each([
  'DROP TABLE app.people CASCADE',
  'DROP TABLE orders CASCADE',
  'DROP VIEW names CASCADE',
  'DROP MATERIALIZED VIEW counted',
  'DROP TABLE days',
  'DROP TABLE days_1',
  'DROP TABLE base CASCADE',
  'DROP TABLE base, heir',
  'DROP SCHEMA app CASCADE',
  'DROP SCHEMA "Odd ""one" CASCADE',
  'DROP TABLE "Odd ""one"."T""x" CASCADE',
  'DROP TABLE IF EXISTS nothing, days CASCADE',
])('%s', async (sql) => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  const { accesses } = analyze(statement, court.whole, court.settings).analysis;
  const ours = accesses.flatMap(({ action, object }) =>
    action === 'ddl' && object && object.name !== 'nothing' ? [formatName(object)] : [],
  );
  const theirs = await gone(sql);
  expect(theirs.length).toBeGreaterThan(0);
  expect([...ours].sort()).toEqual([...theirs].sort());
});

test('a schema itself is still said', () => {
  const [statement] = parse('DROP SCHEMA app CASCADE');
  if (!statement) throw new Error('no statement');
  const { accesses } = analyze(statement, court.whole, court.settings).analysis;
  expect(accesses.filter(({ object }) => object === undefined)).toHaveLength(1);
});
