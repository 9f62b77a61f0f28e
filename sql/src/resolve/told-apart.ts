import type { Node, WindowDef } from '@pgsql/types';
import type { Relation } from '../catalogue/catalogue.js';
import { as, locationOf } from '../parse/nodes.js';
import type { Known } from '../types/polymorphic.js';
import { lacksEquality } from '../types/equality.js';
import { formatType } from './mismatch.js';
import { fail, type Resolver } from './resolver.js';
import type { Scope } from './scope.js';
import { typeOf } from './type-of.js';

/** Of the types without an equality, those that no column has come from a cast or a call that has their name. */
const words =
  /json|xml|point|lseg|path|box|polygon|line|circle|center|diagonal|cursor|snapshot|gtsvector/i;

const inText = new WeakMap<Resolver, boolean>();
const inColumns = new WeakMap<Relation, boolean>();

const hasLacking = (r: Resolver, relation: Relation): boolean => {
  let found = inColumns.get(relation);
  if (found === undefined) {
    found = relation.columns.some(({ type }) => lacksEquality(r.catalogue, type));
    inColumns.set(relation, found);
  }
  return found;
};

/** Types take time to find out, and are seldom such ones. */
const mayLack = (r: Resolver): boolean => {
  let named = inText.get(r);
  if (named === undefined) inText.set(r, (named = words.test(r.source)));
  return named || r.called.size > 0 || r.uses.some(({ relation }) => hasLacking(r, relation));
};

/**
 * Values are grouped, sorted or told apart, which takes an operator class for their type
 * (`get_sort_group_operators`, src/backend/parser/parse_oper.c).
 *
 * @param typed    gives the OID of their type; nothing is said of one that is not known
 * @param location of the expression, in bytes
 * @throws SqlError `undefined-function`
 */
export const toldApart = (
  r: Resolver,
  typed: () => Known,
  by: 'equality' | 'ordering',
  location: number | undefined,
): void => {
  if (!mayLack(r)) return;
  const type = typed();
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
    if (node && !useOp) toldApart(r, () => typeOf(r, scope, node), 'ordering', locationOf(node));
  }
};

export const windowTypes = (r: Resolver, scope: Scope, window: WindowDef | undefined): void => {
  sortTypes(r, scope, window?.orderClause);
  for (const node of window?.partitionClause ?? [])
    toldApart(r, () => typeOf(r, scope, node), 'equality', locationOf(node));
};
