import type { RangeVar } from '@pgsql/types';
import type { Relation } from '../catalogue/catalogue.js';
import { withHeirs } from '../catalogue/heirs.js';
import { formatName } from '../names.js';
import { as, type NodeOf } from '../parse/nodes.js';
import { findRelation } from '../resolve/path.js';
import { opaque, type Resolver } from '../resolve/resolver.js';
import { runsUnasked } from '../resolve/unasked.js';
import { viewFacts } from './views.js';

// What commands compute anew of rows that are there: keys of indexes, and materialised views.

/** Users' functions in a table's indexes run for each of its rows. */
const indexed = (r: Resolver, relation: Relation): void => {
  for (const { by, function: called } of relation.calls ?? [])
    if (by === 'index')
      runsUnasked(r, { function: called, where: `an index of ${formatName(relation)}` }, 0);
};

/** ... of a table and its partitions; without a name of all tables, or all of a schema. */
export const indexesOf = (r: Resolver, node: RangeVar | undefined, schema?: string): void => {
  if (!node) {
    for (const one of r.catalogue.data.relations)
      if (schema === undefined || one.schema === schema) indexed(r, one);
    return;
  }
  const relation = findRelation(r.catalogue, r.path, node.schemaname, node.relname ?? '');
  for (const one of relation ? withHeirs(r.catalogue, relation) : []) indexed(r, one);
};

/** VACUUM FULL builds indexes anew, and ANALYZE computes their expressions. */
export const vacuums = (
  r: Resolver,
  { rels, options, is_vacuumcmd }: NodeOf<'VacuumStmt'>,
): void => {
  const computes = (options ?? []).some((node) =>
    /^(?:full|analyze)$/.test(as(node, 'DefElem')?.defname ?? ''),
  );
  if (is_vacuumcmd && !computes) return;
  if (!rels?.length) indexesOf(r, undefined);
  for (const node of rels ?? []) indexesOf(r, as(node, 'VacuumRelation')?.relation);
};

/** What cannot be seen through in the definition of a materialised view runs when it is refreshed. */
export const refreshes = (r: Resolver, node: RangeVar | undefined): void => {
  const view = node && findRelation(r.catalogue, r.path, node.schemaname, node.relname ?? '');
  if (!view) return;
  for (const { construct, reach } of viewFacts(r.catalogue, view)?.notUnderstood ?? [])
    opaque(r, `view ${formatName(view)}: ${construct}`, node.location, reach);
  indexed(r, view);
};
