/** DDL names what goes or changes with the objects that it names, as the server does it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { analyze, formatName, type ObjectName, parse } from '@postern/sql';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let court: Court;

beforeAll(async () => {
  court = await courtWith(
    undo,
    `CREATE SCHEMA app; CREATE SCHEMA "Odd ""one";
    CREATE TABLE app.people (id int PRIMARY KEY, name text);
    CREATE TABLE orders (person int REFERENCES app.people, note text);
    CREATE VIEW names AS SELECT name FROM app.people;
    CREATE VIEW app.longer AS SELECT name FROM names WHERE length(name) > 3;
    CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM app.longer;
    CREATE VIEW notes AS SELECT note FROM orders;
    CREATE TABLE days (day int, note text) PARTITION BY RANGE (day);
    CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (9);
    CREATE TABLE spare (day int, note text);
    CREATE TABLE base (a int, b text); CREATE TABLE heir (c int) INHERITS (base);
    CREATE TABLE "Odd ""one"."T""x" (a int); CREATE VIEW odd AS SELECT a FROM "Odd ""one"."T""x";
    CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);
    CREATE TYPE pair AS (a int, m mood);
    CREATE FUNCTION plus(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
    CREATE FUNCTION plus(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT $1 || '+'$$;
    CREATE FUNCTION feels(mood) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
    CREATE AGGREGATE added (int) (SFUNC = int4pl, STYPE = int);
    CREATE AGGREGATE plussed (int) (SFUNC = int4pl, STYPE = int, FINALFUNC = plus);
    CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE OPERATOR !+ (RIGHTARG = int, FUNCTION = plus);
    CREATE TABLE moods (id int, m mood, ms mood[], p pair, said short);
    CREATE VIEW moody AS SELECT id FROM moods WHERE m = 'sad';
    CREATE VIEW all_moods AS SELECT id, said FROM moods;
    CREATE VIEW casts AS SELECT a FROM base WHERE b::mood = 'sad';
    CREATE VIEW feelings AS SELECT feels('sad');
    CREATE TABLE defaulted (a int DEFAULT plus(1), b int, c int CHECK (plus(c) > 0));
    CREATE TABLE generated (a int, b int GENERATED ALWAYS AS (plus(a)) STORED);
    CREATE TABLE indexed (a int, b text); CREATE INDEX ON indexed (plus(a));
    CREATE VIEW generations AS SELECT b FROM generated; CREATE VIEW olds AS SELECT a FROM generated;
    CREATE VIEW plusses AS SELECT plus(a) FROM base; CREATE VIEW texts AS SELECT plus(b) FROM base;
    CREATE VIEW sums AS SELECT plussed(a), added(a) FROM base; CREATE VIEW ops AS SELECT !+ a AS a FROM base;
    CREATE TABLE watched (a int); CREATE TRIGGER w BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION t();
    CREATE TABLE above (a int); CREATE TABLE below () INHERITS (above);
    CREATE SEQUENCE app.counter`,
  );
}, 60_000);

/** What the catalogues say of each relation. */
const stateQuery = `SELECT c.oid::regclass::text AS name, concat_ws(' ', c.relname, c.relnamespace, c.relowner, c.relacl, c.relpartbound,
    (SELECT string_agg(concat_ws(',', attname, atttypid, attnotnull, atthasdef, attisdropped, attacl), ';' ORDER BY attnum)
      FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0),
    (SELECT string_agg(pg_get_constraintdef(oid), ';' ORDER BY oid) FROM pg_constraint WHERE conrelid = c.oid),
    (SELECT string_agg(pg_get_expr(adbin, adrelid), ';' ORDER BY adnum) FROM pg_attrdef WHERE adrelid = c.oid),
    (SELECT string_agg(tgname, ';' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal),
    (SELECT string_agg(inhparent::text, ';' ORDER BY inhparent) FROM pg_inherits WHERE inhrelid = c.oid),
    (SELECT string_agg(pg_get_indexdef(indexrelid), ';' ORDER BY indexrelid) FROM pg_index WHERE indrelid = c.oid)) AS state
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'v', 'm', 'p', 'S') AND c.oid >= 16384 AND nspname <> 'pg_toast'`;

/** Relations that are there no more, or not as they were. */
const changed = async (sql: string): Promise<readonly string[]> => {
  const { client } = court;
  const states = async (): Promise<ReadonlyMap<string, string>> => {
    await client.query("SET LOCAL search_path = ''");
    const { rows } = await client.query<{ name: string; state: string }>(stateQuery);
    return new Map(rows.map(({ name, state }) => [name, state]));
  };
  await client.query('BEGIN');
  try {
    const before = await states();
    await client.query('SET LOCAL search_path = public');
    await client.query(sql);
    const after = await states();
    return [...before].filter(([name, state]) => after.get(name) !== state).map(([name]) => name);
  } finally {
    await client.query('ROLLBACK');
  }
};

const isRelation = ({ schema, name }: ObjectName): boolean =>
  court.whole.relation(schema, name) !== undefined &&
  court.whole.relation(schema, name)?.kind !== 'c';

/** Relations that the analysis says are changed. */
const named = (sql: string): readonly string[] => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  const { accesses } = analyze(statement, court.whole, court.settings).analysis;
  return accesses
    .flatMap(({ action, object }) =>
      (action === 'ddl' || action === 'privilege') && object && isRelation(object)
        ? [formatName(object)]
        : [],
    )
    .sort();
};

test.each([
  'DROP TABLE app.people CASCADE',
  'DROP TABLE orders CASCADE',
  'DROP VIEW names CASCADE',
  'DROP MATERIALIZED VIEW counted',
  'DROP TABLE days',
  'DROP TABLE days_1',
  'DROP TABLE base CASCADE',
  'DROP TABLE above, below',
  'DROP SCHEMA app CASCADE',
  'DROP SCHEMA "Odd ""one" CASCADE',
  'DROP TABLE "Odd ""one"."T""x" CASCADE',
  'DROP TABLE IF EXISTS nothing, days CASCADE',
  'DROP TYPE mood CASCADE',
  'DROP TYPE pair CASCADE',
  'DROP DOMAIN short CASCADE',
  'DROP FUNCTION plus(int) CASCADE',
  'DROP FUNCTION plus(text) CASCADE',
  'DROP FUNCTION feels CASCADE',
  'DROP AGGREGATE added(int) CASCADE',
  'DROP FUNCTION t CASCADE',
  'DROP SEQUENCE app.counter',
  'ALTER TABLE base ADD COLUMN n int',
  'ALTER TABLE ONLY heir ADD COLUMN n int',
  'ALTER TABLE base DROP COLUMN a CASCADE',
  'ALTER TABLE base ALTER COLUMN b SET DEFAULT 1',
  'ALTER TABLE base ALTER COLUMN b SET NOT NULL',
  'ALTER TABLE base ADD CHECK (a > 0)',
  'ALTER TABLE base OWNER TO pg_monitor',
  'ALTER TABLE app.people DROP COLUMN id CASCADE',
  'ALTER TABLE app.people DROP CONSTRAINT people_pkey CASCADE',
  'ALTER TABLE generated DROP COLUMN a CASCADE',
  'ALTER TABLE days ALTER COLUMN note TYPE varchar',
  'ALTER TABLE days DROP COLUMN note',
  'ALTER TABLE base RENAME COLUMN b TO c2',
  'ALTER TABLE base RENAME TO bases',
  'ALTER VIEW notes RENAME TO note',
  'ALTER TABLE orders SET SCHEMA app',
  'CREATE INDEX ON days (day)',
  'ALTER TABLE above RENAME COLUMN a TO b',
  'CREATE INDEX ON ONLY days (day)',
  'CREATE TRIGGER s AFTER INSERT ON days EXECUTE FUNCTION t()',
  'CREATE TRIGGER z AFTER INSERT ON days FOR EACH ROW EXECUTE FUNCTION t()',
  'GRANT SELECT ON orders, days TO pg_monitor',
  'GRANT SELECT (note) ON orders TO pg_monitor',
  'GRANT SELECT ON ALL TABLES IN SCHEMA app TO pg_monitor',
  'REVOKE ALL ON ALL SEQUENCES IN SCHEMA app FROM postgres',
])('%s', async (sql) => {
  const theirs = await changed(sql);
  expect(theirs.length).toBeGreaterThan(0);
  expect(named(sql)).toEqual([...theirs].sort());
});

test.each([
  'ALTER TABLE days DETACH PARTITION days_1',
  'ALTER TABLE days ATTACH PARTITION spare FOR VALUES FROM (10) TO (20)',
])('%s names the partitioned table too', async (sql) => {
  expect(named(sql)).toEqual(['public.days', ...(await changed(sql))]);
});

test('a schema itself is still said', () => {
  const [statement] = parse('DROP SCHEMA app CASCADE');
  if (!statement) throw new Error('no statement');
  const { accesses } = analyze(statement, court.whole, court.settings).analysis;
  expect(accesses.filter(({ object }) => object === undefined)).toHaveLength(1);
});
