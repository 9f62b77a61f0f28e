import type { A_Expr, Node } from '@pgsql/types';
import { as, texts } from '../parse/nodes.js';
import { implicitly } from '../types/coercion.js';
import { commonType } from '../types/common.js';
import { oid } from '../types/oids.js';
import { chooseOperator } from '../types/operators.js';
import { baseType, elementOf } from '../types/parts.js';
import { type Known, resolvePolymorphic } from '../types/polymorphic.js';
import { checkOperator } from './mismatch.js';
import { operatorsNamed } from './operators.js';
import { expect, pending } from './parameters.js';
import type { Resolver } from './resolver.js';
import { writtenFields } from './written-fields.js';
import type { Scope } from './scope.js';
import { typeOf } from './type-of.js';

// What operators want of the parameters in their operands, and whether there are such operators
// (src/backend/parser/parse_oper.c, parse_expr.c).

/** An operand: an expression, or a column of a subquery, of which only the type is known. */
export interface Operand {
  readonly node?: Node | undefined;
  readonly type: Known;
}

export const operand = (r: Resolver, scope: Scope, node: Node | undefined): Operand => ({
  node,
  type: node && typeOf(r, scope, node),
});

export const operator = (
  r: Resolver,
  names: readonly string[],
  left: Operand | undefined,
  right: Operand,
  location: number | undefined,
): void => {
  const types = [left?.type, right.type] as const;
  const chosen = chooseOperator(r.catalogue, operatorsNamed(r, names), !left, types);
  checkOperator(r, names, left ? types : [right.type], chosen.length, location);
  const [only, ...others] = chosen;
  if (!only || others.length > 0) return;
  const pair = [only.left, only.right];
  for (const [i, side] of [left, right].entries())
    expect(r, side?.node, resolvePolymorphic(r.catalogue, pair[i] ?? 0, types, pair));
};

/** Values among which no column is: those of IN are one array. */
const isPlain = (node: Node): boolean => !JSON.stringify(node).includes('"ColumnRef"');

const list = (node: Node | undefined): readonly Node[] =>
  as(node, 'List')?.items ?? (node ? [node] : []);

/** `transformAExprIn` */
const within = (r: Resolver, scope: Scope, { name, lexpr, rexpr, location }: A_Expr): void => {
  const all = list(rexpr);
  const plain = all.filter(isPlain);
  const row = as(lexpr, 'RowExpr') ?? plain.find((node) => as(node, 'RowExpr'));
  const left = (): Operand => operand(r, scope, lexpr);
  const names = texts(name);
  if (plain.length > 1 && !row) {
    const types = [lexpr, ...plain].map((node) => node && typeOf(r, scope, node));
    const type = commonType(r.catalogue, types);
    const isOne = types.every(
      (each) => each === undefined || implicitly(r.catalogue, each, type ?? 0),
    );
    if (type !== undefined && isOne) {
      for (const node of plain) expect(r, node, type);
      operator(r, names, left(), { type }, location);
      for (const node of all)
        if (!plain.includes(node)) operator(r, names, left(), operand(r, scope, node), location);
      return;
    }
  }
  for (const node of all) compared(r, scope, names, lexpr, node, location);
};

/** Two values, or rows field by field. */
export const compared = (
  r: Resolver,
  scope: Scope,
  names: readonly string[],
  left: Node | undefined,
  right: Node | undefined,
  location: number | undefined,
): void => {
  const rows = [left, right].filter((node) => as(node, 'RowExpr'));
  // Which fields stand beside one another does not show.
  if (rows.some((row) => !writtenFields(row))) return;
  const [one, other] = [writtenFields(left), writtenFields(right)];
  if (one && other)
    for (const [i, field] of one.entries()) compared(r, scope, names, field, other[i], location);
  else operator(r, names, left && operand(r, scope, left), operand(r, scope, right), location);
};

/** `scalar = ANY (array)` */
const elementwise = (r: Resolver, scope: Scope, { name, lexpr, rexpr, location }: A_Expr): void => {
  const { catalogue } = r;
  const array = operand(r, scope, rexpr);
  const element: Known =
    array.type === undefined || array.type === oid.unknown
      ? array.type
      : elementOf(catalogue, baseType(catalogue, array.type)) || undefined;
  const left = operand(r, scope, lexpr);
  if (pending(r, rexpr) === undefined) {
    operator(r, texts(name), left, { type: element }, location);
    return;
  }
  const types = [left.type, element] as const;
  const [only, ...others] = chooseOperator(catalogue, operatorsNamed(r, texts(name)), false, types);
  if (!only || others.length > 0) return;
  const pair = [only.left, only.right];
  expect(r, lexpr, resolvePolymorphic(catalogue, only.left, types, pair));
  const right = resolvePolymorphic(catalogue, only.right, types, pair);
  expect(r, rexpr, catalogue.arrayOf(right ?? 0)?.oid);
};

const betweens: Readonly<Record<string, readonly (readonly [string, 0 | 1])[]>> = {
  AEXPR_BETWEEN: [
    ['>=', 0],
    ['<=', 1],
  ],
  AEXPR_NOT_BETWEEN: [
    ['<', 0],
    ['>', 1],
  ],
  AEXPR_BETWEEN_SYM: [
    ['>=', 0],
    ['<=', 1],
    ['>=', 1],
    ['<=', 0],
  ],
  AEXPR_NOT_BETWEEN_SYM: [
    ['<', 0],
    ['>', 1],
    ['<', 1],
    ['>', 0],
  ],
};

const isNull = (node: Node | undefined): boolean => as(node, 'A_Const')?.isnull === true;

export const operated = (r: Resolver, scope: Scope, expression: A_Expr): void => {
  const { kind = '', name, lexpr, rexpr, location } = expression;
  const bounds = list(rexpr);
  if (kind === 'AEXPR_IN') within(r, scope, expression);
  else if (kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_OP_ALL') elementwise(r, scope, expression);
  else if (betweens[kind])
    for (const [symbol, i] of betweens[kind])
      compared(r, scope, [symbol], lexpr, bounds[i], location);
  // `x IS DISTINCT FROM NULL` only asks whether there is a value.
  else if (kind.endsWith('DISTINCT') && (isNull(lexpr) || isNull(rexpr))) return;
  else compared(r, scope, texts(name), lexpr, rexpr, location);
};
