import fc from 'fast-check';

/** A table of the schema that queries are made over. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Columns that are in sight under an alias. */
interface Source {
  readonly alias: string;
  readonly columns: readonly string[];
  readonly sql: string;
}

interface Query {
  readonly sql: string;
  readonly columns: readonly string[];
}

/**
 * Queries over a schema: joins of every kind, subqueries anywhere, LATERAL, CTEs, set operations, groups,
 * windows, whole rows. All columns are text, so that any may stand beside any other.
 */
export const queriesOver = (tables: readonly Table[]): fc.Arbitrary<string> =>
  fc.gen().map((g) => new Maker(g, tables).query(3, []).sql);

class Maker {
  private readonly g: fc.GeneratorValue;
  private readonly tables: readonly Table[];
  private names = 0;
  private ctes: Source[] = [];

  constructor(g: fc.GeneratorValue, tables: readonly Table[]) {
    this.g = g;
    this.tables = tables;
  }

  /** @param outer sources of the queries around, in sight of a subquery */
  query(depth: number, outer: readonly Source[]): Query {
    const shape =
      depth === 0 ? 'plain' : this.one(['plain', 'plain', 'plain', 'with', 'set'] as const);
    if (shape === 'with') return this.withCte(depth, outer);
    if (shape === 'set') return this.set(depth, outer);
    return this.select(depth, outer, this.number(1, 3));
  }

  private withCte(depth: number, outer: readonly Source[]): Query {
    const inner = this.query(depth - 1, outer);
    const alias = this.fresh('w');
    const columns = inner.columns.map((_, i) => `${alias}_${i}`);
    const how = this.one(['', 'MATERIALIZED ', 'NOT MATERIALIZED '] as const);
    const before = this.ctes;
    this.ctes = [...before, { alias, columns, sql: alias }];
    const main = this.select(depth - 1, outer, this.number(1, 3));
    this.ctes = before;
    return {
      sql: `WITH ${alias}(${columns.join(', ')}) AS ${how}(${inner.sql}) ${main.sql}`,
      columns: main.columns,
    };
  }

  private set(depth: number, outer: readonly Source[]): Query {
    const width = this.number(1, 3);
    const left = this.select(depth - 1, outer, width);
    const right = this.select(depth - 1, outer, width);
    const word = this.one(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT ALL'] as const);
    return { sql: `(${left.sql}) ${word} (${right.sql})`, columns: left.columns };
  }

  private select(depth: number, outer: readonly Source[], width: number): Query {
    const sources: Source[] = [];
    const from = this.from(depth, outer, sources);
    const inSight = [...outer, ...sources];
    const columns = Array.from({ length: width }, () => this.fresh('o'));
    const where = this.chance(2) ? ` WHERE ${this.condition(depth, inSight)}` : '';
    const tail = this.chance(4) ? ' LIMIT 3' : '';
    if (this.chance(4)) {
      const key = this.column(sources);
      const values = columns.map((name, i) =>
        i === 0 ? `${key} AS ${name}` : `max(${this.value(depth, inSight)}) AS ${name}`,
      );
      const having = this.chance(3) ? ` HAVING count(${this.column(sources)}) > 1` : '';
      return {
        sql: `SELECT ${values.join(', ')} FROM ${from}${where} GROUP BY ${key}${having}${tail}`,
        columns,
      };
    }
    const values = columns.map((name) => `${this.value(depth, inSight)} AS ${name}`);
    const order = this.chance(4) ? ` ORDER BY ${this.column(sources)}` : '';
    return { sql: `SELECT ${values.join(', ')} FROM ${from}${where}${order}${tail}`, columns };
  }

  private from(depth: number, outer: readonly Source[], sources: Source[]): string {
    let sql = this.source(depth, outer, sources, false);
    for (let more = this.number(0, 2); more > 0; more -= 1) {
      const word = this.one(['JOIN', 'LEFT JOIN', 'FULL JOIN', 'CROSS JOIN'] as const);
      const plain = word === 'FULL JOIN';
      const before = [...sources];
      const next = this.source(depth, outer, sources, !plain);
      const on =
        word === 'CROSS JOIN' ? '' : ` ON ${this.column(before)} = ${this.column(sources)}`;
      sql = `${sql} ${word} ${next}${on}`;
    }
    return sql;
  }

  private source(
    depth: number,
    outer: readonly Source[],
    sources: Source[],
    mayBeLateral: boolean,
  ): string {
    const alias = this.fresh('t');
    const kind = this.number(0, 5);
    if (kind === 0 && depth > 0) {
      const lateral = mayBeLateral && this.chance(2);
      const inner = this.query(depth - 1, lateral ? [...outer, ...sources] : outer);
      sources.push({ alias, columns: inner.columns, sql: '' });
      return `${lateral ? 'LATERAL ' : ''}(${inner.sql}) AS ${alias}`;
    }
    const cte = kind === 1 ? this.ctes.at(-1) : undefined;
    if (cte !== undefined) {
      sources.push({ alias, columns: cte.columns, sql: '' });
      return `${cte.sql} AS ${alias}`;
    }
    const table = this.one(this.tables);
    if (kind === 2) {
      const columns = table.columns.map((_, i) => `${alias}_${i}`);
      sources.push({ alias, columns, sql: '' });
      return `${table.name} AS ${alias}(${columns.join(', ')})`;
    }
    sources.push({ alias, columns: table.columns, sql: '' });
    return `${table.name} AS ${alias}`;
  }

  private value(depth: number, inSight: readonly Source[]): string {
    switch (this.number(0, 8)) {
      case 0:
        return `lower(${this.column(inSight)})`;
      case 1:
        return `coalesce(${this.column(inSight)}, ${this.column(inSight)})`;
      case 2:
        return `CASE WHEN ${this.condition(0, inSight)} THEN ${this.column(inSight)} ELSE 'x' END`;
      case 3:
        if (depth === 0) return this.column(inSight);
        return `(SELECT max(s.v) FROM (${this.select(depth - 1, inSight, 1).sql}) AS s(v))`;
      case 4:
        return `(${this.column(inSight)} || ${this.column(inSight)})`;
      case 5:
        return `(ROW(${this.column(inSight)})::text)`;
      default:
        return this.column(inSight);
    }
  }

  private condition(depth: number, inSight: readonly Source[]): string {
    switch (this.number(0, depth === 0 ? 2 : 4)) {
      case 0:
        return `${this.column(inSight)} = 'x'`;
      case 1:
        return `${this.column(inSight)} IS NOT NULL`;
      case 2:
        return `${this.column(inSight)} < ${this.column(inSight)}`;
      case 3:
        return `EXISTS (${this.select(depth - 1, inSight, 1).sql})`;
      default:
        return `${this.column(inSight)} IN (${this.select(depth - 1, inSight, 1).sql})`;
    }
  }

  private column(sources: readonly Source[]): string {
    const source = this.one(sources);
    return `${source.alias}.${this.one(source.columns)}`;
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
