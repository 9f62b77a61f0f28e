import fc from 'fast-check';
import type { Table } from './grammar.js';

/** What a schema is made by, and what queries find in it. */
export interface Schema {
  readonly sql: string;
  readonly tables: readonly Table[];
}

/** Parts of names: words of the grammar, functions, types, and what only quotes make a name. */
const words = [
  ...['a', 'name', 'lower', 'text', 'Upper', 'order', 'select', 'user', 'table', 'value', 'ctid '],
  ...[
    'two words',
    'dotted.name',
    'quoted"name',
    "it's",
    'größe',
    '名前',
    '$1',
    '--',
    '%s',
    '\\',
    'U&x',
  ],
];
const kinds = ['table', 'partitioned', 'heir', 'view', 'materialised', 'renamed'] as const;

const identifier = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Some relations of several kinds; all columns are text, some of a domain over it. */
export const schemas: fc.Arbitrary<Schema> = fc
  .record({
    schema: fc.constantFrom(...words),
    relations: fc.array(
      fc.record({
        kind: fc.constantFrom(...kinds),
        name: fc.constantFrom(...words),
        columns: fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }),
        below: fc.nat(),
      }),
      { minLength: 2, maxLength: 5 },
    ),
  })
  .map(({ schema, relations }) => {
    const place = identifier(`${schema} 0`);
    const sql = [`CREATE SCHEMA ${place}`, `CREATE DOMAIN ${place}.d AS text`];
    const tables: Table[] = [];
    for (const [i, { kind, name, columns, below }] of relations.entries()) {
      const own = columns.map((column, n) => identifier(`${column} ${n}`));
      const made = `${place}.${identifier(`${name} ${i}`)}`;
      const base = tables[below % Math.max(tables.length, 1)];
      const list = own.map((column, n) => `${column} ${n % 2 === 0 ? 'text' : `${place}.d`}`);
      const plain = `CREATE TABLE ${made} (${list.join(', ')})`;
      if (kind === 'partitioned') {
        sql.push(`${plain} PARTITION BY LIST (${own[0] ?? ''})`);
        sql.push(`CREATE TABLE ${place}."part ${i}" PARTITION OF ${made} DEFAULT`);
      } else if (base !== undefined && (kind === 'view' || kind === 'materialised')) {
        const query = `SELECT ${base.columns.map((column, n) => `lower(${column}) AS ${own[n] ?? `extra_${n}`}`).join(', ')} FROM ${base.name}`;
        sql.push(`CREATE ${kind === 'view' ? '' : 'MATERIALIZED '}VIEW ${made} AS ${query}`);
        tables.push({
          name: made,
          columns: base.columns.map((_, n) => own[n] ?? `extra_${n}`),
        });
        continue;
      } else {
        sql.push(plain);
        if (kind === 'heir') sql.push(`CREATE TABLE ${place}."heir ${i}" () INHERITS (${made})`);
        if (kind === 'renamed') {
          sql.push(`ALTER TABLE ${made} ADD COLUMN gone text`);
          sql.push(`ALTER TABLE ${made} DROP COLUMN gone, ADD COLUMN late text`);
          own.push('late');
        }
      }
      sql.push(
        `INSERT INTO ${made} (${own.join(', ')}) SELECT ${own.map((_, n) => `(i % ${n + 2})::text`).join(', ')} FROM generate_series(1, 5) i`,
      );
      tables.push({ name: made, columns: own });
    }
    return { sql: sql.join(';\n'), tables };
  });
