/** Views that read themselves: PostgreSQL lets them be made, and refuses every query of them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  analyze,
  type Catalogue,
  classify,
  loadParser,
  parse,
  readCatalogue,
  SqlError,
} from '@postern/sql';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let client: pg.Client;
let catalogue: Catalogue;
beforeAll(async () => {
  await loadParser();
  const server = await startPostgres();
  undo.push(() => server.stop());
  client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
  await client.query(`CREATE TABLE t (id int);
    CREATE VIEW one AS SELECT id FROM t; CREATE VIEW two AS SELECT id FROM one;
    CREATE VIEW outside AS SELECT id FROM two; CREATE OR REPLACE VIEW one AS SELECT id FROM two`);
  const types = { getTypeParser: () => (value: string) => value };
  catalogue = await readCatalogue(
    async (text) => (await client.query<(string | null)[]>({ text, rowMode: 'array', types })).rows,
  );
}, 60_000);

const ours = (sql: string): string => {
  try {
    for (const statement of parse(sql))
      analyze(statement, catalogue, { searchPath: ['public'], user: 'postgres', role: 'none' });
    return 'understood';
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    return thrown.sqlstate;
  }
};

test.each([
  'SELECT * FROM one',
  'SELECT count(*) FROM two',
  'SELECT id FROM outside',
  'INSERT INTO t SELECT id FROM one',
  'WITH w AS (SELECT id FROM two) SELECT 1 FROM w',
  'SELECT id FROM t',
  'CREATE VIEW further AS SELECT id FROM one',
  'CREATE OR REPLACE VIEW one AS SELECT id FROM t',
  'CREATE TABLE filled AS SELECT id FROM one',
  'EXPLAIN SELECT id FROM one',
  'PREPARE later AS SELECT id FROM one',
  'DECLARE c CURSOR FOR SELECT id FROM one',
  'UPDATE t SET id = (SELECT max(id) FROM two)',
  'GRANT SELECT ON one TO public',
  "COMMENT ON VIEW one IS 'x'",
  'DROP VIEW one CASCADE',
])('%s', async (sql) => {
  await client.query('BEGIN');
  const theirs = await client.query(sql).then(
    () => 'understood',
    (thrown: unknown) => (thrown as pg.DatabaseError).code,
  );
  await client.query('ROLLBACK');
  expect(ours(sql)).toBe(theirs);
});

test('columns of such a view may hold anything', () => {
  expect(() => classify(catalogue, [])).not.toThrow();
});
