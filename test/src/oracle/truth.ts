import type pg from 'pg';

/** Columns of each relation; empty: the relation alone, as a whole row or to count its rows. */
export type Columns = ReadonlyMap<string, ReadonlySet<string>>;

/** Where a statement was stored: its tree, and the object that depends on what is in it. */
interface Stored {
  readonly tree: string;
  readonly catalog: 'pg_rewrite' | 'pg_proc';
  readonly object: string;
}

/** As a view, which holds queries. */
const view: Stored = {
  tree: `SELECT ev_action::text AS tree FROM pg_rewrite WHERE ev_class = 'oracle_view'::regclass`,
  catalog: 'pg_rewrite',
  object: `SELECT oid FROM pg_rewrite WHERE ev_class = 'oracle_view'::regclass`,
};

/** As the body of a function, which holds what changes rows too. */
const body: Stored = {
  tree: `SELECT prosqlbody::text AS tree FROM pg_proc WHERE oid = 'pg_temp.oracle_body'::regproc`,
  catalog: 'pg_proc',
  object: `SELECT 'pg_temp.oracle_body'::regproc::oid`,
};

/**
 * Only relations that stand in a FROM list of the stored tree. Others are on record although nothing of them
 * is read: as a constant of type regclass, and, with the column that is taken, for the row type of a function's
 * argument or result.
 */
const dependencies = ({ tree, catalog, object }: Stored): string => `
  WITH ranged AS (
    SELECT DISTINCT entry[1]::oid AS oid
    FROM (${tree}) AS stored, regexp_matches(stored.tree, ':rtekind 0 :relid (\\d+)', 'g') AS entry
  )
  SELECT n.nspname AS schema, c.relname AS relation, a.attname AS column
  FROM pg_depend d
  JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
  JOIN ranged ON ranged.oid = c.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
  WHERE d.classid = '${catalog}'::regclass AND d.objid IN (${object}) AND c.relname <> 'oracle_view' AND d.deptype = 'n'`;

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
  const names = Array.from({ length: width ?? 0 }, (_, i) => `c${i}`).join(', ');
  const made = `CREATE TEMP VIEW oracle_view ${names === '' ? '' : `(${names})`} AS ${query}`;
  return storedTruth(client, made, view);
}

/**
 * The same of a statement that changes rows.
 *
 * @param client outside a transaction
 * @param version `server_version_num`; before PostgreSQL 14 it becomes the action of a rule, which takes no RETURNING
 */
export async function truthOfWrite(
  client: pg.Client,
  statement: string,
  version: number,
): Promise<Truth> {
  if (version < 140000) {
    const rule = `CREATE RULE oracle AS ON INSERT TO oracle_view DO ALSO ${statement}`;
    return storedTruth(client, `CREATE TEMP TABLE oracle_view (); ${rule}`, view);
  }
  const made = `CREATE FUNCTION pg_temp.oracle_body() RETURNS void BEGIN ATOMIC ${statement}; END`;
  return storedTruth(client, made, body);
}

async function storedTruth(client: pg.Client, made: string, stored: Stored): Promise<Truth> {
  await client.query('BEGIN');
  try {
    await client.query(made);
    const { rows } = await client.query<Dependency>(dependencies(stored));
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
