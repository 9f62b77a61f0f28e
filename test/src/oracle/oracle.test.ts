/** A sample of `make oracle`: the columns that a view of a query depends on are those that the analysis names. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadParser, parse } from '@postern/sql';
import fc from 'fast-check';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { corpora, open } from './corpora.js';
import { queriesOver, type Table } from './grammar.js';
import { difference } from './compare.js';
import { type Court, judge, judgeWrite, openCourt } from './judge.js';
import { judgeMistake, withWrongNames } from './mistakes.js';
import { judgeParameters, withParameters } from './parameters.js';
import { schemas } from './schema.js';
import { mayWrite } from './split.js';
import { truthOfWrite } from './truth.js';
import { typedStatements } from './typed-grammar.js';
import { typedSchema } from './typed-terms.js';
import { changesOfNothing, judgeUnchanged } from './unchanged.js';
import { withoutUnrecorded } from './unrecorded.js';

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

describe('the server and the analysis name the same columns and mistakes, and replaced relations change no answer', () => {
  test.each(corpora)(
    '$name',
    async (corpus) => {
      const client = await connect();
      const queries = await open(corpus, client);
      const court = await openCourt(client);
      let known = 0;
      let compared = 0;
      let mistakes = 0;
      let parameters = 0;
      for (const query of queries) {
        const judgement = await judge(court, query);
        if (judgement.kind === 'unknown') continue;
        expect([query, judgement]).toEqual([query, { kind: 'agree' }]);
        known += 1;
        for (const by of changesOfNothing) {
          const { kind, ...how } = await judgeUnchanged(court, query, by);
          expect([query, by, kind, how]).toEqual([
            query,
            by,
            expect.stringMatching(/^(same|record|unknown)$/),
            {},
          ]);
          if (kind !== 'unknown') compared += 1;
        }
        for (const wrong of withWrongNames(query, 10)) {
          const mistaken = await judgeMistake(court, wrong);
          if (mistaken.kind === 'unknown') continue;
          expect([wrong, mistaken]).toEqual([wrong, { kind: 'agree' }]);
          mistakes += 1;
        }
        for (const bound of withParameters(query, 2)) {
          const deduced = await judgeParameters(court, bound);
          if (deduced.kind === 'unknown') continue;
          expect([bound, deduced]).toEqual([bound, { kind: 'agree' }]);
          parameters += 1;
        }
      }
      expect(known).toBeGreaterThan(queries.length * 0.9);
      expect(compared).toBeGreaterThan(queries.length * 0.9);
      expect(mistakes).toBeGreaterThan(queries.length * 0.2);
      expect(parameters).toBeGreaterThan(queries.length * 0.2);
    },
    120_000,
  );

  test('statements that change rows', async () => {
    const client = await connect();
    await client.query(`CREATE SCHEMA w; SET search_path = w;
      CREATE TABLE one (id int PRIMARY KEY, a text, b int);
      CREATE TABLE two (id int, c text);
      CREATE TABLE four (id int PRIMARY KEY, e text, f int);
      CREATE TABLE three (id int, d text) PARTITION BY RANGE (id);
      CREATE TABLE three_1 PARTITION OF three FOR VALUES FROM (0) TO (100);
      CREATE VIEW seen AS SELECT id, a FROM one WHERE b > 0;
      CREATE FUNCTION adds(text) RETURNS int LANGUAGE sql AS 'INSERT INTO two VALUES (1, $1) RETURNING id';
      CREATE RULE also AS ON INSERT TO one DO ALSO INSERT INTO two VALUES (NEW.id, NEW.a);
      INSERT INTO one VALUES (1, 'x', 1), (2, 'y', 2); INSERT INTO three VALUES (1, 'z')`);
    const court = await openCourt(client);
    const statements = [
      "INSERT INTO one (id, a) VALUES (9, 'n')",
      'INSERT INTO two SELECT id, a FROM one WHERE b > 1',
      "INSERT INTO three VALUES (5, 'v') RETURNING d",
      'UPDATE one SET a = c FROM two WHERE two.id = one.id AND one.b = 1',
      'UPDATE three SET d = id::text',
      'UPDATE seen SET a = upper(a)',
      'DELETE FROM three USING one WHERE one.id = three.id',
      'WITH gone AS (DELETE FROM one RETURNING id, a) INSERT INTO two SELECT * FROM gone',
      "SELECT adds('x')",
      `MERGE INTO two USING three ON two.id = three.id WHEN MATCHED THEN DELETE
       WHEN NOT MATCHED THEN INSERT VALUES (three.id, three.d)`,
      "INSERT INTO four (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET e = 'x' WHERE excluded.id > 0",
      `MERGE INTO four USING two ON two.id = four.id WHEN MATCHED THEN UPDATE SET e = c
       WHEN NOT MATCHED THEN INSERT (id, e) VALUES (two.id, 'new')`,
    ];
    for (const statement of statements)
      expect([statement, await judgeWrite(court, statement)]).toEqual([
        statement,
        { kind: 'agree' },
      ]);
    // That the server's record is there to differ from.
    const truth = await truthOfWrite(client, statements[3] ?? '', court.whole.serverVersionNum);
    expect(truth).toEqual({
      kind: 'columns',
      columns: new Map([
        ['w.one', new Set(['id', 'a', 'b'])],
        ['w.two', new Set(['id', 'c'])],
      ]),
    });
    expect(difference(new Map([['w.one', new Set(['id'])]]), new Map(), () => 3)).toEqual({
      missed: ['w.one'],
      invented: [],
    });
  });

  test.each([
    ['INSERT INTO four (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET e = $1', 3, 'e', undefined],
    ['INSERT INTO four (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET e = $1', 2, 'e', 'missed'],
    ['INSERT INTO four (id) VALUES (1) ON CONFLICT (id) DO NOTHING', 3, 'e', 'missed'],
    ['INSERT INTO five (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET e = $1', 3, 'e', 'missed'],
    ['MERGE INTO four USING two ON true WHEN MATCHED THEN UPDATE SET e = 1', 2, 'e', undefined],
    ['MERGE INTO four USING two ON true WHEN MATCHED THEN UPDATE SET f = 1', 2, 'e', 'invented'],
    ['MERGE INTO five USING four ON true WHEN MATCHED THEN UPDATE SET e = 1', 2, 'e', 'invented'],
    ['UPDATE four SET e = 1', 2, 'e', 'invented'],
  ] as const)('what no record tells: %s, %d on record', (sql, recorded, column, left) => {
    const [statement] = parse(sql);
    const names = ['id', 'e', 'f'].slice(0, recorded);
    const server = new Map([['w.four', new Set(names)]]);
    const name = `w.four.${column}`;
    const found =
      left === 'invented' || sql.startsWith('MERGE')
        ? { missed: [], invented: [name] }
        : { missed: [name], invented: [] };
    const rest = withoutUnrecorded(found, statement?.node, server, () => 3);
    expect(rest).toEqual(left === undefined ? undefined : found);
  });

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
        for (const by of changesOfNothing)
          expect(await judgeUnchanged(court, query, by)).not.toHaveProperty('how');
      }),
      { numRuns: runs },
    );
    expect(known).toBeGreaterThan(runs * 0.5);
  }, 120_000);

  test('arbitrary statements over many types are understood, with their types, columns and mistakes', async () => {
    const client = await connect();
    await client.query(`CREATE SCHEMA typed; SET search_path = typed; ${typedSchema}`);
    const court = await openCourt(client);
    let known = 0;
    const runs = 400;
    await fc.assert(
      fc.asyncProperty(typedStatements, async (statement) => {
        for (const one of [statement, ...withParameters(statement, 1)]) {
          const judgement = await judgeParameters(court, one);
          if (judgement.kind === 'unknown') continue;
          known += 1;
          expect([one, judgement]).toEqual([one, { kind: 'agree' }]);
        }
        for (const judgeOne of [...(mayWrite(statement) ? [judgeWrite] : []), judgeMistake]) {
          const judgement = await judgeOne(court, statement);
          if (judgement.kind !== 'unknown')
            expect([statement, judgement]).toEqual([statement, { kind: 'agree' }]);
        }
      }),
      { numRuns: runs },
    );
    expect(known).toBeGreaterThan(runs * 0.5);
  }, 120_000);

  test('arbitrary queries over arbitrary schemas', async () => {
    const client = await connect();
    let known = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        schemas,
        fc.infiniteStream(fc.nat()),
        async ({ sql, tables: made }, seeds) => {
          await client.query(sql);
          try {
            const court = await openCourt(client);
            for (const query of fc.sample(queriesOver(made), {
              numRuns: 10,
              seed: seeds.next().value,
            })) {
              asked += 1;
              const judgement = await judge(court, query);
              if (judgement.kind === 'unknown') continue;
              known += 1;
              expect([sql, query, judgement]).toEqual([sql, query, { kind: 'agree' }]);
              if (query.includes('LIMIT')) continue;
              for (const by of changesOfNothing)
                expect(await judgeUnchanged(court, query, by)).not.toHaveProperty('how');
            }
          } finally {
            await client.query(dropAll);
          }
        },
      ),
      // POSTERN_RUNS=N makes N schemas.
      { numRuns: Number(process.env['POSTERN_RUNS'] ?? 20) },
    );
    expect(known).toBeGreaterThan(asked * 0.5);
  }, 600_000);
});

/** Each schema has a name of its own. */
const dropAll = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE oid >= 16384 AND nspname LIKE '% 0'
  LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP; END $$`;
