/** A sample of `make oracle`: the columns that a view of a query depends on are those that the analysis names. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadParser } from '@postern/sql';
import fc from 'fast-check';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { queriesOver, type Table } from './grammar.js';
import { type Court, judge, openCourt } from './judge.js';
import { statementsOf } from './split.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const tables: readonly Table[] = ['one', 'two', 'three'].map((name) => ({
  name: `g_${name}`,
  columns: ['a', 'b', 'c', 'd'],
}));

let court: Court;
beforeAll(async () => {
  await loadParser();
  const server = await startPostgres();
  undo.push(() => server.stop());
  await server.sql(await readFile(join(root, 'sql', 'fixtures', 'shop.sql'), 'utf8'));
  for (const { name, columns } of tables)
    await server.sql(`CREATE TABLE ${name} (${columns.map((each) => `${each} text`).join(', ')})`);
  const client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
  court = await openCourt(client);
}, 60_000);

describe('the server and the analysis name the same columns', () => {
  test('of queries over a shop', async () => {
    const text = await readFile(join(root, 'test', 'fixtures', 'oracle', 'shop.sql'), 'utf8');
    const queries = statementsOf(text);
    const known: string[] = [];
    for (const query of queries) {
      const judgement = await judge(court, query);
      if (judgement.kind === 'unknown') continue;
      expect([query, judgement]).toEqual([query, { kind: 'agree' }]);
      known.push(query);
    }
    expect(known.length).toBeGreaterThan(queries.length * 0.9);
  }, 60_000);

  test('of arbitrary queries', async () => {
    let known = 0;
    const runs = 300;
    await fc.assert(
      fc.asyncProperty(queriesOver(tables), async (query) => {
        const judgement = await judge(court, query);
        if (judgement.kind === 'unknown') return;
        known += 1;
        expect(judgement).toEqual({ kind: 'agree' });
      }),
      { numRuns: runs },
    );
    expect(known).toBeGreaterThan(runs * 0.5);
  }, 120_000);
});
