import type { Difference } from './compare.js';
import type { Columns } from './truth.js';

// What the server's record of a statement that changes rows has too much of, or lacks (src/backend/catalog/dependency.c,
// find_expr_references_walker).

interface Named {
  readonly schemaname?: string;
  readonly relname?: string;
}

/** What of INSERT and MERGE is looked at. */
interface Write {
  readonly relation?: Named;
  readonly onConflictClause?: { readonly action?: string };
  readonly mergeWhenClauses?: readonly unknown[];
}

/** Every node of a kind in a part of the tree. */
function* nodesOf(part: unknown, kind: string): Generator {
  if (typeof part !== 'object' || part === null) return;
  for (const [key, value] of Object.entries(part)) {
    if (key === kind) yield value;
    yield* nodesOf(value, kind);
  }
}

const isNamed = (relation: string, name: Named | undefined): boolean =>
  relation === `${name?.schemaname ?? relation.split('.')[0] ?? ''}.${name?.relname ?? ''}`;

/** Is it the target of an ON CONFLICT DO UPDATE? Each of its columns is on record then, as a column of `excluded`. */
const isExcluded = (statement: unknown, relation: string): boolean =>
  [...nodesOf(statement, 'InsertStmt')].some((node) => {
    const { relation: target, onConflictClause } = node as Write;
    return onConflictClause?.action === 'ONCONFLICT_UPDATE' && isNamed(relation, target);
  });

interface Target {
  readonly name?: string;
}

/** Columns of it that a MERGE gives values: only those of the conditions and values themselves are on record. */
const merged = (statement: unknown, relation: string): ReadonlySet<string> =>
  new Set(
    [...nodesOf(statement, 'MergeStmt')].flatMap((node) => {
      const { relation: target, mergeWhenClauses } = node as Write;
      if (!isNamed(relation, target)) return [];
      const targets = (mergeWhenClauses ?? []).flatMap((when) => [...nodesOf(when, 'targetList')]);
      return targets.flatMap((list) =>
        (list as readonly { readonly ResTarget?: Target }[]).flatMap(
          ({ ResTarget }) => ResTarget?.name ?? [],
        ),
      );
    }),
  );

/** What remains of a difference when both are left out. @param width number of a relation's columns */
export const withoutUnrecorded = (
  { missed, invented }: Difference,
  statement: unknown,
  server: Columns,
  width: (relation: string) => number,
): Difference | undefined => {
  const split = (name: string): readonly [relation: string, column: string] => {
    const [schema = '', relation = '', column = ''] = name.split('.');
    return [`${schema}.${relation}`, column];
  };
  const left: Difference = {
    missed: missed.filter((name) => {
      const [relation, column] = split(name);
      const all = server.get(relation)?.size === width(relation);
      return column === '' || !all || !isExcluded(statement, relation);
    }),
    invented: invented.filter((name) => {
      const [relation, column] = split(name);
      return !merged(statement, relation).has(column);
    }),
  };
  return left.missed.length + left.invented.length === 0 ? undefined : left;
};
