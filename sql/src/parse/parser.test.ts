import { beforeAll, describe, expect, test } from '@jest/globals';
import { SqlError } from '../errors.js';
import { fingerprint, loadParser, normalise, parse } from './parser.js';
import { maxStatementLength } from './statement.js';

beforeAll(() => loadParser());

const failure = (sql: string): SqlError => {
  try {
    parse(sql);
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  throw new Error('accepted');
};

test.each([
  { name: 'nothing', sql: '', texts: [] },
  { name: 'a comment only', sql: '-- c', texts: [] },
  { name: 'semicolons only', sql: ';;', texts: [] },
  { name: 'two statements', sql: 'SELECT 1; SELECT 2;', texts: ['SELECT 1', 'SELECT 2'] },
  {
    name: 'offsets after wide characters',
    sql: "SELECT 'ü😀'; SELECT 2",
    texts: ["SELECT 'ü😀'", 'SELECT 2'],
  },
])('$name', ({ sql, texts }) => {
  expect(parse(sql).map((s) => s.source.slice(s.start, s.end))).toEqual(texts);
});

describe('what is refused', () => {
  test.each([
    { name: 'a syntax error', sql: 'SELECT 1 +', code: 'syntax', sqlstate: '42601', position: 11 },
    {
      name: 'a syntax error behind wide characters',
      sql: "SELECT 'ü😀' frm x",
      code: 'syntax',
      sqlstate: '42601',
      position: 17,
    },
    {
      name: 'a NUL character',
      sql: 'SELECT 1\0; DROP TABLE x',
      code: 'nul',
      sqlstate: '22021',
      position: 9,
    },
    {
      name: 'a lone surrogate',
      sql: "SELECT '\ud800'",
      code: 'encoding',
      sqlstate: '22021',
      position: undefined,
    },
    {
      name: '40,000 operators',
      sql: `SELECT 1${'+1'.repeat(40_000)}`,
      code: 'too-complex',
      sqlstate: '54001',
      position: undefined,
    },
    {
      name: 'more than a megabyte',
      sql: `SELECT '${'x'.repeat(maxStatementLength)}'`,
      code: 'too-long',
      sqlstate: '54000',
      position: undefined,
    },
  ])('$name', ({ sql, code, sqlstate, position }) => {
    const error = failure(sql);
    expect({ code: error.code, sqlstate: error.sqlstate, position: error.position }).toEqual({
      code,
      sqlstate,
      position,
    });
  });

  test('and the parser works on', () => {
    failure(`SELECT 1${'+1'.repeat(40_000)}`);
    expect(parse('SELECT 1')).toHaveLength(1);
  });
});

test('normalised: no literals, no comments', () => {
  expect(normalise("SELECT /* who */ 'secret', 42 FROM t -- x\nWHERE a = 'b'")).toBe(
    'SELECT   $1, $2 FROM t  \nWHERE a = $3',
  );
});

test('fingerprints differ in meaning only', () => {
  expect(fingerprint("SELECT * FROM t WHERE a = 'x'")).toBe(
    fingerprint('select *  from t where a = $1'),
  );
  expect(fingerprint('SELECT a FROM t')).not.toBe(fingerprint('SELECT b FROM t'));
});

describe('what would take too long or too much', () => {
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  test.each([
    { name: 'too many tokens', sql: `SELECT ${'a,'.repeat(60_000)}a`, code: 'too-long' },
    {
      name: 'comments in comments',
      sql: `${'/*'.repeat(5000)}${'*/'.repeat(5000)}SELECT 1`,
      code: 'too-complex',
    },
    { name: 'a very long operator', sql: `SELECT 1 ${'+'.repeat(5000)} 1`, code: 'too-complex' },
    {
      name: 'too many parentheses',
      sql: `SELECT ${'('.repeat(40_000)}1${')'.repeat(40_000)}`,
      code: 'too-complex',
    },
    { name: 'a sum of too many', sql: `SELECT ${'a+'.repeat(40_000)}a`, code: 'too-complex' },
  ])('$name', ({ sql, code }) => {
    expect(failure(sql).code).toBe(code);
  });

  test.each([
    { name: 'a long line of a comment', sql: `--${'-'.repeat(5000)}\nSELECT 1` },
    { name: 'a long run in a string', sql: `SELECT '${'/*'.repeat(50_000)}'` },
    { name: 'a million characters', sql: `SELECT '${'x'.repeat(1_000_000)}'` },
    {
      name: 'ten thousand rows',
      sql: `INSERT INTO t VALUES (1, 'a')${", (2, 'b')".repeat(10_000)}`,
    },
  ])('not $name', ({ sql }) => {
    expect(parse(sql)).toHaveLength(1);
    expect(normalise(sql)).not.toBe('');
  });

  test('however often, the parser stays what it was', async () => {
    const deep = `SELECT ${'a+'.repeat(40_000)}a`;
    // Other tests ran in this process before.
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 30; n += 1) {
      expect(failure(deep).code).toBe('too-complex');
      expect(parse('SELECT 1; SELECT 2')).toHaveLength(2);
      await turn();
    }
    // faster than it can be replaced: refused, until the event loop turns
    for (let n = 0; n < 10; n += 1) failure(deep);
    await turn();
    expect(parse('SELECT 1')).toHaveLength(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * 1024 * 1024);
  });
});
