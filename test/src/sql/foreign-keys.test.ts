/** What foreign keys do because of a statement is among its writes: all that changes on the server, and nothing else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyze, formatName, loadParser, parse, rewrite, RewriteRefusal } from '@postern/sql';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { changedTables, unnamed } from '../oracle/changed.js';
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
  await client.query(`
    CREATE TABLE people (id int PRIMARY KEY, code text UNIQUE, boss int REFERENCES people ON DELETE SET NULL, name text);
    CREATE TABLE orders (id int PRIMARY KEY, person int REFERENCES people ON DELETE CASCADE ON UPDATE CASCADE, note text);
    CREATE TABLE items (id int, buyer int REFERENCES orders ON DELETE CASCADE);
    CREATE TABLE kept (person int REFERENCES people ON DELETE RESTRICT);
    CREATE TABLE cards (code text DEFAULT 'none' REFERENCES people (code) ON DELETE SET DEFAULT ON UPDATE SET NULL);
    CREATE TABLE log (at int REFERENCES orders ON DELETE SET NULL);
    CREATE TABLE logged (what text);
    CREATE RULE notes AS ON DELETE TO items DO ALSO INSERT INTO logged VALUES ('item');
    CREATE TABLE days (day int PRIMARY KEY) PARTITION BY RANGE (day);
    CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (100);
    CREATE TABLE visits (day int REFERENCES days ON DELETE CASCADE, n int) PARTITION BY RANGE (n);
    CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (0) TO (100);
    CREATE TABLE pairs (a int, b int, PRIMARY KEY (a, b));
    CREATE TABLE halves (x int, y int, FOREIGN KEY (x, y) REFERENCES pairs (a, b) ON DELETE SET NULL (y) ON UPDATE CASCADE);
    CREATE VIEW staff AS SELECT id AS number, code, name FROM people WHERE name <> '';
    CREATE VIEW bosses AS SELECT number, name FROM staff;
    CREATE FUNCTION fires(int) RETURNS void LANGUAGE sql AS 'DELETE FROM people WHERE id = $1';
    INSERT INTO people VALUES (1, 'a', NULL, 'Ann'), (2, 'b', 1, 'Bob'), (3, 'none', NULL, 'Nobody');
    INSERT INTO orders VALUES (10, 1), (20, 2);
    INSERT INTO items VALUES (100, 10);
    INSERT INTO cards VALUES ('a');
    INSERT INTO log VALUES (10);
    INSERT INTO days VALUES (1); INSERT INTO visits VALUES (1, 1);
    INSERT INTO pairs VALUES (1, 2); INSERT INTO halves VALUES (1, 2)`);
  court = await openCourt(client);
}, 60_000);

const writesOf = (sql: string): readonly string[] => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  const { analysis } = analyze(statement, court.whole, court.settings);
  return analysis.accesses
    .filter(({ action }) => action !== 'select' && action !== 'execute')
    .map(({ action, object, columns }) => {
      const written = columns.filter(({ uses }) => uses.includes('write'));
      const list = written.map(({ name }) => name).join(', ');
      return `${action} ${object ? formatName(object) : ''}${list ? ` (${list})` : ''}`;
    })
    .sort();
};

interface Case {
  readonly name: string;
  readonly sql: string;
  readonly writes: readonly string[];
}

const removed = [
  'delete public.items',
  'delete public.orders',
  'insert public.logged (what)',
  'update public.cards (code)',
  'update public.log (at)',
  'update public.people (boss)',
];

const cases: readonly Case[] = [
  {
    name: 'a row and all that goes with it, through several tables, and a rule of one of them',
    sql: 'DELETE FROM people WHERE id = 1',
    writes: ['delete public.people', ...removed].sort(),
  },
  {
    name: 'through views over views',
    sql: 'DELETE FROM bosses WHERE number = 1',
    writes: ['delete public.bosses', ...removed].sort(),
  },
  {
    name: 'in a WITH',
    sql: 'WITH gone AS (DELETE FROM people WHERE id = 1 RETURNING id) SELECT count(*) FROM gone',
    writes: ['delete public.people', ...removed].sort(),
  },
  {
    name: "in a function's body",
    sql: 'SELECT fires(1)',
    writes: ['delete public.people', ...removed].sort(),
  },
  {
    name: 'by MERGE',
    sql: 'MERGE INTO people p USING orders o ON p.id = o.person AND o.id = 10 WHEN MATCHED THEN DELETE',
    writes: ['delete public.people', 'merge public.people', ...removed].sort(),
  },
  {
    name: 'keys that are not changed',
    sql: "UPDATE people SET name = 'x' WHERE id = 1",
    writes: ['update public.people (name)'],
  },
  {
    name: 'a key that is',
    sql: 'UPDATE people SET id = 7 WHERE id = 2',
    writes: ['update public.orders (person)', 'update public.people (id)'],
  },
  {
    name: 'a key through a view, which has another name there',
    sql: "UPDATE staff SET code = 'z' WHERE number = 1",
    writes: ['update public.cards (code)', 'update public.staff (code)'],
  },
  {
    name: 'on conflict, of the columns that are set and not of those inserted',
    sql: "INSERT INTO people (id, code) VALUES (1, 'q') ON CONFLICT (id) DO UPDATE SET name = excluded.code",
    writes: ['insert public.people (id, code, name)', 'update public.people (id, code, name)'],
  },
  {
    name: 'on conflict, of a key',
    sql: "INSERT INTO people (id, code) VALUES (1, 'q') ON CONFLICT (id) DO UPDATE SET code = 'w'",
    writes: [
      'insert public.people (id, code)',
      'update public.cards (code)',
      'update public.people (id, code)',
    ],
  },
  {
    name: 'of partitions, into partitions',
    sql: 'DELETE FROM days WHERE day = 1',
    writes: ['delete public.days', 'delete public.visits'],
  },
  {
    name: 'of one partition',
    sql: 'DELETE FROM days_1 WHERE day = 1',
    writes: ['delete public.days_1', 'delete public.visits'],
  },
  {
    name: 'the columns that the key names',
    sql: 'DELETE FROM pairs',
    writes: ['delete public.pairs', 'update public.halves (y)'],
  },
  {
    name: 'one of two columns',
    sql: 'UPDATE pairs SET b = 5',
    writes: ['update public.halves (y)', 'update public.pairs (b)'],
  },
  { name: 'a plan alone', sql: 'EXPLAIN DELETE FROM people WHERE id = 1', writes: [] },
  { name: 'the plan of a rule', sql: 'EXPLAIN DELETE FROM items WHERE id = 0', writes: [] },
  {
    name: 'what nothing refers to',
    sql: 'DELETE FROM items WHERE id = 0',
    writes: ['delete public.items', 'insert public.logged (what)'],
  },
];

describe('writes', () => {
  test.each(cases)('$name', async ({ sql, writes }) => {
    expect(writesOf(sql)).toEqual(writes);
    const [statement] = parse(sql);
    const changed = await changedTables(client, sql);
    if (!statement || changed === undefined) throw new Error(`the server refuses ${sql}`);
    const { accesses } = analyze(statement, court.whole, court.settings).analysis;
    expect(unnamed(court.whole, accesses, changed)).toEqual([]);
    // Each action of a key that is named has happened.
    const counted = new Set(
      changed.map(({ oid }) =>
        formatName(court.whole.relationByOid(oid) ?? { schema: '', name: '' }),
      ),
    );
    for (const table of ['orders', 'items', 'cards', 'log', 'halves'])
      if (writes.some((write) => write.includes(`public.${table}`)) && !sql.startsWith('EXPLAIN'))
        if (!sql.includes('id = 0') && !sql.includes('ON CONFLICT'))
          expect([...counted]).toContain(`public.${table}`);
  });

  test.each([
    ['DELETE FROM bosses', 'trigger function public.notices on public.people'],
    ['INSERT INTO staff (number) VALUES (9)', 'trigger function public.notices on public.people'],
    ['DELETE FROM people WHERE id = 9', 'trigger function public.notices on public.items'],
    ['DELETE FROM pairs', undefined],
  ])('triggers of what is under a view, and of what a key reaches: %s', async (sql, expected) => {
    await client.query(`BEGIN; CREATE FUNCTION notices() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
      CREATE TRIGGER notices BEFORE INSERT OR DELETE ON people FOR EACH ROW EXECUTE FUNCTION notices();
      CREATE TRIGGER notices BEFORE DELETE ON items FOR EACH ROW EXECUTE FUNCTION notices()`);
    try {
      const { whole, settings } = await openCourt(client);
      const [statement] = parse(sql);
      if (!statement) throw new Error('no statement');
      const constructs = analyze(statement, whole, settings).analysis.notUnderstood.map(
        ({ construct }) => construct,
      );
      if (expected === undefined) expect(constructs).toEqual([]);
      else expect(constructs).toContain(expected);
    } finally {
      await client.query('ROLLBACK');
    }
  });

  test('TRUNCATE ... CASCADE', async () => {
    expect(writesOf('TRUNCATE people CASCADE')).toEqual(
      ['people', 'orders', 'items', 'kept', 'cards', 'log']
        .map((one) => `truncate public.${one}`)
        .sort(),
    );
    expect(writesOf('TRUNCATE days_1, items')).toEqual([
      'truncate public.days_1',
      'truncate public.items',
    ]);
    await client.query('BEGIN; TRUNCATE people CASCADE');
    const { rows } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname IN ('people', 'orders', 'items', 'kept', 'cards', 'log', 'days_1', 'halves')
         AND pg_relation_size(oid) = 0 AND relname NOT IN ('kept')`,
    );
    await client.query('ROLLBACK');
    expect(rows.map(({ name }) => name).sort()).toEqual(
      ['people', 'orders', 'items', 'cards', 'log'].sort(),
    );
  });
});

test('where the values of a key come from, those that refer to it come from too', () => {
  const [statement] = parse('UPDATE people p SET id = o.id FROM orders o WHERE o.person = p.id');
  if (!statement) throw new Error('no statement');
  const { written } = analyze(statement, court.whole, court.settings).analysis;
  expect(
    written.map(({ target, sources }) => [
      `${target.name}.${target.column}`,
      sources.map(({ column, kind }) => `${kind} ${column.name}.${column.column}`),
    ]),
  ).toEqual([
    ['people.id', ['identity orders.id']],
    ['orders.person', ['identity orders.id']],
  ]);
});

describe('a table that has a row filter', () => {
  const filtered = (table: string, sql: string): unknown => {
    const [statement] = parse(sql);
    if (!statement) throw new Error('no statement');
    try {
      return rewrite(analyze(statement, court.whole, court.settings), {
        masks: [],
        rowFilters: [{ relation: { schema: 'public', name: table }, sql: "note = 'mine'" }],
        session: {},
        key: new Uint8Array(32),
      }).sql;
    } catch (thrown) {
      if (!(thrown instanceof RewriteRefusal)) throw thrown;
      return thrown.message;
    }
  };

  test.each([
    [
      'DELETE FROM people WHERE id = 1',
      expect.stringContaining('a foreign key changes rows of public.orders'),
    ],
    ["UPDATE people SET name = 'x'", "UPDATE people SET name = 'x'"],
  ])('%s', (sql, expected) => {
    expect(filtered('orders', sql)).toEqual(expected);
  });
});
