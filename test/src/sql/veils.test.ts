/** The catalogue holds values of columns: those of masked tables are kept back, and all else stays as it is. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { Undo } from '../harness/undo.js';
import { type Rules, startRules } from '../wire/rules-bed.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const planted = 'zebra.quagga@mail.example';

/** The same twice: of `people`, whose e-mail is masked, and of `plain`, which nobody protects. */
const objects = (table: string): string => `
  CREATE INDEX ${table}_one ON ${table} (id) WHERE email = '${planted}';
  CREATE INDEX ${table}_two ON ${table} ((email = '${planted}'));
  CREATE INDEX ${table}_lower ON ${table} (lower(email));
  CREATE STATISTICS ${table}_stats (mcv) ON name, email FROM ${table};
  INSERT INTO ${table} SELECT i, 'many', i % 3 || '${planted}' FROM generate_series(10, 60) i;
  ALTER TABLE ${table} ADD COLUMN late text DEFAULT '${planted}';
  CREATE TABLE ${table}_parts (id int, email text) PARTITION BY LIST (email);
  CREATE TABLE ${table}_part PARTITION OF ${table}_parts FOR VALUES IN ('${planted}');
  CREATE MATERIALIZED VIEW ${table}_kept AS SELECT email FROM ${table};
  CREATE TABLE ${table}_child () INHERITS (${table});
  INSERT INTO ${table}_child SELECT i, 'child', '${planted}' FROM generate_series(100, 130) i;
  COMMENT ON COLUMN ${table}_parts.email IS ${table === 'people' ? "'postern:pii.email'" : 'NULL'};
  COMMENT ON COLUMN ${table}.late IS ${table === 'people' ? "'postern:pii.email'" : 'NULL'};
`;

let rules: Rules;
let masked: pg.Client;
let direct: pg.Client;
beforeAll(async () => {
  rules = await startRules(undo);
  await rules.server.sql('CREATE TABLE plain (id int PRIMARY KEY, name text NOT NULL, email text)');
  await rules.server.sql('ALTER TABLE people DROP CONSTRAINT people_email_key');
  for (const table of ['people', 'plain'])
    for (const statement of objects(table).split(';\n'))
      if (statement.trim()) await rules.server.sql(statement);
  await rules.server.sql('ANALYZE');
  masked = await connected(rules.masked);
  direct = await connected(rules.server.port);
}, 120_000);

const connected = async (port: number): Promise<pg.Client> => {
  const client = new pg.Client({
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
  });
  await client.connect();
  undo.push(() => client.end());
  return client;
};

const rowsOf = async (client: pg.Client, sql: string): Promise<string> =>
  JSON.stringify((await client.query({ text: sql, rowMode: 'array' })).rows);

/** T stands for the table. Each shows the planted value on the server itself. */
const shows: readonly (readonly [what: string, sql: string])[] = [
  ['statistics', "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'T'"],
  ['statistics of a child', "SELECT * FROM pg_stats WHERE tablename = 'T_child'"],
  ['of a materialised view', "SELECT * FROM pg_catalog.pg_stats WHERE tablename = 'T_kept'"],
  ['of an index', "SELECT * FROM pg_stats WHERE tablename = 'T_lower'"],
  ['behind the view', "SELECT stavalues1::text FROM pg_statistic WHERE starelid = 'T'::regclass"],
  ['of several columns', "SELECT most_common_vals FROM pg_stats_ext WHERE tablename = 'T'"],
  [
    'of several columns, behind the view',
    `SELECT m.values FROM pg_statistic_ext s JOIN pg_statistic_ext_data d ON d.stxoid = s.oid,
      pg_mcv_list_items(d.stxdmcv) m WHERE stxname = 'T_stats'`,
  ],
  ['the predicate of an index', "SELECT pg_get_indexdef('T_one'::regclass)"],
  ['from a column', "SELECT pg_get_indexdef(c.oid) FROM pg_class c WHERE relname = 'T_one'"],
  ['with more arguments', "SELECT pg_get_indexdef('T_one'::regclass::oid, 0, true)"],
  ['an expression of an index', "SELECT pg_get_indexdef('T_two'::regclass, 1, false)"],
  ['the view of indexes', "SELECT indexdef FROM pg_indexes WHERE indexname = 'T_one'"],
  [
    'the tree of the predicate',
    "SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = 'T_one'::regclass",
  ],
  [
    'the tree of the expression',
    "SELECT pg_get_expr(i.indexprs, i.indrelid, true) FROM pg_index AS i WHERE indexrelid = 'T_two'::regclass",
  ],
  [
    'the bound of a partition',
    "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'T_part'",
  ],
  ['the constraint of a partition', "SELECT pg_get_partition_constraintdef('T_part'::regclass)"],
  [
    'of an aggregate, within a call',
    "SELECT upper(pg_get_partition_constraintdef(max(coalesce(c.oid, 1)))) FROM pg_class c WHERE relname = 'T_part'",
  ],
  [
    'what old rows have in a new column',
    "SELECT attmissingval::text FROM pg_attribute WHERE attrelid = 'T'::regclass AND attname = 'late'",
  ],
  [
    'in a subquery',
    "SELECT (SELECT pg_get_indexdef(i.indexrelid)) FROM pg_index i WHERE i.indexrelid = 'T_one'::regclass",
  ],
];

describe('values in the catalogue', () => {
  test.each(shows)('%s', async (_, sql) => {
    const value = new RegExp(planted, 'i');
    const ofPeople = sql.replace(/'T/g, "'people");
    const ofPlain = sql.replace(/'T/g, "'plain");
    // The server shows it, Postern does not; of a table that nobody protects both show the same.
    expect(await rowsOf(direct, ofPeople)).toMatch(value);
    expect(await rowsOf(masked, ofPeople)).not.toMatch(value);
    expect(await rowsOf(masked, ofPlain)).toBe(await rowsOf(direct, ofPlain));
    expect(await rowsOf(direct, ofPlain)).toMatch(value);
  });
});

test('statistics of the catalogue itself, where bounds and predicates stand, are kept back', async () => {
  const of = (attribute: string): string =>
    `SELECT tablename FROM pg_stats WHERE schemaname = 'pg_catalog' AND attname = '${attribute}' ORDER BY 1`;
  const behind = `SELECT starelid::regclass::text FROM pg_statistic s JOIN pg_attribute a ON a.attrelid = s.starelid
    AND a.attnum = s.staattnum WHERE a.attname = 'relpartbound'`;
  expect(await rowsOf(direct, of('relpartbound'))).toBe('[["pg_class"]]');
  expect(await rowsOf(direct, behind)).toBe('[["pg_class"]]');
  expect(await rowsOf(masked, of('relpartbound'))).toBe('[]');
  expect(await rowsOf(masked, behind)).toBe('[]');
  expect(await rowsOf(masked, of('relname'))).toBe('[["pg_class"]]');
});

describe('the rest of the catalogue is as it is', () => {
  test.each([
    [
      'tables',
      "SELECT relname, relkind, relpartbound IS NULL FROM pg_class WHERE relname LIKE 'plain%' ORDER BY 1",
    ],
    ['an index without constants', "SELECT pg_get_indexdef('people_lower'::regclass)"],
    [
      'indexes of a masked table',
      "SELECT indexdef FROM pg_indexes WHERE indexname IN ('people_pkey', 'people_lower') ORDER BY 1",
    ],
    ['every column of every attribute', 'SELECT count(*) FROM (SELECT a.* FROM pg_attribute a) q'],
    [
      'a setting of one’s own',
      "SELECT set_config('my.tenant', '7', false), current_setting('server_version')",
    ],
    ['subscriptions without their passwords', 'SELECT subname FROM pg_subscription'],
    ['keys of a masked table', "SELECT pg_get_indexdef('people_pkey'::regclass)"],
    [
      'its columns',
      "SELECT attname, atttypid FROM pg_attribute WHERE attrelid = 'people'::regclass ORDER BY attnum",
    ],
    [
      'defaults',
      "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'people'::regclass",
    ],
    [
      'constraints',
      "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'people'::regclass ORDER BY 1",
    ],
    ['the size of a table', "SELECT pg_relation_size('people')"],
    ['sessions', 'SELECT count(*) > 0, bool_or(pid = pg_backend_pid()) FROM pg_stat_activity'],
  ])('%s', async (_, sql) => {
    expect(await rowsOf(masked, sql)).toBe(await rowsOf(direct, sql));
  });

  test('nobody sees the text of statements, which hold the key of masks', async () => {
    const texts = await rowsOf(masked, 'SELECT DISTINCT query FROM pg_stat_activity');
    expect(texts).toBe('[[null]]');
    await expect(rowsOf(masked, 'SELECT current_query()')).rejects.toThrow(
      /side door|not understood|refused/i,
    );
  });

  test('what would keep such a query is refused', async () => {
    await expect(
      rowsOf(masked, 'CREATE VIEW stolen AS SELECT * FROM pg_stats'),
    ).rejects.toMatchObject({ code: '42501' });
  });
});
