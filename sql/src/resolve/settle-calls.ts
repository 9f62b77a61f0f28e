import type { FuncCall, Node } from '@pgsql/types';
import { as, texts } from '../parse/nodes.js';
import { commonType } from '../types/common.js';
import { oid } from '../types/oids.js';
import { baseType } from '../types/parts.js';
import { type Known, resolvePolymorphic } from '../types/polymorphic.js';
import { checkCall } from './mismatch.js';
import { accepting, argumentsOf, declared } from './overloads.js';
import { expect, expectText, pending } from './parameters.js';
import { findType } from './path.js';
import type { Resolver } from './resolver.js';
import type { Scope } from './scope.js';
import { callees, typeOf } from './type-of.js';

// What functions want of the parameters in their arguments, and whether there are such functions
// (src/backend/parser/parse_func.c).

/** The values have one type together. */
export const together = (r: Resolver, scope: Scope, nodes: readonly (Node | undefined)[]): void => {
  if (!nodes.some((node) => pending(r, node) !== undefined)) return;
  const type = commonType(
    r.catalogue,
    nodes.map((node) => node && typeOf(r, scope, node)),
  );
  for (const node of nodes) expect(r, node, type);
};

/** May a call of one argument be none: `email(c)` the field of a row, `box('...')` a cast? */
const isOther = (
  { catalogue, path }: Resolver,
  { funcname }: FuncCall,
  [only, ...more]: readonly Known[],
): boolean => {
  if (more.length > 0) return false;
  const names = texts(funcname);
  const name = names.at(-1) ?? '';
  const row = catalogue.relationByOid(
    catalogue.typeByOid(baseType(catalogue, only ?? 0))?.relation ?? 0,
  );
  if (names.length === 1 && row?.columns.some((column) => column.name === name)) return true;
  const type = findType(catalogue, path, names.at(-2), name);
  // No row becomes a string so.
  const isRow = row !== undefined || only === oid.record;
  return type ? !isRow || type.category !== 'S' : only === oid.record && names.length === 1;
};

const hypothetical = new Set(['rank', 'dense_rank', 'percent_rank', 'cume_dist']);

/** A hypothetical row has as many values as the rows are ordered by. */
const lacksRows = (call: FuncCall, ordered: readonly Node[]): boolean =>
  call.agg_within_group === true &&
  hypothetical.has(texts(call.funcname).at(-1) ?? '') &&
  call.args?.length !== ordered.length;

export const called = (r: Resolver, scope: Scope, call: FuncCall): void => {
  judgeArguments(r, scope, call);
  // What rows are told apart or ordered by has a type of its own.
  if (call.agg_distinct) expectText(r, call.args ?? []);
  expectText(
    r,
    (call.agg_order ?? []).map((node) => as(node, 'SortBy')?.node),
  );
};

/** What the function wants of its arguments. */
const judgeArguments = (r: Resolver, scope: Scope, call: FuncCall): void => {
  const ordered = (call.agg_within_group ? (call.agg_order ?? []) : []).flatMap(
    (node) => as(node, 'SortBy')?.node ?? [],
  );
  const all = { ...call, args: [...(call.args ?? []), ...ordered] };
  const values = all.args.map((node) => as(node, 'NamedArgExpr')?.arg ?? node);
  expect(r, call.agg_filter, oid.bool);
  const given = argumentsOf(all, (node) => typeOf(r, scope, node));
  const named = callees(r, all);
  const chosen = accepting(r.catalogue, named, given);
  if (named.length > 0 && !isOther(r, call, given.types))
    checkCall(r, scope, all, given.types, lacksRows(call, ordered) ? 0 : chosen.length);
  const [only, ...others] = chosen;
  if (!only || others.length > 0) return;
  const types = declared(r.catalogue, only.overload, given) ?? [];
  values.forEach((node, i) => {
    expect(r, node, resolvePolymorphic(r.catalogue, types[i] ?? 0, given.types, types));
  });
  // A hypothetical row: each of its values is of one type with what the rows are ordered by.
  ordered.forEach((node, i) => {
    if (types[i] === oid.any) together(r, scope, [call.args?.[i], node]);
  });
};
