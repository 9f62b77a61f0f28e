/** Where the columns that are given out or written come from, and what decides about their rows. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { ColumnRef, OutputColumn } from './analysis.js';
import { analyze } from './analyze.js';
import type { Catalogue } from './catalogue/catalogue.js';
import { loadParser, parse } from './parse/parser.js';
import { settings, shop } from './testing/shop.js';

let catalogue: Catalogue;
beforeAll(async () => {
  await loadParser();
  catalogue = shop(readFileSync);
});

const short = ({ schema, name, column }: ColumnRef): string =>
  `${schema === 'public' ? '' : `${schema}.`}${name}.${column}`;

const marks = { identity: '', transformation: '~', aggregation: '#' } as const;

/** `sources | influences`; `~` computed, `#` aggregated. */
const shown = ({ sources, influences }: Omit<OutputColumn, 'name'>): string =>
  [
    sources.map(({ column, kind }) => `${marks[kind]}${short(column)}`).sort(),
    influences.map(short).sort(),
  ]
    .map((names) => names.join(' '))
    .join(' | ')
    .trim();

const outputs: readonly [sql: string, columns: Readonly<Record<string, string>>][] = [
  ['SELECT name FROM customers', { name: 'customers.name |' }],
  [
    'SELECT name, upper(email) AS e FROM customers WHERE region = $1',
    { name: 'customers.name | customers.region', e: '~customers.email | customers.region' },
  ],
  [
    'SELECT c.name, sum(o.total) AS sum FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.name',
    {
      name: 'customers.name | customers.id customers.name orders.customer_id',
      sum: '#orders.total | customers.id customers.name orders.customer_id',
    },
  ],
  // a subquery of a value decides about that value alone
  [
    'SELECT name, (SELECT max(total) FROM orders o WHERE o.customer_id = c.id) AS most FROM customers c',
    { name: 'customers.name |', most: '#orders.total | customers.id orders.customer_id' },
  ],
  // one in FROM about all rows, whether its columns are used or not
  [
    'SELECT c.name FROM customers c, (SELECT 1 FROM orders WHERE total > 9) s',
    { name: 'customers.name | orders.total' },
  ],
  [
    'WITH rich AS (SELECT customer_id FROM orders WHERE total > 9), unread AS (SELECT note FROM orders WHERE id = 1) SELECT customer_id FROM rich',
    { customer_id: 'orders.customer_id | orders.total' },
  ],
  [
    'SELECT name FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)',
    { name: 'customers.name | customers.id orders.customer_id' },
  ],
  [
    'SELECT id, EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) AS buys FROM customers c',
    { id: 'customers.id |', buys: '| customers.id orders.customer_id' },
  ],
  [
    'SELECT id FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 9)',
    { id: 'customers.id | customers.id orders.customer_id orders.total' },
  ],
  [
    "SELECT count(*) FILTER (WHERE region = 'eu') AS eu, count(id) AS n FROM customers",
    { eu: '| customers.region', n: '#customers.id |' },
  ],
  // each side of a UNION brings its own; without ALL every column decides which rows are alike
  [
    "SELECT id, name FROM customers WHERE region = 'eu' UNION ALL SELECT id, note FROM orders WHERE total > 9",
    {
      id: 'customers.id orders.id | customers.region orders.total',
      name: 'customers.name orders.note | customers.region orders.total',
    },
  ],
  [
    'SELECT id, name FROM customers UNION SELECT id, note FROM orders',
    {
      id: 'customers.id orders.id | customers.id customers.name orders.id orders.note',
      name: 'customers.name orders.note | customers.id customers.name orders.id orders.note',
    },
  ],
  [
    'SELECT DISTINCT name FROM customers ORDER BY name',
    { name: 'customers.name | customers.name' },
  ],
  [
    'SELECT DISTINCT ON (region) name FROM customers ORDER BY region, seen',
    { name: 'customers.name | customers.region customers.seen' },
  ],
  [
    'SELECT o.note FROM orders o JOIN (SELECT id AS customer_id FROM customers) c USING (customer_id)',
    { note: 'orders.note | customers.id orders.customer_id' },
  ],
  [
    'WITH RECURSIVE t AS (SELECT id FROM customers WHERE ok UNION ALL SELECT o.id FROM orders o JOIN t ON t.id = o.customer_id) SELECT id FROM t',
    {
      id: 'customers.id orders.id | customers.id customers.ok orders.customer_id orders.id',
    },
  ],
  ['SELECT x FROM customers, LATERAL unnest(tags) AS x', { x: '~customers.tags | customers.tags' }],
  [
    'UPDATE orders SET note = c.name FROM customers c WHERE c.id = customer_id RETURNING note, total',
    {
      note: 'orders.note | customers.id orders.customer_id',
      total: 'orders.total | customers.id orders.customer_id',
    },
  ],
  // a field of a row is what it was, through any number of derived tables
  ['SELECT (t.c).email FROM (SELECT c FROM customers c) t', { email: 'customers.email |' }],
  [
    'WITH w AS (SELECT c AS d FROM customers c) SELECT (x).name FROM (SELECT d AS x FROM w) v WHERE (x).ok',
    { name: 'customers.name | customers.ok' },
  ],
  ['SELECT note FROM (SELECT (o).* FROM (SELECT o FROM orders o) x) y', { note: 'orders.note |' }],
  [
    'SELECT (t.p).sku, (t.p).title FROM (SELECT p FROM (SELECT sku, upper(title) AS title FROM products) p) t',
    { sku: 'products.sku |', title: '~products.title |' },
  ],
  [
    'TABLE contacts',
    {
      id: 'contacts.id |',
      name: 'contacts.name |',
      mail: 'contacts.mail |',
      orders: 'contacts.orders |',
    },
  ],
];

describe('of columns that are given out', () => {
  test.each(outputs)('%s', (sql, columns) => {
    const [statement] = parse(sql);
    if (statement === undefined) throw new TypeError('no statement');
    const { output } = analyze(statement, catalogue, settings).analysis;
    expect(Object.fromEntries(output.map((one) => [one.name, shown(one)]))).toEqual(columns);
  });
});

const writes: readonly [sql: string, columns: readonly string[]][] = [
  [
    "INSERT INTO products VALUES ('p', 'Mug', 3)",
    ['insert products.sku', 'insert products.title', 'insert products.price'],
  ],
  [
    "INSERT INTO orders (note, customer_id) SELECT name, id FROM customers WHERE region = 'eu'",
    [
      'insert orders.note: customers.name | customers.region',
      'insert orders.customer_id: customers.id | customers.region',
    ],
  ],
  [
    'INSERT INTO products (sku, title) SELECT note, name FROM orders, customers ON CONFLICT (sku) DO UPDATE SET title = excluded.title, price = products.price + 1',
    [
      'insert products.sku: orders.note |',
      'insert products.title: customers.name |',
      'update products.title: customers.name | products.sku',
      'update products.price: ~products.price | products.sku',
    ],
  ],
  [
    'UPDATE orders SET total = total * 2 WHERE id = 1',
    ['update orders.total: ~orders.total | orders.id'],
  ],
  [
    'UPDATE orders SET (note, total) = (SELECT name, balance FROM customers c WHERE c.id = customer_id)',
    [
      'update orders.note: customers.name | customers.id orders.customer_id',
      'update orders.total: customers.balance | customers.id orders.customer_id',
    ],
  ],
  [
    'UPDATE orders SET (note, total) = (lower(note), 1)',
    ['update orders.note: ~orders.note |', 'update orders.total'],
  ],
  [
    'MERGE INTO orders o USING customers c ON o.customer_id = c.id WHEN MATCHED AND c.ok THEN UPDATE SET note = c.name WHEN NOT MATCHED THEN INSERT (customer_id, total) VALUES (c.id, c.balance / 2)',
    [
      'update orders.note: customers.name | customers.id customers.ok orders.customer_id',
      'insert orders.customer_id: customers.id | customers.id customers.ok orders.customer_id',
      'insert orders.total: ~customers.balance | customers.id customers.ok orders.customer_id',
    ],
  ],
  [
    'CREATE TABLE report (who) AS SELECT name, total FROM customers c JOIN orders o ON o.customer_id = c.id',
    [
      'create report.who: customers.name | customers.id orders.customer_id',
      'create report.total: orders.total | customers.id orders.customer_id',
    ],
  ],
  ['SELECT name INTO TEMP t FROM customers', ['create pg_temp.t.name: customers.name |']],
  ['CREATE VIEW v AS SELECT upper(name) AS n FROM customers', ['create v.n: ~customers.name |']],
  [
    'WITH gone AS (DELETE FROM orders WHERE total < 1 RETURNING note) INSERT INTO products (sku) SELECT note FROM gone',
    ['insert products.sku: orders.note | orders.total'],
  ],
  ['EXPLAIN UPDATE orders SET note = NULL', []],
  ['EXPLAIN ANALYZE UPDATE orders SET note = lower(note)', ['update orders.note: ~orders.note |']],
  ['DELETE FROM orders', []],
];

describe('of columns that are written', () => {
  test.each(writes)('%s', (sql, columns) => {
    const [statement] = parse(sql);
    if (statement === undefined) throw new TypeError('no statement');
    const { written } = analyze(statement, catalogue, settings).analysis;
    expect(
      written.map((one) => {
        const from = shown(one);
        const target = `${one.action} ${short(one.target)}`;
        return from === '|' ? target : `${target}: ${from}`;
      }),
    ).toEqual(columns);
  });
});
