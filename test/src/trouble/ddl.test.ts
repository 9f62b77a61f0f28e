/** Many sessions that change the schema at once: each sees its own changes, and none is given up. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import pg from 'pg';
import { type Postern, startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let postern: Postern;
beforeAll(async () => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  postern = await startPostern({
    files: [join(root, 'test', 'fixtures', 'conformance', 'allow.yaml')],
    upstream: server.url('postgres'),
    words: ['--as', 'serviceaccount:conformance/conformance'],
  });
  undo.push(() => postern.stop());
}, 120_000);

/** @returns the errors that the sessions met */
const inSessions = async (
  count: number,
  work: (run: (sql: string) => Promise<void>, session: number) => Promise<void>,
): Promise<readonly string[]> => {
  const errors: string[] = [];
  await Promise.all(
    Array.from({ length: count }, async (_, session) => {
      const client = new pg.Client({ connectionString: postern.login('postgres', 'x') });
      client.on('error', () => undefined);
      await client.connect();
      await work(async (sql) => {
        await client.query(sql).catch((error: unknown) => errors.push(`${sql}: ${String(error)}`));
      }, session);
      await client.end();
    }),
  );
  return errors;
};

test('a session sees what it has just committed, while others read the schema', async () => {
  const errors = await inSessions(6, async (run, session) => {
    for (let n = 0; n < 8; n += 1) {
      const table = `made_${session}_${n}`;
      const while_ = ((session * 7 + n * 3) % 10) / 20;
      await run(`CREATE TABLE ${table} AS SELECT 1 AS a FROM pg_sleep(${while_})`);
      await run(`INSERT INTO ${table} VALUES (1)`);
    }
  });
  expect(errors).toEqual([]);
}, 60_000);

test('what others drop in the middle of the reading ends no session', async () => {
  const errors = await inSessions(8, async (run, session) => {
    for (let n = 0; n < 8; n += 1) {
      const name = `v_${session}_${n}`;
      await run(
        `CREATE TABLE t${name} (a int PRIMARY KEY, g int GENERATED ALWAYS AS (a * 2) STORED)`,
      );
      await run(`CREATE VIEW ${name} AS SELECT a FROM t${name}`);
      await run(`CREATE FUNCTION f${name}(int) RETURNS int LANGUAGE sql AS 'SELECT $1'`);
      await run(`SELECT f${name}(a) FROM ${name}`);
      await run('BEGIN');
      await run(`CREATE TEMP TABLE x${name} (a int)`);
      await run(`INSERT INTO x${name} VALUES (1)`);
      await run(n % 2 === 0 ? 'ROLLBACK' : 'COMMIT');
      await run(`DROP TABLE t${name} CASCADE`);
      await run(`DROP FUNCTION f${name}`);
    }
  });
  expect(errors).toEqual([]);
}, 90_000);
