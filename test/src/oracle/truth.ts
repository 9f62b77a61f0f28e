import type pg from 'pg';

/** Columns of each relation; empty: the relation alone, as a whole row or to count its rows. */
export type Columns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Only relations that stand in a FROM list of the stored tree. Others are on record although nothing of them
 * is read: as a constant of type regclass, and, with the column that is taken, for the row type of a function's
 * argument or result.
 */
const dependencies = `
  WITH ranged AS (
    SELECT DISTINCT entry[1]::oid AS oid
    FROM pg_rewrite, regexp_matches(ev_action::text, ':rtekind 0 :relid (\\d+)', 'g') AS entry
    WHERE ev_class = 'oracle_view'::regclass
  )
  SELECT n.nspname AS schema, c.relname AS relation, a.attname AS column
  FROM pg_depend d
  JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
  JOIN ranged ON ranged.oid = c.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
  WHERE r.ev_class = 'oracle_view'::regclass AND c.oid <> r.ev_class AND d.deptype = 'n'`;

interface Dependency {
  readonly schema: string;
  readonly relation: string;
  /** null: the relation alone */
  readonly column: string | null;
}

/** What the server says of a query. */
export type Truth =
  | { readonly kind: 'columns'; readonly columns: Columns }
  /** it cannot be a view, which says nothing about its columns */
  | { readonly kind: 'no-view'; readonly sqlstate: string };

/**
 * Makes a view of the query, reads in pg_depend which columns it uses, and takes it back. Column names
 * that occur twice are no obstacle: the columns are given others.
 *
 * @param client outside a transaction
 * @param width number of columns; undefined: not known, they keep their names
 */
export async function truthOf(
  client: pg.Client,
  query: string,
  width: number | undefined,
): Promise<Truth> {
  await client.query('BEGIN');
  try {
    const names = Array.from({ length: width ?? 0 }, (_, i) => `c${i}`).join(', ');
    await client.query(
      `CREATE TEMP VIEW oracle_view ${names === '' ? '' : `(${names})`} AS ${query}`,
    );
    const { rows } = await client.query<Dependency>(dependencies);
    const columns = new Map<string, Set<string>>();
    for (const { schema, relation, column } of rows) {
      const name = `${schema}.${relation}`;
      const of = columns.get(name) ?? new Set();
      columns.set(name, of);
      if (column !== null) of.add(column);
    }
    return { kind: 'columns', columns };
  } catch (thrown) {
    const { code } = thrown as { readonly code?: string };
    if (code === undefined) throw thrown;
    return { kind: 'no-view', sqlstate: code };
  } finally {
    await client.query('ROLLBACK');
  }
}
