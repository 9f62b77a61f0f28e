import type { ReturningClause } from '@pgsql/types';
import { as } from '../parse/nodes.js';
import type { RelationUse } from './cells.js';
import { relationItem } from './relation.js';
import type { Resolver } from './resolver.js';
import type { Item, Scope } from './scope.js';

/** `old` and `new` of a RETURNING list (PostgreSQL 18), under the names WITH gives them. */
export const returningItems = (
  r: Resolver,
  clause: ReturningClause,
  use: RelationUse,
  scope: Scope,
): readonly Item[] => {
  const names = new Map([
    ['RETURNING_OPTION_OLD', 'old'],
    ['RETURNING_OPTION_NEW', 'new'],
  ]);
  for (const node of clause.options ?? []) {
    const option = as(node, 'ReturningOption');
    if (option?.option && option.value) names.set(option.option, option.value);
  }
  // They came with version 18.
  if (r.catalogue.serverVersionNum < 180000) return [];
  return [...names.values()]
    .filter((name) => !scope.items.some((item) => item.alias === name))
    .map((name) => ({ ...relationItem(r, use), alias: name, columnsVisible: false }));
};
