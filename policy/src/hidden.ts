import { formatName, type Catalogue, type ObjectName, type Relation } from '@postern/sql';
import type { Decision } from './decision.js';
import type { Evaluator } from './evaluate/evaluator.js';
import { type ColumnKnowledge, toInput, type Surroundings } from './to-input.js';

/** Relations whose values the catalogue must not show to a session. */
export interface Hidden {
  /** OIDs */
  readonly oids: ReadonlySet<number>;
  /** epoch milliseconds until which this holds */
  readonly until: number;
}

/** Relations asked about in one evaluation. */
const atOnce = 200;
/** After so many evaluations what is left is hidden. */
const mostEvaluations = 400;

/** A view has no values of its own, and PostgreSQL's own relations none of users. */
const hasValues = ({ schema, kind }: Relation): boolean =>
  ['r', 'p', 'm', 'f'].includes(kind) &&
  schema !== 'pg_catalog' &&
  schema !== 'information_schema' &&
  schema !== 'pg_toast';

/**
 * Asks policy of each relation whether this session may read all of it as it is. What it may not read, or only masked or
 * filtered, is hidden.
 */
export const hiddenRelations = (
  evaluator: Evaluator,
  catalogue: Catalogue,
  columns: ColumnKnowledge,
  session: Omit<Surroundings, 'fingerprint' | 'grants' | 'functionCall' | 'replication'>,
): Hidden => {
  const oids = new Set<number>();
  let until = Infinity;
  let left = mostEvaluations;
  const ask = (relations: readonly Relation[]): Decision => {
    left -= 1;
    const decision = evaluator.evaluate(
      toInput(readingAll(relations), columns, { ...session, fingerprint: '', grants: [] }),
    );
    until = Math.min(until, decision.cache.until ?? Infinity);
    return decision;
  };
  const judge = (relations: readonly Relation[]): void => {
    if (relations.length === 0) return;
    const decision = left > 0 ? ask(relations) : undefined;
    if (decision?.effect === 'allow') {
      const changed = new Set([
        ...decision.masks.flatMap(({ relation, mask }) => ('none' in mask ? [] : [relation])),
        ...decision.rowFilters.map(({ relation }) => relation),
      ]);
      for (const relation of relations)
        if (changed.has(formatName(relation))) oids.add(relation.oid);
    } else if (decision === undefined || relations.length === 1)
      for (const { oid } of relations) oids.add(oid);
    else {
      const half = relations.length >> 1;
      judge(relations.slice(0, half));
      judge(relations.slice(half));
    }
  };
  const all = catalogue.data.relations.filter(hasValues);
  for (let i = 0; i < all.length; i += atOnce) judge(all.slice(i, i + atOnce));
  return { oids, until };
};

/** As if each column of these were selected. */
export const readingAll = (
  relations: readonly (ObjectName & { readonly columns: readonly { readonly name: string }[] })[],
): Parameters<typeof toInput>[0] => ({
  command: 'SELECT',
  accesses: relations.map(({ schema, name, columns }) => ({
    action: 'select',
    object: { schema, name },
    columns: columns.map((column) => ({ name: column.name, uses: ['output'] })),
    through: [],
    user: true,
  })),
  ...{
    objects: [],
    calls: [],
    functions: [],
    output: [],
    written: [],
    notUnderstood: [],
    sessionEffects: [],
  },
  flags: { unfiltered: false, wholesale: false, readOnly: true },
  veiled: [],
});
