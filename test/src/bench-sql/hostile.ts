import { analyze, type Catalogue, parse, SqlError } from '@postern/sql';

export interface Hostile {
  readonly what: string;
  readonly ms: number;
  /** `understood`, or the error's code */
  readonly outcome: string;
  /** grown while it was looked at, MiB */
  readonly heapMiB: number;
}

const repeated = (n: number, text: (i: number) => string, between: string): string =>
  Array.from({ length: n }, (_, i) => text(i)).join(between);

const nested = (depth: number): string =>
  `${'SELECT * FROM ('.repeat(depth)}SELECT id FROM customers${repeated(depth, (i) => `) s${i}`, '')}`;

/** Large or deep on purpose, over `sql/fixtures/shop.sql`. */
const statements: readonly (readonly [what: string, sql: string])[] = [
  ['1,000 operators', `SELECT ${repeated(1_000, () => 'id', ' + ')} FROM customers`],
  ['50,000 operators', `SELECT ${repeated(50_000, () => 'id', ' + ')} FROM customers`],
  ['20,000 ANDs', `SELECT 1 FROM customers WHERE ${repeated(20_000, () => 'id = 1', ' AND ')}`],
  [
    'IN with 10,000 values',
    `SELECT id FROM customers WHERE id IN (${repeated(10_000, String, ', ')})`,
  ],
  ['100 nested subqueries', nested(100)],
  ['1,000 nested subqueries', nested(1_000)],
  [
    '1,600 columns',
    `SELECT ${repeated(1_600, (i) => `email || ${i} AS c${i}`, ', ')} FROM customers`,
  ],
  [
    '200 joins',
    `SELECT 1 FROM customers c ${repeated(200, (i) => `JOIN orders o${i} ON o${i}.id = c.id`, ' ')}`,
  ],
  ['1,000 UNIONs', repeated(1_000, () => 'SELECT email FROM customers', ' UNION ')],
  [
    '90,000 rows of values',
    `INSERT INTO orders (id) VALUES ${repeated(90_000, () => '(1)', ', ')}`,
  ],
  [
    '90,000 rows of calls',
    `INSERT INTO orders (id) VALUES ${repeated(90_000, () => '(abs(1))', ', ')}`,
  ],
  ['1 MB in one literal', `SELECT '${'x'.repeat(1_000_000)}', email FROM customers`],
  ['more than 1 MiB', `SELECT '${'x'.repeat(1_100_000)}'`],
];

const settings = { searchPath: ['$user', 'public'], user: 'app', role: 'none' };

export const hostileStatements = (catalogue: Catalogue): readonly Hostile[] =>
  statements.map(([what, sql]) => {
    const heap = process.memoryUsage().heapUsed;
    const start = performance.now();
    let outcome = 'understood';
    try {
      for (const statement of parse(sql)) analyze(statement, catalogue, settings);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      outcome = error.code;
    }
    const ms = performance.now() - start;
    return { what, ms, outcome, heapMiB: (process.memoryUsage().heapUsed - heap) / 1024 / 1024 };
  });
