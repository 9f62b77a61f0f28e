import type pg from 'pg';

/** Columns of each relation; empty: the relation alone, as a whole row or to count its rows. */
export type Columns = ReadonlyMap<string, ReadonlySet<string>>;

const dependencies = `
  SELECT n.nspname AS schema, c.relname AS relation, a.attname AS column,
         c.relkind IN ('r', 'f', 'm', 't') AND NOT c.relhassubclass AS scanned_if_read,
         c.relkind IN ('i', 'I', 'S', 'c') AS never_read
  FROM pg_depend d
  JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
  WHERE r.ev_class = 'oracle_view'::regclass AND c.oid <> r.ev_class AND d.deptype = 'n'`;

interface Dependency {
  readonly schema: string;
  readonly relation: string;
  /** null: the relation alone */
  readonly column: string | null;
  readonly scanned_if_read: boolean;
  readonly never_read: boolean;
}

/**
 * The relation alone is also on record where nothing of it is read: as a constant of type regclass, and for
 * the row type of a function's argument or result.
 */
const isMention = (
  { schema, relation, scanned_if_read, never_read }: Dependency,
  query: string,
  scanned: ReadonlySet<string>,
): boolean => {
  if (never_read) return true;
  if (scanned_if_read) return !scanned.has(`${schema}.${relation}`);
  return (query.match(/'(?:[^']|'')*'/g) ?? []).some((literal) => literal.includes(relation));
};

/** Tables in the plan of the view. */
async function scannedBy(client: pg.Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(
    'EXPLAIN (VERBOSE, FORMAT JSON) SELECT * FROM oracle_view',
  );
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { Schema: schema, 'Relation Name': relation } = node as Readonly<Record<string, unknown>>;
    if (typeof schema === 'string' && typeof relation === 'string')
      found.add(`${schema}.${relation}`);
    Object.values(node).forEach(visit);
  };
  visit(rows);
  return found;
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
    const alone = rows.some(({ column }) => column === null);
    const scanned = alone ? await scannedBy(client) : new Set<string>();
    const columns = new Map<string, Set<string>>();
    for (const one of rows) {
      const { schema, relation, column } = one;
      if (column === null && isMention(one, query, scanned)) continue;
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
