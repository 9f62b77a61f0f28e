/** UPDATE and DELETE under a row filter do what row-level security with the same condition lets them do. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { analyze, parse, rewrite } from '@postern/sql';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const filter = `region = 'eu' OR shared`;

let court: Court;
beforeAll(async () => {
  court = await courtWith(
    undo,
    `CREATE TABLE people (id int PRIMARY KEY, name text, region text, shared bool DEFAULT false, n int);
     CREATE TABLE orders (id int, person int, total int);
     CREATE TABLE log (id int, what text) PARTITION BY LIST (id);
     CREATE TABLE log_1 PARTITION OF log DEFAULT;
     INSERT INTO people VALUES (1, 'Ann', 'eu', false, 1), (2, 'Bob', 'us', false, 0), (3, 'Cid', 'us', true, 2),
       (4, 'Dan', NULL, NULL, 0), (5, 'Eve', 'eu', NULL, 3);
     INSERT INTO orders VALUES (1, 1, 10), (2, 2, 20), (3, 5, 30), (4, 3, 5);
     CREATE ROLE somebody;
     ALTER TABLE people ENABLE ROW LEVEL SECURITY;
     CREATE POLICY own ON people TO somebody USING (${filter});
     GRANT ALL ON people, orders, log TO somebody`,
  );
}, 60_000);

/** What the client gets, and what is there then. */
const done = async (sql: string, by: string): Promise<unknown> => {
  const { client } = court;
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL ROLE ${by}`);
    const { command, rowCount, rows } = await client.query(sql);
    await client.query('RESET ROLE');
    const after = await client.query('SELECT * FROM people ORDER BY id');
    const sorted = rows.map((row) => JSON.stringify(row)).sort();
    return { command, rowCount, rows: sorted, after: after.rows };
  } finally {
    await client.query('ROLLBACK');
  }
};

const filtered = (sql: string): string => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  return rewrite(analyze(statement, court.whole, court.settings), {
    masks: [],
    rowFilters: [{ relation: { schema: 'public', name: 'people' }, sql: filter }],
    session: {},
    key: new Uint8Array(32),
  }).sql;
};

test.each([
  'DELETE FROM people',
  'DELETE FROM people RETURNING *',
  'DELETE FROM people p WHERE p.id > 1 OR name IS NULL RETURNING p.name',
  'DELETE FROM ONLY people WHERE id IN (SELECT person FROM orders WHERE total > 5) RETURNING id',
  'DELETE FROM people USING orders o WHERE o.person = people.id RETURNING o.total, people.id',
  'DELETE FROM people WHERE 1 / n > 0',
  'DELETE FROM people WHERE (SELECT count(*) FROM orders WHERE person = people.id) = 1 /* one */',
  "UPDATE people SET name = 'x'",
  'UPDATE people SET name = upper(name), n = n + 1 WHERE id < 5 -- all of them\n RETURNING id, name, n',
  'UPDATE people AS p SET n = o.total FROM orders AS o WHERE o.person = p.id RETURNING p.*',
  'UPDATE people SET (name, n) = (SELECT $$y$$, count(*) FROM orders) WHERE 10 / n > 1 RETURNING n',
  'WITH gone AS (DELETE FROM people WHERE id > 1 RETURNING id) SELECT count(*) FROM gone',
  'WITH o AS (SELECT * FROM orders) UPDATE people SET n = total FROM o WHERE o.person = people.id AND people.name LIKE $$%n%$$',
  'WITH a AS (UPDATE people SET n = 9 WHERE id = 1 RETURNING id) DELETE FROM people WHERE id IN (SELECT id + 1 FROM a)',
  'UPDATE public.people SET name = region WHERE public.people.shared IS NOT TRUE RETURNING public.people.id',
])('%s', async (sql) => {
  expect(await done(filtered(sql), 'postgres')).toEqual(await done(sql, 'somebody'));
});

test('what is asked of hidden rows is not evaluated', async () => {
  // Of row 2 it would be a division by zero.
  const sql = 'UPDATE people SET name = $$x$$ WHERE 1 / (id - 2) IS NOT NULL';
  await expect(done(sql, 'postgres')).rejects.toMatchObject({ code: '22012' });
  expect(await done(filtered(sql), 'postgres')).toMatchObject({ rowCount: 3 });
});

test.each([
  ["UPDATE people SET region = 'us'", 'region'],
  ['UPDATE people SET (n, shared) = (1, true) WHERE id = 1', 'shared'],
  ['INSERT INTO people (id) VALUES (9)', 'no others made'],
  [
    "INSERT INTO people (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x'",
    'no others made',
  ],
  [
    'MERGE INTO people USING orders o ON o.person = people.id WHEN MATCHED THEN DELETE',
    'no others made',
  ],
  ['DELETE FROM people WHERE CURRENT OF c', 'cursor'],
])('refused: %s', (sql, why) => {
  expect(() => filtered(sql)).toThrow(why);
});
