/** WITH queries that read each other or themselves: what is wrong is said as the server says it, in the same place. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { analyze, parse, SqlError } from '@postern/sql';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { describe as described } from '../oracle/describe.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let court: Court;
beforeAll(async () => {
  court = await courtWith(undo, 'CREATE TABLE t (a int, b int)');
}, 60_000);

interface Said {
  readonly sqlstate: string | undefined;
  readonly message: string;
  readonly position: number | undefined;
}

const ours = (sql: string): Said | undefined => {
  try {
    for (const statement of parse(sql)) analyze(statement, court.whole, court.settings);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    return { sqlstate: thrown.sqlstate, message: thrown.message, position: thrown.position };
  }
};

const theirs = async (sql: string): Promise<Said | undefined> => {
  const { error } = await described(court.client, sql);
  return (
    error && {
      sqlstate: error.code,
      message: error.message,
      position: error.position === undefined ? undefined : Number(error.position),
    }
  );
};

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
  const expected = await theirs(sql);
  expect(expected).toBeDefined();
  expect(ours(sql)).toEqual(expected);
});

test.each(right)('understood: %s', async (sql) => {
  expect(await theirs(sql)).toBeUndefined();
  expect(ours(sql)).toBeUndefined();
});
