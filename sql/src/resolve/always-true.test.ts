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
  { sql: "DELETE FROM orders WHERE 'a' = 'a'", unfiltered: true },
  { sql: "DELETE FROM orders WHERE 'a' <> 'b'", unfiltered: true },
  { sql: 'DELETE FROM orders WHERE 1 + 1 = 2', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE NOT false', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE NOT (1 = 2 AND id = 1)', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id IN (1, id)', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id BETWEEN id AND id', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id IS NOT DISTINCT FROM id', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id IS NULL OR id IS NOT NULL', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id = 1 OR NOT id = 1', unfiltered: true },
  { sql: "DELETE FROM orders WHERE note LIKE '%'", unfiltered: true },
  { sql: 'DELETE FROM orders WHERE (1 = 1) IS TRUE', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE coalesce(true, id = 1)', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE random() < 2', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id = 1 OR random() < 2', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE id = id AND random() < 2', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE $1', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE $1::boolean', unfiltered: true },
  { sql: 'DELETE FROM orders WHERE $1 IS NULL OR id = $1', unfiltered: true },
  { sql: 'PREPARE p AS DELETE FROM orders WHERE $1::boolean', unfiltered: true },
  { sql: 'DELETE FROM orders USING customers', unfiltered: true },
  { sql: 'UPDATE orders SET note = note FROM customers c WHERE c.id = 1', unfiltered: true },
  { sql: 'WITH d AS (UPDATE orders SET note = note WHERE 1 = 1) SELECT 1', unfiltered: true },
  { sql: 'EXPLAIN ANALYZE DELETE FROM orders WHERE true', unfiltered: true },
  {
    sql: 'MERGE INTO orders o USING customers c ON true WHEN MATCHED THEN DELETE',
    unfiltered: true,
  },
  {
    sql: 'MERGE INTO orders o USING customers c ON c.id = 1 WHEN MATCHED THEN UPDATE SET note = o.note',
    unfiltered: true,
  },
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
  { sql: 'DELETE FROM orders WHERE id = 1 OR customer_id = 2', unfiltered: false },
  { sql: 'DELETE FROM orders WHERE id > 0 AND ($1 IS NULL OR note = $1)', unfiltered: false },
  { sql: 'DELETE FROM orders WHERE id = 1 AND random() < 0.5', unfiltered: false },
  { sql: 'DELETE FROM orders WHERE NOT id = 1', unfiltered: false },
  { sql: 'DELETE FROM orders WHERE id IN (1, 2)', unfiltered: false },
  { sql: "DELETE FROM orders WHERE note LIKE 'a%'", unfiltered: false },
  { sql: 'DELETE FROM orders WHERE note IS NOT NULL', unfiltered: false },
  { sql: 'DELETE FROM orders WHERE false OR id = 1', unfiltered: false },
  { sql: 'EXPLAIN DELETE FROM orders', unfiltered: false },
  {
    sql: 'MERGE INTO orders o USING customers c ON o.customer_id = c.id WHEN MATCHED THEN DELETE',
    unfiltered: false,
  },
  {
    sql: 'MERGE INTO orders o USING customers c ON true WHEN MATCHED AND o.id = 1 THEN DELETE',
    unfiltered: false,
  },
  {
    sql: 'MERGE INTO orders o USING customers c ON false WHEN NOT MATCHED THEN INSERT (id) VALUES (c.id)',
    unfiltered: false,
  },
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

test.each([
  { sql: 'SELECT * FROM orders', wholesale: true },
  { sql: 'TABLE orders', wholesale: true },
  { sql: 'SELECT id FROM orders WHERE id = id', wholesale: true },
  { sql: 'SELECT id FROM orders WHERE random() < 2 ORDER BY id', wholesale: true },
  { sql: 'SELECT x.id FROM (SELECT * FROM orders) x', wholesale: true },
  { sql: 'WITH x AS (SELECT * FROM orders) SELECT id FROM x', wholesale: true },
  { sql: 'SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id', wholesale: true },
  { sql: 'SELECT id FROM orders WHERE id = 1 UNION ALL SELECT id FROM orders', wholesale: true },
  { sql: 'SELECT json_agg(o) FROM orders o', wholesale: true },
  { sql: 'COPY orders TO STDOUT', wholesale: true },
  { sql: 'COPY (SELECT * FROM orders) TO STDOUT', wholesale: true },
  { sql: 'DELETE FROM orders RETURNING *', wholesale: true },
  { sql: 'PREPARE p AS SELECT * FROM orders', wholesale: true },
  { sql: 'SELECT * FROM orders WHERE id = 1', wholesale: false },
  { sql: 'SELECT count(*) FROM orders', wholesale: false },
  { sql: 'SELECT x.id FROM (SELECT * FROM orders) x WHERE x.id = 1', wholesale: false },
  { sql: 'WITH x AS (SELECT * FROM orders) SELECT * FROM x WHERE id > 5', wholesale: false },
  { sql: 'COPY (SELECT * FROM orders WHERE id < 5) TO STDOUT', wholesale: false },
  { sql: 'COPY orders FROM STDIN', wholesale: false },
  { sql: 'DELETE FROM orders WHERE id = 1 RETURNING *', wholesale: false },
  { sql: 'SELECT relname FROM pg_class', wholesale: false },
  { sql: 'EXPLAIN SELECT * FROM orders', wholesale: false },
])('whole: $sql', ({ sql, wholesale }) => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  expect(analyze(statement, shop(readFileSync), settings).analysis.flags.wholesale).toBe(wholesale);
});
