/** Rows with columns that cannot be compared: a row compared with itself is refused where it would no longer fail. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { analyze, parse, rewrite, RewriteRefusal } from '@postern/sql';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let court: Court;
beforeAll(async () => {
  court = await courtWith(
    undo,
    `CREATE DOMAIN note AS json; CREATE TYPE inner_row AS (n note[]);
     CREATE TABLE t (id int, j json); CREATE TABLE deep (id int, r inner_row); CREATE TABLE plain (id int, b text);
     INSERT INTO t VALUES (1, '{}'), (2, NULL); INSERT INTO deep VALUES (1, NULL); INSERT INTO plain VALUES (1, 'x')`,
  );
}, 60_000);

/** With a filter `true` on every table; undefined: refused. */
const filtered = (sql: string): string | undefined => {
  const [statement] = parse(sql);
  if (!statement) throw new Error(`no statement: ${sql}`);
  const rowFilters = ['t', 'deep', 'plain'].map((name) => ({
    relation: { schema: 'public', name },
    sql: 'true',
  }));
  try {
    const analyzed = analyze(statement, court.catalogue, court.settings);
    return rewrite(analyzed, { masks: [], rowFilters, session: {}, key: new Uint8Array(32) }).sql;
  } catch (thrown) {
    if (!(thrown instanceof RewriteRefusal)) throw thrown;
    expect(thrown.construct).toBe('row compared with itself');
    return undefined;
  }
};

const answer = async (sql: string): Promise<unknown> => {
  try {
    return (await court.client.query({ text: sql, rowMode: 'array' })).rows;
  } catch (thrown) {
    return (thrown as { readonly code?: string }).code;
  }
};

test.each([
  'SELECT id FROM t WHERE t = t',
  'SELECT id FROM t AS a WHERE a.* = a',
  'SELECT id FROM t WHERE NOT (t <> t)',
  'SELECT id FROM t WHERE t IN (t)',
  'SELECT id FROM t WHERE (t, 1) = (t, 1)',
  'SELECT id FROM deep WHERE deep = deep',
  'SELECT s.id FROM (SELECT t AS r, id FROM t) s WHERE s.r = s.r',
])('refused: %s', async (sql) => {
  expect(await answer(sql)).toBe('42883');
  expect(filtered(sql)).toBeUndefined();
});

test.each([
  'SELECT a.id FROM t a, t b WHERE a = b',
  'SELECT a.id FROM t a, t b WHERE a = b AND a.id < 0',
  'SELECT a.id FROM t a, t b WHERE a IS DISTINCT FROM b AND a.id < b.id',
  'SELECT id FROM plain WHERE plain = plain',
  'SELECT id FROM t WHERE t.id = t.id',
  'SELECT id FROM t WHERE t IS NOT NULL',
])('as before: %s', async (sql) => {
  const then = filtered(sql);
  expect(then).toContain('WHERE true');
  expect(await answer(then ?? '')).toEqual(await answer(sql));
});
