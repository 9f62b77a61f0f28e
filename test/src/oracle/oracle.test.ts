/** A sample of `make oracle`: the columns that a view of a query depends on are those that the analysis names. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadParser } from '@postern/sql';
import fc from 'fast-check';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { corpora, open } from './corpora.js';
import { queriesOver, type Table } from './grammar.js';
import { type Court, judge, openCourt } from './judge.js';
import { judgeUnchanged } from './unchanged.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const tables: readonly Table[] = ['one', 'two', 'three'].map((name) => ({
  name: `g_${name}`,
  columns: ['a', 'b', 'c', 'd'],
}));

let connect: () => Promise<pg.Client>;
beforeAll(async () => {
  await loadParser();
  const server = await startPostgres();
  undo.push(() => server.stop());
  connect = async () => {
    const client = new pg.Client({ connectionString: server.login('postgres') });
    await client.connect();
    undo.push(() => client.end());
    return client;
  };
}, 60_000);

describe('the server and the analysis name the same columns, and replaced relations change no answer', () => {
  test.each(corpora)(
    '$name',
    async (corpus) => {
      const client = await connect();
      const queries = await open(corpus, client);
      const court = await openCourt(client);
      let known = 0;
      let compared = 0;
      for (const query of queries) {
        const judgement = await judge(court, query);
        if (judgement.kind === 'unknown') continue;
        expect([query, judgement]).toEqual([query, { kind: 'agree' }]);
        known += 1;
        const { kind, ...how } = await judgeUnchanged(court, query);
        expect([query, kind, how]).toEqual([
          query,
          expect.stringMatching(/^(same|record|unknown)$/),
          {},
        ]);
        if (kind !== 'unknown') compared += 1;
      }
      expect(known).toBeGreaterThan(queries.length * 0.9);
      expect(compared).toBeGreaterThan(queries.length * 0.9);
    },
    120_000,
  );

  test('arbitrary queries', async () => {
    const client = await connect();
    for (const { name, columns } of tables) {
      const list = columns.map((each) => `${each} text`).join(', ');
      await client.query(`CREATE TABLE ${name} (${list});
        INSERT INTO ${name} SELECT i % 3, i % 5, CASE WHEN i % 7 > 0 THEN 'x' END, i FROM generate_series(1, 9) i`);
    }
    const court: Court = await openCourt(client);
    let known = 0;
    const runs = 300;
    await fc.assert(
      fc.asyncProperty(queriesOver(tables), async (query) => {
        const judgement = await judge(court, query);
        if (judgement.kind === 'unknown') return;
        known += 1;
        expect(judgement).toEqual({ kind: 'agree' });
        // Which rows a LIMIT leaves is the plan's to choose.
        if (query.includes('LIMIT')) return;
        expect(await judgeUnchanged(court, query)).not.toHaveProperty('how');
      }),
      { numRuns: runs },
    );
    expect(known).toBeGreaterThan(runs * 0.5);
  }, 120_000);
});
