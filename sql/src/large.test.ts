/** Statements of up to 1 MB are changed where a relation is named, and nowhere else. */
import { beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { analyze } from './analyze.js';
import { loadParser, parse } from './parse/parser.js';
import { rewrite } from './rewrite/rewrite.js';
import { settings, shop } from './testing/shop.js';

beforeAll(() => loadParser());

const catalogue = shop(readFileSync);
const key = new Uint8Array(32).fill(1);
const customers = { schema: 'public', name: 'customers' };
const mega = 1_000_000;

test.each([
  ['a literal', (fill: string) => `SELECT '${fill}', email FROM customers WHERE name = 'x'`],
  [
    'a comment',
    (fill: string) => `SELECT /* ${fill} */ email FROM customers /* ${fill.slice(0, 9)} */ c`,
  ],
  [
    'characters of two and four bytes',
    (fill: string) => `SELECT '${fill.replaceAll('xx', '💾')}', 'é', email FROM customers`,
  ],
  [
    '45,000 values',
    () =>
      `SELECT email FROM customers WHERE id IN (${Array.from({ length: 45_000 }, (_, i) => String(10 ** 18 + i)).join(', ')})`,
  ],
  [
    '1,600 columns',
    () =>
      `SELECT ${Array.from({ length: 1_600 }, (_, i) => `email AS "${'c'.repeat(50)}${i}"`).join(', ')} FROM customers`,
  ],
])('%s', (_name, sqlOf) => {
  const sql = sqlOf('x'.repeat(mega));
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  const change = {
    masks: [{ relation: customers, column: 'email', mask: { redact: {} } }],
    rowFilters: [{ relation: customers, sql: "region = 'eu'" }],
    session: {},
    key,
  };
  const changed = rewrite(analyze(statement, catalogue, settings), change).sql;
  const at = sql.lastIndexOf('customers');
  expect(changed.slice(0, at)).toBe(sql.slice(0, at));
  const rest = sql.slice(at + 'customers'.length);
  expect(changed.endsWith(rest)).toBe(true);
  const replaced = changed.slice(at, changed.length - rest.length);
  expect(replaced).toContain('FROM "public"."customers" WHERE ("region"');
});
