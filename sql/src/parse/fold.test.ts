/** What is left out of bulk statements before they are parsed changes neither their meaning nor their positions. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { analyze } from '../analyze.js';
import { rewrite } from '../rewrite/rewrite.js';
import { settings, shop } from '../testing/shop.js';
import { fold } from './fold.js';
import { tokenize } from './lexer.js';
import { fingerprint, loadParser, normalise, parse } from './parser.js';
import { maxTokens } from './statement.js';

beforeAll(() => loadParser());

const catalogue = shop(readFileSync);
const folded = (sql: string): string => fold(sql, tokenize(sql)).short;

test.each([
  ['rows', "VALUES (1, 'a'), (2, 'b'), (3, 'c')", "VALUES (1, 'a')"],
  ['rows of other types', "VALUES (1), ('a'), (2), (NULL), ('b')", "VALUES (1), ('a'), (NULL)"],
  [
    'a number that is larger',
    'VALUES (1), (9999999999), (2.5), (2), (1e3)',
    'VALUES (1), (9999999999), (2.5)',
  ],
  ['rows of another width', 'VALUES (1, 2), (3), (4, 5)', 'VALUES (1, 2), (3)'],
  ['items', 'SELECT 1 WHERE a IN (1, 2, -3, 4)', 'SELECT 1 WHERE a IN (1)'],
  [
    'tuples',
    "SELECT 1 WHERE (a, b) IN ((1, 'x'), (2, 'y'))",
    "SELECT 1 WHERE (a, b) IN ((1, 'x'))",
  ],
  ['elements', "SELECT ARRAY['a', 'b', $1, $2]", "SELECT ARRAY['a', $1]"],
  ['parameters', 'INSERT INTO t VALUES ($1, $2), ($3, $4)', 'INSERT INTO t VALUES ($1, $2)'],
  [
    'casts',
    "VALUES ('a'::date), ('b'::date), ('c'::timestamp(3) with time zone), ('d'::int[])",
    "VALUES ('a'::date), ('c'::timestamp(3) with time zone), ('d'::int[])",
  ],
  ['not an expression', 'VALUES (1), (2), (a), (3)', 'VALUES (1), (a), (3)'],
  [
    'not what an operator goes on with',
    "SELECT 1 WHERE a IN ('x', 'y' || b)",
    "SELECT 1 WHERE a IN ('x', 'y' || b)",
  ],
  [
    'not a continued cast',
    'SELECT 1 WHERE a IN (1, 2::int + b)',
    'SELECT 1 WHERE a IN (1, 2::int + b)',
  ],
  ['not the rows in front of an operator', 'VALUES (1), (2) + (3)', 'VALUES (1), (2) + (3)'],
  ['not a subquery', 'SELECT 1 WHERE a IN (SELECT 1, 2)', 'SELECT 1 WHERE a IN (SELECT 1, 2)'],
  ['not arguments', 'SELECT f(1, 2, 3)', 'SELECT f(1, 2, 3)'],
  ['not around comments', 'VALUES (1), (2 /* x */), (3)', 'VALUES (1), (2 /* x */), (3)'],
])('%s', (_, sql, short) => {
  expect(folded(sql).replaceAll(/\s+/g, ' ')).toBe(short);
  expect(fold(sql, tokenize(sql)).blanked).toHaveLength(sql.length);
});

const constant = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n.toFixed(3)),
  fc.string().map((text) => `'${text.replaceAll(/['\\\0\ud800-\udfff]/g, "''")}'`),
  fc.constantFrom('NULL', 'true', 'DEFAULT', '$1', "'2020-01-01'::date", "E'\\''", "'💾é'", '+ 1'),
  fc.constantFrom('email', 'id + 1', "lower('a')", '(SELECT max(id) FROM orders)', "'a' || name"),
);
const rows = fc.array(fc.array(constant, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 12,
});

test('the analysis of what is left is that of the whole, at the same places', () => {
  fc.assert(
    fc.property(rows, rows, (values, items) => {
      const list = (all: readonly (readonly string[])[]): string =>
        all.map((row) => `(${row.join(', ')})`).join(', ');
      const width = values[0]?.length ?? 1;
      const same = values.map((row) => Array.from({ length: width }, (_, i) => row[i] ?? 'NULL'));
      const sql = `SELECT v.*, email FROM customers, LATERAL (VALUES ${list(same)}) v WHERE name IN (${items.flat().join(', ')}) AND region = ''`;
      const read = fold(sql, tokenize(sql));
      const seen = (text: string): unknown => {
        try {
          const [statement] = parse(text);
          if (!statement) return undefined;
          const { analysis } = analyze(statement, catalogue, settings);
          return { ...analysis, position: text.indexOf('WHERE name') };
        } catch (thrown) {
          return String(thrown);
        }
      };
      const [whole, left] = [seen(sql), seen(read.blanked)];
      if (typeof whole === 'string' && sql.includes('DEFAULT')) return;
      expect(left).toEqual(whole);
      expect(read.blanked).toHaveLength(sql.length);
    }),
    { numRuns: 400, seed: 1 },
  );
});

describe('bulk statements', () => {
  const many = 45_000;
  const insert = `INSERT INTO customers (id, name) VALUES ${Array.from({ length: many }, (_, i) => `(${i},'ü${i}')`).join(',')} RETURNING email`;

  test('are understood, and keep their places', () => {
    expect(tokenize(insert).length).toBeGreaterThan(maxTokens);
    const [statement] = parse(insert);
    if (!statement) throw new Error('no statement');
    expect([statement.source === insert, statement.start, statement.end]).toEqual([
      true,
      0,
      insert.length,
    ]);
    const analyzed = analyze(statement, catalogue, settings);
    expect(analyzed.analysis.accesses.map(({ action }) => action)).toEqual(['select', 'insert']);
  });

  test('are changed where a relation is named', () => {
    const sql = `SELECT email FROM customers WHERE name IN (${Array.from({ length: many }, (_, i) => `'é${i}'`).join(', ')}) UNION SELECT name FROM customers`;
    const [statement] = parse(sql);
    if (!statement) throw new Error('no statement');
    const change = {
      masks: [
        {
          relation: { schema: 'public', name: 'customers' },
          column: 'email',
          mask: { redact: {} },
        },
      ],
      rowFilters: [],
      session: {},
      key: new Uint8Array(32),
    };
    const changed = rewrite(analyze(statement, catalogue, settings), change).sql;
    const list = sql.slice(sql.indexOf('WHERE'), sql.lastIndexOf(' UNION'));
    const at = changed.indexOf(list);
    expect(at).toBeGreaterThan(0);
    expect(changed.slice(0, at)).toMatch(
      /^SELECT email FROM \(SELECT .* FROM "public"\."customers"\) AS "customers" $/,
    );
    expect(changed.slice(at + list.length)).toBe(' UNION SELECT name FROM customers');
  });

  test('are recognised again, whatever their length', () => {
    const other = insert.slice(0, insert.lastIndexOf(',(')) + ' RETURNING email';
    expect(fingerprint(other)).toBe(fingerprint(insert));
    expect(normalise(insert)).toMatch(
      /^INSERT INTO customers \(id, name\) VALUES \(\$1,\$2\)\s+RETURNING email$/,
    );
  });

  test('errors are at their place', () => {
    const wrong = insert.replace('RETURNING email', 'RETURNING 💾 email');
    const error = (() => {
      try {
        return analyze(
          parse(wrong)[0] ?? { source: '', start: 0, end: 0, node: {} },
          catalogue,
          settings,
        );
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({
      code: 'undefined-column',
      position: [...wrong].indexOf('💾') + 1,
    });
  });
});
