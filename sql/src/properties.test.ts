import { beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { analyze } from './analyze.js';
import type { Catalogue } from './catalogue/catalogue.js';
import { cteNames, rangeVars } from './effects/range-vars.js';
import { SqlError } from './errors.js';
import { loadParser, parse } from './parse/parser.js';
import { characterPosition } from './parse/positions.js';
import { rewrite } from './rewrite/rewrite.js';
import { settings, shop } from './testing/shop.js';

let catalogue: Catalogue;
beforeAll(async () => {
  await loadParser();
  catalogue = shop(readFileSync);
});

const table = fc.constantFrom(
  'customers',
  'public.customers',
  'orders',
  '"Mixed"."People List"',
  'ONLY orders',
  'contacts',
  'events *',
);
const { query } = fc.letrec<{ query: string; source: string; condition: string }>((tie) => ({
  source: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    table.map((t) => `${t} AS q`),
    tie('query').map((q) => `(${q}) AS q`),
    tie('query').map((q) => `LATERAL (${q}) AS q`),
  ),
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('true', 'q IS NOT NULL', '1 < 2'),
    tie('query').map((q) => `EXISTS (${q})`),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} OR NOT ${b})`),
  ),
  query: fc.oneof(
    { maxDepth: 3 },
    table.map((t) => `SELECT * FROM ${t} AS q`),
    fc
      .tuple(tie('source'), tie('condition'))
      .map(([s, c]) => `SELECT q.* FROM ${s} WHERE ${c} /* é */`),
    fc.tuple(tie('query'), table).map(([q, t]) => `WITH w AS (${q}) SELECT w.* FROM w, ${t} AS q`),
    fc
      .tuple(tie('source'), tie('source'))
      .map(([a, b]) => `SELECT 'ü', count(*) FROM ${a}, (SELECT 1 FROM ${b}) AS r`),
    fc
      .tuple(table, tie('condition'))
      .map(([t, c]) => `SELECT (SELECT count(*) FROM ${t} AS q WHERE ${c}) AS n`),
  ),
}));

const analyzed = (sql: string) => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  return analyze(statement, catalogue, settings);
};

test('no relation that a statement names is missing from its accesses', () => {
  fc.assert(
    fc.property(query, (sql) => {
      const { analysis, statement } = analyzed(sql);
      const touched = new Set(analysis.accesses.map((a) => a.object?.name));
      const names = cteNames(statement.node);
      for (const node of rangeVars(statement.node))
        if (node.schemaname !== undefined || !names.has(node.relname ?? ''))
          expect(touched).toContain(node.relname);
    }),
    { numRuns: 300 },
  );
});

test('nothing to change: every byte stays', () => {
  fc.assert(
    fc.property(query, (sql) => {
      const change = { masks: [], rowFilters: [], session: {}, key: new Uint8Array(32) };
      expect(rewrite(analyzed(sql), change)).toMatchObject({ sql, changed: false });
    }),
  );
});

test('what is rewritten parses, resolves, and reads the same relations', () => {
  fc.assert(
    fc.property(query, (sql) => {
      const before = analyzed(sql);
      const rowFilters = ['customers', 'orders', 'events', 'contacts'].map((name) => ({
        relation: { schema: 'public', name },
        sql: 'true',
      }));
      const after = rewrite(before, {
        masks: [],
        rowFilters,
        session: {},
        key: new Uint8Array(32),
      });
      const relations = (a: typeof before): string[] =>
        [...new Set(a.analysis.accesses.map((x) => x.object?.name ?? ''))].sort();
      expect(relations(analyzed(after.sql))).toEqual(relations(before));
    }),
    { numRuns: 200 },
  );
});

test('a position after any number of edits leads back to the same text', () => {
  fc.assert(
    fc.property(query, (inner) => {
      const sql = `SELECT 1 FROM (${inner}) AS s WHERE 'ü😀' <> 'marker'`;
      const change = {
        masks: [
          {
            relation: { schema: 'public', name: 'customers' },
            column: 'email',
            mask: { hash: {} },
          },
        ],
        rowFilters: [{ relation: { schema: 'public', name: 'orders' }, sql: 'id > 0' }],
        session: {},
        key: new Uint8Array(32),
      };
      const after = rewrite(analyzed(sql), change);
      const at = (text: string): number => characterPosition(text, text.indexOf("'marker'"));
      expect(after.toOriginal(at(after.sql))).toBe(at(sql));
    }),
    { numRuns: 200 },
  );
});

test('no text makes it throw anything but a typed error', () => {
  const word = fc.constantFrom(
    'SELECT',
    'FROM',
    'customers',
    'c',
    '*',
    ',',
    '(',
    ')',
    'email',
    '.',
    '1',
    "'x'",
    'WHERE',
    '=',
    'JOIN',
    'ON',
    'USING',
    'id',
    'GROUP BY',
    'UPDATE',
    'SET',
    'DELETE',
    'WITH',
    'AS',
    ';',
    'ORDER BY',
    'lower',
    'VALUES',
    'INSERT INTO',
    'RETURNING',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      try {
        for (const statement of parse(words.join(' '))) analyze(statement, catalogue, settings);
      } catch (error) {
        expect(error).toBeInstanceOf(SqlError);
      }
    }),
    { numRuns: 1000 },
  );
});
