/** What cannot be compared is not grouped, sorted or told apart: refused as the server refuses it, or taken as it takes it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';
import { saidByAnalysis, saidByServer } from './said.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let court: Court;
beforeAll(async () => {
  court = await courtWith(
    undo,
    `CREATE DOMAIN note AS json;
     CREATE TABLE j (id int PRIMARY KEY, a text, d json, n note, p point, l json[], b jsonb);
     CREATE TABLE plain (id int, a text, b jsonb, x xid)`,
  );
}, 60_000);

test.each([
  'SELECT DISTINCT j FROM j',
  'SELECT DISTINCT a, d FROM j',
  'SELECT DISTINCT ON (p) id FROM j',
  'SELECT j FROM j GROUP BY j',
  'SELECT count(*) FROM j GROUP BY GROUPING SETS ((a), (d))',
  'SELECT a FROM j ORDER BY d',
  'SELECT a FROM j ORDER BY n DESC',
  'SELECT l AS m FROM j ORDER BY m',
  'SELECT j FROM j ORDER BY 1',
  'SELECT count(DISTINCT d) FROM j',
  'SELECT array_agg(a ORDER BY j) FROM j',
  'SELECT row_number() OVER (PARTITION BY d) FROM j',
  'SELECT row_number() OVER w FROM j WINDOW w AS (ORDER BY p)',
  'SELECT DISTINCT s.x FROM (SELECT j AS x FROM j) s',
  'SELECT d::jsonb FROM j ORDER BY d::jsonb',
  'SELECT DISTINCT d::text, b FROM j',
  'SELECT DISTINCT plain FROM plain',
  'SELECT j FROM j UNION ALL SELECT j FROM j',
  'SELECT j FROM j ORDER BY id',
  'SELECT DISTINCT ON (id) d FROM j',
  'SELECT json_agg(d ORDER BY a) FROM j',
  'SELECT max(id) OVER (PARTITION BY a ORDER BY b) FROM j',
  'SELECT DISTINCT ROW(d) FROM j',
])('%s', async (sql) => {
  expect(await Promise.resolve(saidByAnalysis(court, sql))).toEqual(await saidByServer(court, sql));
});

test.each([
  'SELECT d FROM j UNION SELECT d FROM j',
  'SELECT j FROM j INTERSECT ALL SELECT j FROM j',
  'SELECT a FROM j EXCEPT SELECT a FROM j',
])('but for its place: %s', async (sql) => {
  const place = { position: undefined, hint: undefined };
  const [ours, theirs] = [saidByAnalysis(court, sql), await saidByServer(court, sql)];
  expect(ours && { ...ours, ...place }).toEqual(theirs && { ...theirs, ...place });
});
