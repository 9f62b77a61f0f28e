import type { Node, WindowDef } from '@pgsql/types';
import { as, locationOf } from '../parse/nodes.js';
import type { Known } from '../types/polymorphic.js';
import { lacksEquality } from '../types/equality.js';
import { formatType } from './mismatch.js';
import { fail, type Resolver } from './resolver.js';
import type { Scope } from './scope.js';
import { typeOf } from './type-of.js';

/**
 * Values are grouped, sorted or told apart, which takes an operator class for their type
 * (`get_sort_group_operators`, src/backend/parser/parse_oper.c).
 *
 * @param type     OID; nothing is said of one that is not known
 * @param location of the expression, in bytes
 * @throws SqlError `undefined-function`
 */
export const toldApart = (
  r: Resolver,
  type: Known,
  by: 'equality' | 'ordering',
  location: number | undefined,
): void => {
  if (type === undefined || !lacksEquality(r.catalogue, type)) return;
  throw fail(
    r,
    'undefined-function',
    `could not identify an ${by} operator for type ${formatType(r, type)}`,
    location,
    by === 'ordering' ? 'Use an explicit ordering operator or modify the query.' : undefined,
  );
};

/** Of an ORDER BY whose names are those of FROM alone. */
export const sortTypes = (r: Resolver, scope: Scope, clause: readonly Node[] | undefined): void => {
  for (const entry of clause ?? []) {
    const { node, useOp } = as(entry, 'SortBy') ?? {};
    if (node && !useOp) toldApart(r, typeOf(r, scope, node), 'ordering', locationOf(node));
  }
};

export const windowTypes = (r: Resolver, scope: Scope, window: WindowDef | undefined): void => {
  sortTypes(r, scope, window?.orderClause);
  for (const node of window?.partitionClause ?? [])
    toldApart(r, typeOf(r, scope, node), 'equality', locationOf(node));
};
