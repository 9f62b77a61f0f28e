/** Utility statements: the columns that they keep are those on the server's record (`pg_depend`), their tags the server's. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Analysis, analyze, formatName, parse } from '@postern/sql';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const schema = `
  CREATE ROLE clerk;
  CREATE DOMAIN code AS text;
  CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, name text, code code, born date, boss int);
  CREATE TABLE orders (id int PRIMARY KEY, person int, note text, total numeric);
  CREATE TABLE log (what text, old text);
  CREATE TABLE days (day date, what text) PARTITION BY RANGE (day);
  CREATE TABLE days_1 PARTITION OF days DEFAULT;
  CREATE VIEW staff AS SELECT id, email FROM people;
  CREATE MATERIALIZED VIEW totals AS SELECT person, sum(total) AS total FROM orders GROUP BY 1;
  CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE FUNCTION fires() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
  CREATE TYPE pair AS (a int, b int);`;

let court: Court;
beforeAll(async () => {
  court = await courtWith(undo, schema, { version: newest });
}, 60_000);

const newest = 18;

const analysed = (sql: string): Analysis => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  return analyze(statement, court.whole, court.settings).analysis;
};

const columnsBy = (analysis: Analysis, written: boolean): readonly string[] =>
  analysis.accesses
    .flatMap(({ object, columns }) =>
      columns
        .filter(({ uses }) => uses.some((use) => (use === 'write') === written))
        .map(({ name }) => `${object ? formatName(object) : ''}.${name}`),
    )
    .sort();

/** Runs a statement that is undone. @returns its command tag, and what `question` finds after it */
const after = async (
  sql: string,
  question: string,
): Promise<{ readonly tag: string; readonly found: readonly string[] }> => {
  let tag = '';
  const note = (message: { readonly text: string }): void => {
    tag = message.text;
  };
  const { client } = court;
  await client.query('BEGIN');
  try {
    client.connection.on('commandComplete', note);
    await client.query(sql);
    client.connection.off('commandComplete', note);
    const { rows } = await client.query<{ readonly found: string }>(question);
    return { tag, found: rows.map(({ found }) => found).sort() };
  } finally {
    client.connection.off('commandComplete', note);
    await client.query('ROLLBACK');
  }
};

const depends = `
  SELECT d.classid, d.objid, d.objsubid, d.refobjid, d.refobjsubid FROM pg_depend d
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0`;

/** Columns that were there and that something new depends on. */
const newlyNamed = `
  SELECT DISTINCT format('%s.%s', b.relation, b.name) AS found
  FROM (${depends} EXCEPT ${depends.replace('pg_depend d', 'kept_depend d')}) d
  JOIN kept_column b ON b.oid = d.refobjid AND b.number = d.refobjsubid`;

const kept = `
  CREATE TABLE kept_depend AS SELECT * FROM pg_depend;
  CREATE TABLE kept_column AS SELECT c.oid, a.attnum AS number, a.attname AS name,
    n.nspname || '.' || c.relname AS relation
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND c.relname NOT LIKE 'kept%'`;

describe('columns that a statement keeps are those on record', () => {
  beforeAll(() => court.client.query(kept));
  afterAll(() => court.client.query('DROP TABLE kept_depend, kept_column'));

  test.each([
    'CREATE INDEX ON people (email)',
    'CREATE UNIQUE INDEX i ON people (lower(email), name DESC) INCLUDE (born) WHERE boss > 3',
    'CREATE INDEX ON people USING gin (to_tsvector($$english$$::regconfig, name || email))',
    'CREATE INDEX ON people ((people.email || people.name))',
    'CREATE INDEX ON days (what)',
    'CREATE INDEX ON ONLY days (what)',
    'ALTER TABLE days ADD CHECK (what <> $$$$)',
    'CREATE STATISTICS s ON email, name FROM people',
    'CREATE STATISTICS s ON (lower(email)), born FROM people',
    'CREATE POLICY p ON people USING (email = current_user)',
    'CREATE POLICY p ON people FOR UPDATE USING (id > 0) WITH CHECK (boss IN (SELECT o.person FROM orders o WHERE o.note = people.name))',
    'CREATE RULE r AS ON UPDATE TO people WHERE old.email <> new.email DO ALSO INSERT INTO log (what) VALUES (new.name)',
    'CREATE RULE r AS ON DELETE TO people DO INSTEAD NOTHING',
    'CREATE RULE r AS ON INSERT TO people DO ALSO INSERT INTO log SELECT o.note, new.email FROM orders o WHERE o.person = new.id',
    'CREATE TRIGGER t BEFORE UPDATE OF email, born ON people FOR EACH ROW WHEN (old.name IS DISTINCT FROM new.name) EXECUTE FUNCTION noted()',
    'CREATE TRIGGER t AFTER INSERT ON people EXECUTE FUNCTION noted()',
    'ALTER TABLE people ADD CHECK (born > $$1900-01-01$$ AND name <> email)',
    'ALTER TABLE people ADD CONSTRAINT c CHECK (length(name) > 1) NOT VALID',
    'ALTER TABLE people ADD UNIQUE (name, born)',
    'ALTER TABLE people ADD FOREIGN KEY (boss) REFERENCES people',
    'ALTER TABLE orders ADD FOREIGN KEY (note) REFERENCES people (email)',
    'ALTER TABLE people ADD EXCLUDE USING btree (lower(name) WITH =) WHERE (boss > 1)',
    'ALTER TABLE people ADD COLUMN g text GENERATED ALWAYS AS (name || email) STORED',
    'ALTER TABLE people ADD COLUMN g text GENERATED ALWAYS AS (upper(email)) VIRTUAL, ADD COLUMN h int CHECK (h > boss)',
    'ALTER TABLE people ADD COLUMN chief int REFERENCES orders (id)',
    'ALTER TABLE people ADD COLUMN nick text DEFAULT $$x$$',
    'ALTER TABLE people ALTER COLUMN name SET NOT NULL',
    'CREATE TABLE t (id int REFERENCES people, note text, FOREIGN KEY (note) REFERENCES people (email))',
    'CREATE TABLE t (id int CHECK (id > 0), note text)',
    'CREATE VIEW v AS SELECT lower(email) AS e FROM people WHERE boss = 1',
    'CREATE MATERIALIZED VIEW v AS SELECT name FROM people',
    'CREATE SCHEMA s CREATE TABLE t (id int REFERENCES public.people) CREATE VIEW v AS SELECT note FROM public.orders',
  ])('%s', async (sql) => {
    const { tag, found } = await after(sql, newlyNamed);
    const analysis = analysed(sql);
    expect({ tag: analysis.command, columns: columnsBy(analysis, false) }).toEqual({
      // What is filled answers with the number of its rows.
      tag: tag.replace('SELECT 0', 'CREATE MATERIALIZED VIEW'),
      // Where a rule will write is on record too: nothing is written, nor read, by making it.
      columns: found.filter((name) => !name.startsWith('public.log.')),
    });
  });
});

const privileged = `SELECT format('public.%s.%s', attrelid::regclass, attname) AS found FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid > 16384`;
const commented = `SELECT format('public.%s.%s', a.attrelid::regclass, a.attname) AS found
  FROM pg_description d JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid WHERE d.objoid > 16384`;

describe('columns that a statement is about are those that it changes', () => {
  test.each([
    ['GRANT SELECT (email, name), UPDATE (name) ON people TO clerk', privileged],
    ['GRANT SELECT ON people TO clerk', privileged],
    ["COMMENT ON COLUMN people.email IS 'x'", commented],
    ["COMMENT ON COLUMN public.staff.email IS 'x'", commented],
  ])('%s', async (sql, question) => {
    const { tag, found } = await after(sql, question);
    const analysis = analysed(sql);
    expect({ tag: analysis.command, columns: columnsBy(analysis, true) }).toEqual({
      tag,
      columns: found,
    });
  });
});

/** Tables with the columns that a publication sends, and those its row filters look at. */
const sent = `
  SELECT DISTINCT format('%I.%I.%I', p.schemaname, p.tablename, a.name) AS found FROM pg_publication_tables p, unnest(p.attnames) a (name)
  UNION SELECT format('public.%s.%s', a.attrelid::regclass, a.attname) FROM pg_depend d
  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_publication_rel'::regclass AND d.refclassid = 'pg_class'::regclass`;

describe('a publication reads what it sends', () => {
  test.each([
    'CREATE PUBLICATION p FOR TABLE people (id, email), orders WHERE (total > 3)',
    'CREATE PUBLICATION p FOR TABLE people WHERE (id > 3)',
    'CREATE PUBLICATION p FOR TABLES IN SCHEMA public',
    'CREATE PUBLICATION p FOR ALL TABLES',
    'CREATE PUBLICATION p',
  ])('%s', async (sql) => {
    const { tag, found } = await after(sql, sent);
    const analysis = analysed(sql);
    // Of partitions it sends what it sends of their table.
    const own = columnsBy(analysis, false).filter((name) => !name.includes('days'));
    expect({ tag: analysis.command, columns: own }).toEqual({
      tag,
      columns: found.filter((name) => !name.includes('days')),
    });
  });
});

describe('flows', () => {
  test.each([
    [
      'ALTER TABLE people ALTER COLUMN name TYPE text USING lower(email) || name',
      ['email', 'name'],
    ],
    ['ALTER TABLE people ADD COLUMN g text GENERATED ALWAYS AS (upper(email)) STORED', ['email']],
  ])('%s', async (sql, sources) => {
    const { tag } = await after(sql, 'SELECT 1 AS found LIMIT 0');
    const { command, written } = analysed(sql);
    expect(command).toBe(tag);
    const found = written.flatMap((one) => one.sources.map(({ column }) => column.column));
    expect(found.sort()).toEqual(sources);
  });
});

const named = (sql: string): readonly string[] =>
  analysed(sql).objects.map(({ type, name }) => `${type} ${name}`);

/** Run on the server for their tag, unless it takes more than a transaction or what is not here. */
const naming: readonly (readonly [sql: string, objects: readonly string[], runs?: 'not run'])[] = [
  ['CREATE SCHEMA s AUTHORIZATION clerk', ['schema s', 'role clerk']],
  ['CREATE EXTENSION plperlx', ['extension plperlx'], 'not run'],
  ['COMMENT ON EXTENSION plpgsql IS NULL', ['extension plpgsql']],
  ['CREATE SUBSCRIPTION s CONNECTION $$$$ PUBLICATION p', ['subscription s'], 'not run'],
  ['IMPORT FOREIGN SCHEMA far FROM SERVER x INTO public', ['server x', 'schema public'], 'not run'],
  ['CREATE FOREIGN DATA WRAPPER w', ['foreign data wrapper w']],
  ['CREATE PUBLICATION p FOR TABLES IN SCHEMA public', ['publication p', 'schema public']],
  ['CREATE DATABASE d TEMPLATE x', ['database d', 'database x'], 'not run'],
  ['CREATE ROLE x IN ROLE clerk', ['role x', 'role clerk']],
  ['ALTER ROLE clerk SET work_mem = 100', ['role clerk', 'parameter work_mem']],
  ['GRANT clerk TO postgres', ['role clerk', 'role postgres']],
  ['GRANT SET ON PARAMETER work_mem TO clerk', ['parameter work_mem', 'role clerk']],
  ['GRANT USAGE ON SCHEMA public TO PUBLIC', ['schema public', 'role public']],
  ['REVOKE SELECT ON people FROM clerk', ['role clerk']],
  [
    'ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT ON TABLES TO clerk',
    ['schema public', 'role postgres', 'role clerk'],
  ],
  ['REASSIGN OWNED BY clerk TO postgres', ['role clerk', 'role postgres']],
  ['DROP OWNED BY clerk', ['role clerk']],
  ['SET work_mem = 100', ['parameter work_mem']],
  ['SET ROLE clerk', ['parameter role', 'role clerk']],
  ['SHOW work_mem', ['parameter work_mem']],
  ['RESET work_mem', ['parameter work_mem']],
  ['ALTER SYSTEM SET work_mem = 100', ['parameter work_mem'], 'not run'],
  ['LISTEN c', ['channel c']],
  ['NOTIFY c', ['channel c']],
  ['UNLISTEN c', ['channel c']],
  ['PREPARE q AS SELECT 1', ['prepared statement q']],
  ['DECLARE c CURSOR FOR SELECT 1', ['cursor c']],
  ['DO $$BEGIN END$$', ['language plpgsql']],
  ["COPY people TO '/tmp/x'", ['file "/tmp/x"'], 'not run'],
  ["COPY people FROM PROGRAM 'true'", ['program true'], 'not run'],
  ['CREATE INDEX i ON people (id)', ['index public.i']],
  [
    'CREATE TRIGGER t AFTER INSERT ON people EXECUTE FUNCTION noted()',
    ['trigger t on public.people'],
  ],
  [
    'CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION fires()',
    ['event trigger e', 'function public.fires'],
  ],
  ['CREATE POLICY p ON people TO clerk USING (true)', ['policy p on public.people', 'role clerk']],
  [
    'CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)',
    ['operator ===', 'function pg_catalog.texteq'],
  ],
  ['CREATE CAST (date AS text) WITH INOUT', ['cast (date AS text)']],
  ['CREATE COLLATION c (locale = $$C$$)', ['collation c']],
  ['CREATE TEXT SEARCH CONFIGURATION tc (parser = default)', ['text search configuration tc']],
  [
    'ALTER DOMAIN code ADD CONSTRAINT c CHECK (VALUE <> $$$$)',
    ['domain constraint c on public.code'],
  ],
  [
    'ALTER TABLE people DROP CONSTRAINT people_pkey',
    ['table constraint people_pkey on public.people'],
  ],
  [
    'ALTER TABLE people RENAME CONSTRAINT people_pkey TO k',
    ['table constraint people_pkey on public.people'],
  ],
  ['ALTER TABLE people OWNER TO clerk', ['role clerk']],
  ['ALTER TABLE people SET SCHEMA information_schema', ['schema information_schema']],
  ['ALTER SCHEMA public RENAME TO p', ['schema public']],
  [
    'CREATE LANGUAGE l HANDLER plpgsql_call_handler',
    ['language l', 'function pg_catalog.plpgsql_call_handler'],
  ],
  ['SELECT email FROM people', []],
  ['UPDATE people SET name = $$x$$', []],
];

describe('objects beside relations', () => {
  // A third argument that a row lacks would be taken for a callback.
  test.each(naming.map(([sql, objects, runs]) => ({ sql, objects, runs })))(
    '$sql',
    async ({ sql, objects, runs }) => {
      expect(named(sql)).toEqual(objects);
      if (runs) return;
      const { tag } = await after(sql, 'SELECT 1 AS found LIMIT 0');
      expect(tag.replace(/(?: \d+)+$/, '')).toBe(analysed(sql).command);
    },
  );
});

describe('a lock is no write', () => {
  test.each([
    ['LOCK people', 'update access exclusive public.people'],
    ['LOCK TABLE people IN SHARE MODE', 'update share public.people'],
    ['LOCK TABLE people IN ACCESS SHARE MODE', 'select access share public.people'],
    ['LOCK staff', 'update access exclusive public.staff through public.people'],
    ['LOCK days', 'update access exclusive public.days, update access exclusive public.days_1'],
    ['LOCK ONLY people IN ROW EXCLUSIVE MODE', 'update row exclusive public.people'],
  ])('%s', async (sql, expected) => {
    const { accesses, written } = analysed(sql);
    const said = accesses.map(({ action, lock, object, through }) =>
      [
        action,
        lock,
        object && formatName(object),
        ...through.map((one) => `through ${formatName(one)}`),
      ].join(' '),
    );
    expect(said.join(', ')).toBe(expected);
    expect(written).toEqual([]);
    // All that is locked, by the server's own list.
    const locks = `SELECT DISTINCT l.relation::regclass::text AS found FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
      WHERE l.pid = pg_backend_pid() AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')`;
    const { found } = await after(sql, locks);
    const names = accesses.flatMap(({ object, through }) => [
      ...(object ? [object] : []),
      ...through,
    ]);
    expect([...new Set(names.map(({ name }) => name))].sort()).toEqual(found);
  });
});

describe('what cannot be seen through', () => {
  test.each([
    ['CREATE EXTENSION witchcraft', 'extension witchcraft'],
    ['CREATE EXTENSION pg_trgm', ''],
    ['ALTER EXTENSION witchcraft UPDATE', 'extension witchcraft'],
    ['DROP EXTENSION pg_trgm', ''],
    ['DROP EXTENSION pg_trgm CASCADE', 'extension pg_trgm'],
    ['CREATE SUBSCRIPTION s CONNECTION $$$$ PUBLICATION p', 'subscription s'],
    ['CREATE SUBSCRIPTION s CONNECTION $$$$ PUBLICATION p WITH (connect = false)', ''],
    ['ALTER SUBSCRIPTION s REFRESH PUBLICATION', 'subscription s'],
    ['ALTER SUBSCRIPTION s ENABLE', 'subscription s'],
    ['ALTER SUBSCRIPTION s DISABLE', ''],
    ['IMPORT FOREIGN SCHEMA far FROM SERVER x INTO public', 'foreign schema far'],
    ['CREATE DATABASE d TEMPLATE shop', 'database shop'],
    ['CREATE DATABASE d', ''],
    ['DROP OWNED BY clerk', 'DROP OWNED'],
  ])('%s', (sql, expected) => {
    const { notUnderstood } = analysed(sql);
    const opaque = notUnderstood.filter(({ reach }) => reach === 'anything');
    expect(opaque.map(({ construct }) => construct).join()).toBe(expected);
  });
});
