import fc from 'fast-check';
import {
  type Family,
  typedAggregates,
  typedColumns,
  typedTerms,
  typedWindows,
} from './typed-terms.js';

/** A row in sight, and its columns by family. */
interface Row {
  readonly alias: string;
  readonly columns: Readonly<Partial<Record<Family, readonly string[]>>>;
}

const families = Object.keys(typedTerms) as readonly Family[];

/**
 * Statements over tables of many types: queries, and INSERT, UPDATE, DELETE and MERGE with all their clauses, whose
 * expressions mix types as people do. The server refuses many of them.
 */
export const typedStatements: fc.Arbitrary<string> = fc.gen().map((g) => new Maker(g).statement());

class Maker {
  private readonly g: fc.GeneratorValue;
  private names = 0;

  constructor(g: fc.GeneratorValue) {
    this.g = g;
  }

  statement(): string {
    const kind = this.one([
      'select',
      'select',
      'insert',
      'insert',
      'update',
      'delete',
      'merge',
      'with',
    ] as const);
    switch (kind) {
      case 'select':
        return this.select();
      case 'insert':
        return this.insert();
      case 'update':
        return this.update();
      case 'delete':
        return this.remove();
      case 'merge':
        return this.merge();
      case 'with':
        return this.with();
    }
  }

  private select(): string {
    const rows: Row[] = [];
    const from = this.from(rows);
    const where = this.chance(2) ? ` WHERE ${this.expression('truth', rows)}` : '';
    const shape = this.one([
      'plain',
      'plain',
      'windows',
      'groups',
      'set',
      'ordered',
      'sets',
    ] as const);
    switch (shape) {
      case 'plain':
        return `SELECT ${this.list(rows)} FROM ${from}${where}`;
      case 'windows':
        return `SELECT ${this.from1(typedWindows, rows)} OVER (PARTITION BY ${this.any(rows)} ORDER BY ${this.any(rows)}), ${this.list(rows)} FROM ${from}${where}`;
      case 'groups': {
        const key = this.any(rows);
        return `SELECT ${key}, ${this.from1(typedAggregates, rows)} FROM ${from}${where} GROUP BY ${key} HAVING ${this.from1({ truth: typedAggregates.truth ?? [] }, rows)}`;
      }
      case 'ordered':
        return `SELECT DISTINCT ON (${this.any(rows)}) ${this.list(rows)} FROM ${from}${where} ORDER BY 1, ${this.any(rows)} DESC NULLS LAST LIMIT ${this.expression('number', [], 1)}`;
      case 'sets': {
        const [a, b] = [this.any(rows), this.any(rows)];
        return `SELECT ${a}, ${b}, count(*) FROM ${from}${where} GROUP BY ${this.one([`GROUPING SETS ((${a}), (${b}), ())`, `ROLLUP (${a}, ${b})`, `CUBE (${a}), ${b}`])} ORDER BY 3`;
      }
      case 'set': {
        const family = this.one(families);
        const word = this.one(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT'] as const);
        return `SELECT ${this.expression(family, rows)} FROM ${from}${where} ${word} SELECT ${this.expression(family, [])}`;
      }
    }
  }

  private insert(): string {
    const alias = this.fresh('i');
    const given = this.given();
    const columns = ['id', ...given.map(({ column }) => column)];
    const rows: Row[] = [];
    const value = (family: Family): string => this.expression(family, rows, 2);
    const source = this.chance(2)
      ? `VALUES ${Array.from({ length: this.number(1, 2) }, () => `(${[value('number'), ...given.map(({ family }) => (this.chance(6) ? 'DEFAULT' : value(family)))].join(', ')})`).join(', ')}`
      : `SELECT ${['1', ...given.map(({ family }) => value(family))].join(', ')} FROM ${this.from(rows)}`;
    const target: Row = { alias, columns: typedColumns };
    const conflict = this.chance(3)
      ? ''
      : ` ON CONFLICT (id) DO UPDATE SET ${this.assignments([target, { ...target, alias: 'excluded' }])}${this.chance(2) ? ` WHERE ${this.expression('truth', [target, { ...target, alias: 'excluded' }])}` : ''}`;
    return `INSERT INTO items AS ${alias} (${columns.join(', ')}) ${source}${conflict}${this.returning([target])}`;
  }

  private update(): string {
    const target: Row = { alias: this.fresh('u'), columns: typedColumns };
    const rows = [target];
    const others: Row[] = [];
    const from = this.chance(2) ? ` FROM ${this.from(others)}` : '';
    rows.push(...others);
    return `UPDATE items AS ${target.alias} SET ${this.assignments(rows)}${from} WHERE ${this.expression('truth', rows)}${this.returning(rows)}`;
  }

  private remove(): string {
    const target: Row = { alias: this.fresh('d'), columns: typedColumns };
    const others: Row[] = [];
    const using = this.chance(2) ? ` USING ${this.from(others)}` : '';
    const rows = [target, ...others];
    return `DELETE FROM items AS ${target.alias}${using} WHERE ${this.expression('truth', rows)}${this.returning(rows)}`;
  }

  private merge(): string {
    const target: Row = { alias: this.fresh('m'), columns: typedColumns };
    const others: Row[] = [];
    const using = this.source(others, []);
    const rows = [target, ...others];
    const given = this.given();
    const matched = this.one([
      `UPDATE SET ${this.assignments(rows)}`,
      'DELETE',
      'DO NOTHING',
    ] as const);
    const values = given.map(({ family }) => this.expression(family, others));
    return `MERGE INTO items AS ${target.alias} USING ${using} ON ${this.expression('truth', rows)}
      WHEN MATCHED AND ${this.expression('truth', rows)} THEN ${matched}
      WHEN NOT MATCHED THEN INSERT (id, ${given.map(({ column }) => column).join(', ')}) VALUES (${['1', ...values].join(', ')})${this.returning(rows)}`;
  }

  private with(): string {
    const name = this.fresh('w');
    const kept = this.given();
    const target: Row = { alias: 'items', columns: typedColumns };
    const values = kept.map(
      ({ family, column }, i) =>
        `${this.chance(2) ? `items.${column}` : this.expression(family, [target])} AS c${i}`,
    );
    const change = this.one([
      `UPDATE items SET ${this.assignments([target])} RETURNING`,
      'DELETE FROM items RETURNING',
      'SELECT',
    ] as const);
    const columns: Partial<Record<Family, string[]>> = {};
    for (const [i, { family }] of kept.entries()) (columns[family] ??= []).push(`c${i}`);
    const rows: Row[] = [{ alias: name, columns }];
    const from = change === 'SELECT' ? ' FROM items' : '';
    return `WITH ${name} AS (${change} ${values.join(', ')}${from}) SELECT ${this.list(rows)} FROM ${name} WHERE ${this.expression('truth', rows)}`;
  }

  /** Columns to write to, each once. */
  private given(): readonly { readonly family: Family; readonly column: string }[] {
    const found = new Map<string, Family>();
    for (let more = this.number(1, 4); more > 0; more -= 1) {
      const family = this.one(families);
      const column = this.one(typedColumns[family]);
      if (column !== 'id') found.set(column, family);
    }
    if (found.size === 0) found.set('name', 'text');
    return [...found].map(([column, family]) => ({ column, family }));
  }

  private assignments(rows: readonly Row[]): string {
    const given = this.given();
    const value = ({ family }: { readonly family: Family }): string =>
      this.chance(8) ? 'DEFAULT' : this.expression(family, rows);
    if (given.length > 1 && this.chance(4)) {
      const columns = given.map(({ column }) => column).join(', ');
      const values = given.map(({ family }) => this.expression(family, rows)).join(', ');
      return `(${columns}) = ${this.chance(2) ? `(SELECT ${values})` : `ROW(${values})`}`;
    }
    return given.map((one) => `${one.column} = ${value(one)}`).join(', ');
  }

  private returning(rows: readonly Row[]): string {
    if (this.chance(2)) return '';
    // From version 18 on the row before and after are there too.
    const more = this.chance(4)
      ? [{ ...rows[0], alias: 'old' } as Row, { ...rows[0], alias: 'new' } as Row]
      : [];
    return ` RETURNING ${this.list([...rows, ...more])}`;
  }

  private list(rows: readonly Row[]): string {
    return Array.from({ length: this.number(1, 3) }, (_, i) => `${this.any(rows)} AS o${i}`).join(
      ', ',
    );
  }

  private from(rows: Row[]): string {
    let sql = this.source(rows, []);
    if (this.chance(2)) {
      const before = [...rows];
      const next = this.source(rows, before);
      sql = this.chance(2)
        ? `${sql} CROSS JOIN ${next}`
        : `${sql} LEFT JOIN ${next} ON ${this.expression('truth', rows)}`;
    }
    return sql;
  }

  /** @param before rows that a function or a lateral subquery may look at */
  private source(rows: Row[], before: readonly Row[]): string {
    const alias = this.fresh('t');
    const push = (columns: Row['columns'], sql: string): string => {
      rows.push({ alias, columns });
      return sql;
    };
    switch (this.number(0, 14)) {
      case 0: {
        const [a, b] = [this.one(families), this.one(families)];
        const inner: Row[] = [];
        const from = this.source(inner, []);
        return push(
          a === b ? { [a]: ['p', 'q'] } : { [a]: ['p'], [b]: ['q'] },
          `(SELECT ${this.expression(a, inner)} AS p, ${this.expression(b, inner)} AS q FROM ${from}) AS ${alias}`,
        );
      }
      case 1:
        return push(
          { number: ['p'], text: ['q'] },
          `(VALUES (${this.expression('number', [], 1)}, ${this.expression('text', [], 1)}), (${this.expression('number', [], 1)}, ${this.expression('text', [], 1)})) AS ${alias}(p, q)`,
        );
      case 2:
        return push(
          { number: ['n'] },
          `generate_series(1, ${this.expression('number', before, 1)}) AS ${alias}(n)`,
        );
      case 3:
        return push(
          { number: ['n', 'ord'] },
          `unnest(${this.expression('numbers', before, 1)}) WITH ORDINALITY AS ${alias}(n, ord)`,
        );
      case 4:
        return push(
          { number: ['n'], text: ['s'] },
          `jsonb_to_recordset(${this.expression('json', before, 1)}) AS ${alias}(n int, s text)`,
        );
      case 5:
        return push(
          { text: ['key', 'value'] },
          `jsonb_each_text(${this.expression('json', before, 1)}) AS ${alias}`,
        );
      case 6:
        return this.one([
          () =>
            push(
              { number: ['x'], text: ['y'] },
              `pairs(${this.expression('number', before, 1)}) AS ${alias}`,
            ),
          () =>
            push(
              { number: ['n'], text: ['t'] },
              `table_of(${this.expression('number', before, 1)}) AS ${alias}`,
            ),
        ])();
      case 8:
        return push(
          { number: ['a', 'ord'], text: ['b'] },
          `JSON_TABLE(${this.expression('json', before, 1)}, '$[*]' COLUMNS (ord FOR ORDINALITY, a int PATH '$.a', NESTED PATH '$.c[*]' COLUMNS (b text PATH '$'))) AS ${alias}`,
        );
      case 9:
        return push(
          { number: ['a'], text: ['b'] },
          `XMLTABLE('/r' PASSING xmlelement(NAME r, xmlforest(${this.expression('number', before, 1)} AS a, ${this.expression('text', before, 1)} AS b)) COLUMNS a numeric PATH 'a', b text PATH 'b' DEFAULT ${this.expression('text', before, 1)}) AS ${alias}`,
        );
      case 10:
        return push(
          { number: ['a', 'b'], text: ['c'] },
          `ROWS FROM (generate_series(1, ${this.expression('number', before, 1)}), unnest(${this.expression('numbers', before, 1)}), regexp_split_to_table(${this.expression('text', before, 1)}, ',')) AS ${alias}(a, b, c)`,
        );
      case 11: {
        const inner: Row[] = [];
        const from = this.source(inner, []);
        const family = this.one(families);
        return push(
          { [family]: ['v'] },
          `LATERAL (SELECT ${this.expression(family, [...before, ...inner])} AS v FROM ${from} ORDER BY ${this.any(inner)} LIMIT 1) AS ${alias}`,
        );
      }
      case 7:
        return push(
          {
            number: ['id', 'twice'],
            text: ['name'],
            time: ['day'],
            json: ['doc'],
            numbers: ['numbers'],
          },
          `seen AS ${alias}`,
        );
      default:
        return push(typedColumns, `${this.one(['items', 'logs'] as const)} AS ${alias}`);
    }
  }

  private any(rows: readonly Row[]): string {
    return this.expression(this.one(families), rows);
  }

  private from1(
    terms: Readonly<Partial<Record<Family, readonly string[]>>>,
    rows: readonly Row[],
  ): string {
    return this.filled(this.one(this.one(Object.values(terms))), rows, 2);
  }

  private expression(family: Family, rows: readonly Row[], depth = 3): string {
    const columns = rows.flatMap((row) =>
      (row.columns[family] ?? []).map((column) => `${row.alias}.${column}`),
    );
    if (columns.length > 0 && (depth === 0 || !this.chance(3))) return this.one(columns);
    const terms = typedTerms[family];
    if (depth > 0) return this.filled(this.one(terms), rows, depth - 1);
    return this.one(terms.filter((term) => !term.includes('{')));
  }

  private filled(term: string, rows: readonly Row[], depth: number): string {
    return term.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
      if (name === 'row') return rows.length > 0 ? this.one(rows).alias : "'x'";
      return name in typedTerms ? this.expression(name as Family, rows, depth) : whole;
    });
  }

  private fresh(letter: string): string {
    this.names += 1;
    return `${letter}${this.names}`;
  }

  private one<T>(values: readonly T[]): T {
    const value = values[this.number(0, values.length - 1)];
    if (value === undefined) throw new RangeError('nothing to choose from');
    return value;
  }

  private number(from: number, to: number): number {
    return this.g(fc.integer, { min: from, max: to });
  }

  /** one in so many */
  private chance(of: number): boolean {
    return this.number(1, of) === 1;
  }
}
