/** Functions and operators that do not take what they are given: said as the server says it, in the same place. */
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
    `CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('sad'); CREATE TYPE "Odd" AS ENUM ('x'); CREATE DOMAIN short AS varchar(9);
     CREATE TABLE t (a int, b text, c date, d numeric(9, 2), e timestamptz, m app.mood, o "Odd", s short, n int[], j jsonb, p point, bits bit(3), ch "char");
     CREATE FUNCTION f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
     CREATE FUNCTION f(text, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
     CREATE FUNCTION app.g(x int, y text DEFAULT '') RETURNS int LANGUAGE sql AS 'SELECT 1';
     CREATE FUNCTION v(VARIADIC int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
     CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)`,
  );
}, 60_000);

// Of two mistakes the one is named that the server comes to first.
test.each([
  'UPDATE t SET a = nowhere RETURNING c + c',
  'UPDATE t SET a = nowhere WHERE - b RETURNING c + c',
  'UPDATE t SET nowhere = 1, b = - b',
  'SELECT lag(a) OVER (PARTITION BY nowhere), - b FROM t',
  'SELECT lag(a) OVER (PARTITION BY nowhere ORDER BY c + c) FROM t',
  'SELECT lag(a) OVER (PARTITION BY nowhere) FROM t WHERE c + c IS NULL ORDER BY a LIMIT 1',
  'SELECT lag(a) OVER w FROM t WINDOW w AS (PARTITION BY nowhere ORDER BY - b)',
  'SELECT lag(nowhere) OVER (ORDER BY - b) FROM t',
  'MERGE INTO t USING t u ON true WHEN MATCHED THEN UPDATE SET a = - u.b RETURNING t.c + t.c',
  'MERGE INTO t USING t u ON true WHEN NOT MATCHED THEN INSERT (nowhere) VALUES (- u.b)',
  'DELETE FROM t d USING t u LEFT JOIN LATERAL (SELECT a) s ON true',
  'INSERT INTO t (a, nowhere) SELECT - b FROM t',
])('%s', async (sql) => {
  const theirs = await saidByServer(court, sql);
  expect(theirs).toBeDefined();
  expect(saidByAnalysis(court, sql)).toEqual(theirs);
});

test.each([
  'SELECT s = 1 FROM (SELECT 1 AS x) s',
  'SELECT s + 1 FROM (VALUES (1, 2)) s',
  'WITH s AS (SELECT 1) SELECT s + 1 FROM s',
  'SELECT s + 1 FROM (t JOIN t u ON true) s',
  'SELECT 1.5 = ANY (ARRAY[s]) FROM (SELECT 1) s',
  `SELECT s + 1 FROM json_each('{}') s`,
  `SELECT s + 1 FROM json_to_record('{}') AS s (a int, b int)`,
  'SELECT s + 1 FROM ROWS FROM (generate_series(1, 2), generate_series(1, 2)) s',
  'SELECT s + 1 FROM generate_series(1, 2) WITH ORDINALITY AS s (a, n)',
  `SELECT s + 1 FROM xmltable('/r' PASSING ('<r/>'::xml) COLUMNS a int, b int) s`,
  'INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING RETURNING t + 1',
  'SELECT length(b, 3) FROM t',
  'INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = excluded.a + excluded.b',
  'INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = a + 1',
  'SELECT lower(a) FROM t',
  'SELECT lower(a, c, d, e, m, o, s, n, j, p, bits, ch) FROM t',
  'SELECT nowhere(m, o, n, 1.5, NULL, true, b::varchar, e::time) FROM t',
  'SELECT app.g(m) FROM t',
  'SELECT app.g(y => a) FROM t',
  'SELECT v(b) FROM t',
  'SELECT v() FROM t',
  'SELECT f(NULL, NULL)',
  `SELECT f('1', '2')`,
  'SELECT sum(b) FROM t',
  'SELECT max(j) FROM t',
  'SELECT avg(c) OVER () FROM t',
  'SELECT * FROM generate_series(1, now())',
  'SELECT 1 FROM t WHERE a = b',
  'SELECT 1 FROM t WHERE b LIKE a',
  'SELECT a || c FROM t',
  'SELECT - b FROM t',
  'SELECT @ c FROM t',
  'SELECT a OPERATOR(pg_catalog.||) a FROM t',
  'SELECT c + c FROM t',
  'SELECT $1 + $2',
  'SELECT m = o FROM t',
  'SELECT p = p FROM t',
  'SELECT n @> b FROM t',
  'SELECT j -> c FROM t',
  'SELECT 1 FROM t WHERE a IN (b)',
  'SELECT 1 FROM t WHERE a IN (SELECT b FROM t)',
  'SELECT 1 FROM t WHERE a = ANY (SELECT b FROM t)',
  'SELECT 1 FROM t WHERE a BETWEEN c AND 3',
  'SELECT 1 FROM t WHERE (a, b) = (b, a)',
  'SELECT 1 FROM t WHERE a IS DISTINCT FROM b',
  'SELECT NULLIF(a, b) FROM t',
  'SELECT CASE a WHEN b THEN 1 END FROM t',
  'SELECT a === b FROM t',
  'SELECT rank(3) WITHIN GROUP (ORDER BY a, b) FROM t',
  'UPDATE t SET a = length(a)',
  'DELETE FROM t WHERE lower(a) = b',
  'INSERT INTO t (a) VALUES (abs(true))',
])('refused: %s', async (sql) => {
  const expected = await saidByServer(court, sql);
  expect(expected?.sqlstate).toMatch(/^42(883|725|702)$/);
  // A hint may say more of a function that is nearly right.
  const { hint, ...said } = saidByAnalysis(court, sql) ?? {};
  const { hint: theirHint, ...wanted } = expected ?? {};
  expect(said).toEqual(wanted);
  if (!theirHint?.includes('hypothetical')) expect(hint).toBe(theirHint);
});

test.each([
  'SELECT row_to_json(s.*) FROM generate_series(1, 14) WITH ORDINALITY s',
  'SELECT s || b, lower(s), length(m::text), a + d, c + 1, c - c, e - e FROM t',
  `SELECT b = 'x', a = '1', m = 'sad', o = 'x', n = '{1}', j ->> 'x', j @> '{}', p <-> '(1,1)' FROM t`,
  'SELECT app.g(1), app.g(1, b), app.g(y => b, x => 1), v(1), v(1, 2), v(VARIADIC n) FROM t',
  `SELECT f(1, 'x'), f('x', 1), f(a, b) FROM t`,
  'SELECT b(t), (t).b, text(a), name(b), point(1, 2) FROM t',
  `SELECT box('(1,1),(2,2)'), date('today')`,
  'SELECT 1 FROM t WHERE a IN (1, 2.5) AND b IN ($1, $2) AND a BETWEEN $3 AND 4',
  'SELECT 1 FROM t x WHERE x = ROW(1, 2) OR x IS DISTINCT FROM NULL OR x IN (SELECT t FROM t)',
  `SELECT 1 FROM (SELECT a, b FROM t) x WHERE (x.*, 'x'::text) = (1, 'y', 'x'::text) OR (1, x.*) IN ((1, 2, 'y'))`,
  `SELECT 1 FROM (SELECT a, b FROM t) x WHERE (x.*, 'x'::text) IN (SELECT 1, 'y'::text, 'x'::text) OR ($1, x.b) IN (SELECT a, b FROM t)`,
  'UPDATE t SET (a, b) = ROW (x.*) FROM (SELECT 1, $1::text) x',
  `SELECT (ROW (x.*, 1)).f2 || 'x' FROM (SELECT a, b FROM t) x`,
  'SELECT array_agg(a) || 1, n || 1, 1 || n, n || n, array_append(n, 2), n[1] + 1 FROM t GROUP BY n',
  'SELECT count(*), string_agg(b, $1), percentile_cont(0.5) WITHIN GROUP (ORDER BY d) FROM t',
  'SELECT num_nulls(a, b), concat(a, b, c), format($1, a), coalesce(a, d) + 1, greatest(a, 1.5) * 2 FROM t',
  'SELECT a === 1, a::oid = 1, bits & bits, ch = b FROM t',
])('understood: %s', async (sql) => {
  const error = await saidByServer(court, sql);
  // Whatever else may be wrong with it, names are not.
  expect(error?.sqlstate ?? '').not.toMatch(/^42(883|725|702)$/);
  expect(saidByAnalysis(court, sql)).toBeUndefined();
});
