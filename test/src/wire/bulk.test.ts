/** Statements of a megabyte that are long for their values alone: bulk INSERTs, long lists of parameters and constants. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { Undo } from '../harness/undo.js';
import { type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
let rules: Rules;
beforeAll(async () => {
  rules = await startRules(undo);
  await rules.server.sql(
    'CREATE TABLE public.bulk (id int, name text, at date, price numeric, note text)',
  );
}, 120_000);
afterAll(() => undo.all(), 60_000);

const connected = async (port: number): Promise<pg.Client> => {
  const client = new pg.Client({
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
  });
  await client.connect();
  undo.push(() => client.end());
  return client;
};

const numbers = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

describe.each(['open', 'masked'] as const)('%s', (which) => {
  test('constants', async () => {
    const client = await connected(rules[which]);
    await client.query('TRUNCATE bulk');
    const rows = numbers(20_000).map((i) => `(${i}, 'ü${i}', '2026-01-01'::date, ${i}.5, NULL)`);
    const inserted = await client.query(`INSERT INTO bulk VALUES ${rows.join(', ')}`);
    expect(inserted.rowCount).toBe(20_000);
    const list = numbers(60_000).map((i) => `'ü${i}'`);
    const { rows: found } = await client.query(
      `SELECT count(*)::int AS n, max(price)::text AS most FROM bulk WHERE name IN (${list.join(', ')})`,
    );
    expect(found).toEqual([{ n: 20_000, most: '19999.5' }]);
  }, 60_000);

  test('parameters', async () => {
    const client = await connected(rules[which]);
    await client.query('TRUNCATE bulk');
    const rows = numbers(13_000);
    const places = rows.map(
      (i) => `($${5 * i + 1}, $${5 * i + 2}, $${5 * i + 3}, $${5 * i + 4}, $${5 * i + 5})`,
    );
    const values = rows.flatMap((i) => [i, `n${i}`, '2026-01-01', i, null]);
    const inserted = await client.query(`INSERT INTO bulk VALUES ${places.join(', ')}`, values);
    expect(inserted.rowCount).toBe(13_000);
  }, 60_000);

  test('an error among them is the server’s', async () => {
    const client = await connected(rules[which]);
    const rows = numbers(30_000).map((i) => `(${i}, 'x')`);
    const failing = async (sql: string): Promise<unknown> =>
      client.query(sql).then(
        () => 'done',
        (thrown: unknown) => {
          const { code, position } = thrown as pg.DatabaseError;
          return [code, position];
        },
      );
    const wrongValue = `INSERT INTO bulk (id, at) VALUES ${rows.join(', ')}`;
    const wrongName = `INSERT INTO bulk (id, name) VALUES ${rows.join(', ')} RETURNING nothing`;
    const position = (text: string, of: string): string => String(text.indexOf(of) + 1);
    expect(await failing(wrongValue)).toEqual(['22007', position(wrongValue, "'x'")]);
    expect(await failing(wrongName)).toEqual(['42703', position(wrongName, 'nothing')]);
    expect((await client.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
  }, 60_000);
});
