import type { Node, WindowDef } from '@pgsql/types';
import { as } from '../parse/nodes.js';
import { oid } from '../types/oids.js';
import { baseType } from '../types/parts.js';
import type { Known } from '../types/polymorphic.js';
import { isPolymorphic } from '../types/pseudo-types.js';
import type { Cell } from './cells.js';
import { typeOfColumn } from './column-types.js';
import type { Resolver } from './resolver.js';
import type { Scope } from './scope.js';
import { typeOf } from './type-of.js';

// The types of parameters whose type the client has not declared: that of the first place in which a value of a
// certain type must stand (src/backend/parser/parse_param.c).

/** The number of a parameter whose type is not known yet. */
export const pending = (r: Resolver, node: Node | undefined): number | undefined => {
  const number = as(node, 'ParamRef')?.number;
  if (number !== undefined) return r.deduced?.has(number) === false ? number : undefined;
  const collated = as(node, 'CollateClause')?.arg;
  return collated && pending(r, collated);
};

/** Is it one, or a row with one in it? */
export const waiting = (r: Resolver, node: Node | undefined): boolean =>
  pending(r, node) !== undefined ||
  as(node, 'RowExpr')?.args?.some((field) => waiting(r, field)) === true;

/** A value of this type must stand here. */
export const expect = (r: Resolver, node: Node | undefined, type: Known): void => {
  if (!r.deduced || !node || !type || type === oid.unknown) return;
  if (type === oid.any || isPolymorphic(type)) return;
  const number = pending(r, node);
  if (number !== undefined) {
    r.deduced.set(number, type);
    return;
  }
  const row = as(node, 'RowExpr')?.args;
  const relation = row && r.catalogue.typeByOid(baseType(r.catalogue, type))?.relation;
  const fields = relation ? r.catalogue.relationByOid(relation)?.columns : undefined;
  row?.forEach((field, i) => {
    expect(r, field, fields?.[i]?.type);
  });
};

/** What has no type elsewhere is text. */
export const expectText = (r: Resolver, nodes: readonly (Node | undefined)[]): void => {
  for (const node of nodes) expect(r, node, oid.text);
};

/** The column is of this type. */
export const expectColumn = (r: Resolver, cell: Cell | undefined, type: Known): void => {
  if (r.deduced && cell?.expects && typeOfColumn(cell) === oid.unknown) cell.expects(type);
};

/** Subscripts are numbers, but of jsonb. @param container the type of what has them */
export const expectSubscripts = (
  r: Resolver,
  indirection: readonly Node[] | undefined,
  container: Known,
): void => {
  const json = container !== undefined && baseType(r.catalogue, container) === oid.jsonb;
  for (const index of (indirection ?? []).flatMap((part) => as(part, 'A_Indices') ?? []))
    for (const bound of [index.lidx, index.uidx]) expect(r, bound, json ? oid.text : oid.int4);
};

/** FRAMEOPTION_ROWS and FRAMEOPTION_GROUPS (src/include/nodes/parsenodes.h) */
const counts = 0x4 | 0x8;

/** What RANGE adds to values of a type (`in_range` of pg_amproc). */
const offsets: ReadonlyMap<number, number> = new Map([
  ...[oid.int2, oid.int4, oid.int8, oid.numeric, oid.float8].map((type) => [type, type] as const),
  [oid.float4, oid.float8],
  ...[oid.date, oid.time, oid.timetz, oid.timestamp, oid.timestamptz].map(
    (type) => [type, oid.interval] as const,
  ),
]);

/**
 * What a window divides and orders rows by has a type of its own. Rows and groups of it are counted; what RANGE takes
 * depends on what it is ordered by.
 */
export const expectWindow = (r: Resolver, scope: Scope, window: WindowDef | undefined): void => {
  if (!window || !r.deduced) return;
  const orders = (window.orderClause ?? []).map((node) => as(node, 'SortBy')?.node);
  expectText(r, [...(window.partitionClause ?? []), ...orders]);
  const [order] = orders;
  const type = order && typeOf(r, scope, order);
  const counted = ((window.frameOptions ?? 0) & counts) !== 0;
  const offset = counted ? oid.int8 : offsets.get(baseType(r.catalogue, type ?? 0));
  for (const node of [window.startOffset, window.endOffset]) expect(r, node, offset);
};
