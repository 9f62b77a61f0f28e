/** `predicates: allow`: equality with constants and parameters sees a masked column as it is, and finds it by its index. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyze, parse, rewrite } from '@postern/sql';
import { Undo } from '../harness/undo.js';
import { type Court, openCourt } from '../oracle/judge.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const schema = `
  CREATE TYPE tier AS ENUM ('free', 'gold');
  CREATE TABLE people (id int PRIMARY KEY, email varchar(40) UNIQUE, tier tier, note text, at timestamptz);
  CREATE TABLE orders (id int, person int, mail text);
  INSERT INTO people SELECT i, 'p' || i || '@example.com', CASE WHEN i % 2 = 0 THEN 'gold' ELSE 'free' END::tier, 'n', now()
    FROM generate_series(1, 5000) i;
  INSERT INTO orders VALUES (1, 7, 'p7@example.com'), (2, 8, 'x'), (3, 9, NULL);
  ANALYZE`;

const relation = { schema: 'public', name: 'people' };

/** Statements that see the value as it is, and the rows that they give. */
const open: readonly (readonly [sql: string, rows: readonly unknown[]])[] = [
  ["SELECT id, email FROM people WHERE email = 'p7@example.com'", [[7, 'REDACTED']]],
  ["SELECT p.id FROM people p WHERE 'p7@example.com' = p.email", [[7]]],
  ["SELECT id FROM people WHERE public.people.email = 'p7@example.com'::text", [[7]]],
  [
    "SELECT id FROM people WHERE email IN ('p7@example.com', 'p8@example.com') ORDER BY id",
    [[7], [8]],
  ],
  ["SELECT id FROM people WHERE email = ANY ('{p7@example.com}')", [[7]]],
  ["SELECT id FROM people WHERE email = ANY (ARRAY['p7@example.com', 'x'])", [[7]]],
  ["SELECT id FROM people WHERE email OPERATOR(pg_catalog.=) 'p7@example.com'", [[7]]],
  ["SELECT count(*)::int FROM people WHERE NOT (email = 'p7@example.com' OR id > 10)", [[9]]],
  ["SELECT count(*)::int FROM people WHERE tier = 'gold' AND email IS NOT NULL", [[2500]]],
  [
    "SELECT * FROM people p WHERE email = 'p7@example.com' AND p.note = 'n'",
    [[7, 'REDACTED', 'free', 'n', null]],
  ],
  [
    "SELECT o.*, p.tier FROM orders o JOIN people p ON p.id = o.person AND p.email = 'p7@example.com'",
    [[1, 7, 'p7@example.com', 'free']],
  ],
  [
    "SELECT * FROM orders o LEFT JOIN (SELECT * FROM people WHERE email = 'p7@example.com') p ON p.id = o.person WHERE o.id < 3",
    [
      [1, 7, 'p7@example.com', 7, 'REDACTED', 'free', 'n', null],
      [2, 8, 'x', null, null, null, null, null],
    ],
  ],
  [
    "SELECT a.id FROM people a JOIN people b ON a.id = b.id WHERE a.email = 'p7@example.com' AND b.email = 'p7@example.com'",
    [[7]],
  ],
  [
    "UPDATE people SET note = 'x' WHERE email = 'p7@example.com' RETURNING id, email",
    [[7, 'REDACTED']],
  ],
  [
    "DELETE FROM people p USING orders o WHERE o.person = p.id AND p.email IN ('p7@example.com', 'p8@example.com') RETURNING p.id",
    [[7], [8]],
  ],
  [
    "INSERT INTO people (id, email) VALUES (9000, 'p7@example.com') ON CONFLICT (email) DO UPDATE SET note = 'x' RETURNING id, email",
    [[7, 'REDACTED']],
  ],
];

/** Those that see what is shown. */
const closed: readonly (readonly [sql: string, rows: readonly unknown[]])[] = [
  ["SELECT id FROM people WHERE email LIKE 'p7@%'", []],
  ["SELECT id FROM people WHERE email >= 'p7@example.com' AND email < 'p7@exbmple' AND id < 3", []],
  ["SELECT count(*)::int FROM people WHERE email <> 'p7@example.com'", [[5000]]],
  ["SELECT id FROM people WHERE lower(email) = 'p7@example.com'", []],
  ["SELECT id FROM people WHERE email || '' = 'p7@example.com'", []],
  ["SELECT id FROM people WHERE email::text = 'p7@example.com'", []],
  ["SELECT id FROM people WHERE email = lower('p7@example.com')", []],
  ["SELECT id FROM people WHERE email = (SELECT 'p7@example.com')", []],
  ['SELECT p.id FROM people p JOIN orders o ON o.mail = p.email', []],
  ["SELECT id FROM people WHERE (email = 'p7@example.com') IS TRUE", []],
  ["SELECT id FROM people WHERE CASE WHEN email = 'p7@example.com' THEN true ELSE false END", []],
  ["SELECT email = 'p7@example.com' FROM people WHERE id = 7", [[false]]],
  ["SELECT count(*) FILTER (WHERE email = 'p7@example.com')::int FROM people", [[0]]],
  ['SELECT id FROM people WHERE email COLLATE "C" = \'p7@example.com\'', []],
  ["SELECT id FROM people p WHERE email = 'p7@example.com' AND p IS NOT NULL", []],
  [
    "SELECT to_jsonb(j) -> 'id' FROM (people JOIN orders ON person = people.id) AS j (a, b) WHERE b = 'p7@example.com'",
    [],
  ],
  ["UPDATE people SET note = 'x' WHERE email LIKE 'p7@%' RETURNING id", []],
  [
    'SELECT (SELECT "postern raw email at 79" FROM people WHERE email = \'p7@example.com\') FROM (SELECT \'x\' AS "postern raw email at 79") g',
    [[null]],
  ],
  [
    'SELECT (SELECT U&"postern\\0020raw email at 84" FROM people WHERE email = \'p7@example.com\') FROM (SELECT \'x\' AS U&"postern\\0020raw email at 84") g',
    [[null]],
  ],
  [
    "SELECT g.* FROM people NATURAL LEFT JOIN (SELECT 'x' AS \"y\") g WHERE email = 'p7@example.com'",
    [],
  ],
];

describe.each([13, 15, 18] as const)('PostgreSQL %i', (version) => {
  let court: Court;
  beforeAll(async () => {
    court = await courtWith(undo, schema, { version });
  }, 120_000);

  const masked = (sql: string, predicates?: 'allow', on: Court = court): string => {
    const [statement] = parse(sql);
    if (!statement) throw new Error('no statement');
    const how = predicates ? { predicates } : {};
    return rewrite(analyze(statement, on.whole, on.settings), {
      masks: [
        { relation, column: 'email', mask: { redact: {} }, ...how },
        { relation, column: 'tier', mask: { redact: {} }, ...how },
        { relation, column: 'at', mask: { null: {} }, ...how },
      ],
      rowFilters: [],
      session: {},
      key: new Uint8Array(32),
    }).sql;
  };

  const rowsOf = async (text: string, values: unknown[] = []): Promise<unknown[]> => {
    const { client } = court;
    await client.query('BEGIN');
    try {
      return (await client.query<unknown[]>({ text, values, rowMode: 'array' })).rows;
    } finally {
      await client.query('ROLLBACK');
    }
  };

  test.each(open)('open: %s', async (sql, rows) => {
    expect(await rowsOf(masked(sql, 'allow'))).toEqual(rows);
  });

  test.each(closed)('closed: %s', async (sql, rows) => {
    expect(await rowsOf(masked(sql, 'allow'))).toEqual(rows);
  });

  test('closed without it', async () => {
    expect(await rowsOf(masked("SELECT id FROM people WHERE email = 'p7@example.com'"))).toEqual(
      [],
    );
  });

  test('parameters', async () => {
    const one = masked('SELECT id FROM people WHERE email = $1 AND tier = $2', 'allow');
    expect(await rowsOf(one, ['p7@example.com', 'free'])).toEqual([[7]]);
    const many = masked('SELECT id FROM people WHERE email = ANY ($1)', 'allow');
    expect(await rowsOf(many, [['p7@example.com', 'x']])).toEqual([[7]]);
    const typed = masked(
      'SELECT id FROM people WHERE email = ANY ($1::text[]) OR email IN ($2)',
      'allow',
    );
    expect(await rowsOf(typed, [['p7@example.com'], 'p9@example.com'])).toEqual([[7], [9]]);
  });

  test.each([
    "SELECT id, email FROM people WHERE email = 'p7@example.com'",
    "SELECT * FROM people p WHERE email IN ('p7@example.com', 'p8@example.com')",
    "SELECT p.* FROM orders o JOIN people p ON p.id = o.person WHERE p.email = ANY ('{p7@example.com}')",
    "UPDATE people SET note = 'x' WHERE email = 'p7@example.com'",
    "DELETE FROM people WHERE email = 'p7@example.com' RETURNING email",
  ])('by the index: %s', async (sql) => {
    const plan = async (how?: 'allow'): Promise<string> =>
      (await rowsOf(`EXPLAIN ${masked(sql, how)}`)).join('\n');
    expect(await plan('allow')).toMatch(/people_email_key/);
    expect(await plan()).not.toMatch(/people_email_key/);
  });

  test.each([
    [
      "an operator of one's own",
      "CREATE FUNCTION eq(varchar, varchar) RETURNS bool LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = eq)",
      'DROP OPERATOR = (varchar, varchar); DROP FUNCTION eq',
    ],
    [
      "a cast of one's own",
      "CREATE TYPE own AS (x int); CREATE FUNCTION own(varchar) RETURNS own LANGUAGE sql AS 'SELECT ROW(1)::own'; CREATE CAST (varchar AS own) WITH FUNCTION own(varchar)",
      'DROP TYPE own CASCADE',
    ],
  ])('closed while there is %s', async (_, make, drop) => {
    const sql = "SELECT id FROM people WHERE email = 'p7@example.com'";
    const { client } = court;
    await client.query(make);
    try {
      expect(masked(sql, 'allow', await openCourt(client))).toEqual(masked(sql));
    } finally {
      await client.query(drop);
    }
    expect(masked(sql, 'allow', await openCourt(client))).not.toEqual(masked(sql));
  });
});
