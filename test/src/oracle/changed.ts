import { type Access, type Catalogue, formatName, type Relation } from '@postern/sql';
import type pg from 'pg';

type Change = 'insert' | 'update' | 'delete';

interface Counted {
  readonly oid: number;
  readonly change: Change;
}

/**
 * Tables whose rows a statement changes, by the server's own count within a transaction that is rolled back.
 *
 * @returns undefined when the statement fails
 */
export async function changedTables(
  client: pg.Client,
  statement: string,
): Promise<readonly Counted[] | undefined> {
  const counts = async (): Promise<ReadonlyMap<string, Counted>> => {
    const { rows } = await client.query<Counted & { readonly n: string }>(
      `SELECT relid::int AS oid, change, n FROM pg_stat_xact_user_tables,
         LATERAL (VALUES ('insert', n_tup_ins), ('update', n_tup_upd), ('delete', n_tup_del)) AS c (change, n)
       WHERE n > 0`,
    );
    return new Map(rows.map(({ n, ...counted }) => [JSON.stringify([counted, n]), counted]));
  };
  await client.query('BEGIN');
  try {
    await client.query("SET LOCAL statement_timeout = '5s'");
    // What earlier transactions did stays in it for a while.
    const before = await counts();
    await client.query(statement);
    return [...(await counts())].flatMap(([key, counted]) => (before.has(key) ? [] : [counted]));
  } catch (thrown) {
    if ((thrown as { readonly code?: string }).code === undefined) throw thrown;
    return undefined;
  } finally {
    await client.query('ROLLBACK');
  }
}

/** A table, the views it is changed through, and what it is a part of. */
const isNamed = (
  catalogue: Catalogue,
  accesses: readonly Access[],
  relation: Relation,
  change: Change,
): boolean => {
  const name = formatName(relation);
  const does = ({ action }: Access): boolean =>
    action === change || action === 'merge' || (change === 'insert' && action === 'ddl');
  return (
    accesses.some(
      (access) =>
        does(access) &&
        [access.object, ...access.through].some((one) => one && formatName(one) === name),
    ) ||
    relation.parents.some((oid) => {
      const parent = catalogue.relationByOid(oid);
      return parent !== undefined && isNamed(catalogue, accesses, parent, change);
    })
  );
};

/** Tables that change, and that the analysis does not name. */
export const unnamed = (
  catalogue: Catalogue,
  accesses: readonly Access[],
  changed: readonly Counted[],
): readonly string[] =>
  changed.flatMap(({ oid, change }) => {
    const relation = catalogue.relationByOid(oid);
    // Made by the statement itself.
    if (relation === undefined) return [];
    // An update that moves a row to another partition is counted as what it comes to there.
    const counts: readonly Change[] = change === 'update' ? ['update'] : [change, 'update'];
    return counts.some((one) => isNamed(catalogue, accesses, relation, one))
      ? []
      : [`${change} ${formatName(relation)}`];
  });
