import { beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { analyze } from '../analyze.js';
import { loadParser, parse } from '../parse/parser.js';
import { settings, shop } from '../testing/shop.js';

beforeAll(() => loadParser());

test.each([
  { sql: 'DELETE FROM orders', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE true', unfiltered: true },
  { sql: "DELETE FROM orders WHERE 't'::boolean", unfiltered: true },
  { sql: 'DELETE FROM orders WHERE 1 = 1', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE 2 > 1', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id = id', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id = 1 OR true', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE now() IS NOT NULL', unfiltered: true },
  { sql: 'DELETE FROM orders USING customers c WHERE c.id = 1', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE EXISTS (SELECT 1 FROM customers)', unfiltered: true },
  { sql: 'UPDATE orders SET note = note', unfiltered: true },
  { sql: 'WITH d AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM d', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id = 1', unfiltered: false },
  { sql: 'DELETE FROM orders WHERE id = $1 AND true', unfiltered: false },
  { sql: 'DELETE FROM orders USING customers c WHERE c.id = customer_id', unfiltered: false },
  {
    sql: 'DELETE FROM orders WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = customer_id)',
    unfiltered: false,
  },
  { sql: 'DELETE FROM orders WHERE id IN (SELECT 1)', unfiltered: false },
  { sql: "DELETE FROM orders WHERE ctid = '(0,1)'", unfiltered: false },
  { sql: 'INSERT INTO orders DEFAULT VALUES', unfiltered: false },
  { sql: 'SELECT * FROM orders', unfiltered: false },
])('$sql', ({ sql, unfiltered }) => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  expect(analyze(statement, shop(readFileSync), settings).analysis.flags.unfiltered).toBe(
    unfiltered,
  );
});
