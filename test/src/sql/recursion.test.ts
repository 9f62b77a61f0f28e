/** WITH queries that read each other or themselves: what is wrong is said as the server says it, in the same place. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';
import { saidByAnalysis, saidByServer } from './said.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let court: Court;
beforeAll(async () => {
  court = await courtWith(undo, 'CREATE TABLE t (a int, b int)');
}, 60_000);

const wrong: readonly string[] = [
  'WITH RECURSIVE x AS (SELECT a FROM y), y AS (SELECT a FROM x) SELECT * FROM x',
  'WITH RECURSIVE z AS (SELECT 1 AS a), x AS (SELECT a FROM y), y AS (SELECT a FROM x) SELECT * FROM x',
  'WITH RECURSIVE x AS (SELECT a FROM y), y AS (SELECT a FROM x), z AS (SELECT 1 AS a) SELECT * FROM x',
  'WITH RECURSIVE x AS (SELECT 1 AS a UNION SELECT a FROM y), y AS (SELECT a FROM w), w AS (SELECT a FROM x) SELECT * FROM t',
  'WITH RECURSIVE x AS (SELECT a FROM x) SELECT * FROM x',
  'WITH RECURSIVE x AS (SELECT 1 AS a INTERSECT SELECT a FROM x) SELECT * FROM x',
  'WITH RECURSIVE x AS (SELECT 1 AS a UNION SELECT a FROM nowhere) SELECT * FROM x',
  'WITH RECURSIVE x AS (SELECT a FROM x UNION ALL SELECT 1) SELECT * FROM x',
];

const right: readonly string[] = [
  'WITH RECURSIVE x AS (SELECT a FROM y), y AS (SELECT a FROM t) SELECT * FROM x',
  'WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM x WHERE a < 5) SELECT * FROM x',
  'WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT y.a FROM y, x), y AS (SELECT a FROM t) SELECT * FROM x',
  'WITH RECURSIVE x AS (WITH x AS (SELECT a FROM t) SELECT a FROM x) SELECT * FROM x',
  'WITH RECURSIVE x AS (WITH y AS (SELECT a FROM t) SELECT a FROM y), y AS (SELECT a FROM x) SELECT * FROM y',
  'WITH t AS (SELECT a FROM t) SELECT * FROM t',
];

test.each(wrong)('refused: %s', async (sql) => {
  const expected = await saidByServer(court, sql);
  expect(expected).toBeDefined();
  expect(saidByAnalysis(court, sql)).toEqual(expected);
});

test.each(right)('understood: %s', async (sql) => {
  expect(await saidByServer(court, sql)).toBeUndefined();
  expect(saidByAnalysis(court, sql)).toBeUndefined();
});
