import type { A_Expr, Node } from '@pgsql/types';
import { as, kindOf, text } from '../parse/nodes.js';
import { identityOf, type Flow } from './cells.js';
import type { Resolver } from './resolver.js';

/** OIDs fixed in PostgreSQL's own catalogue. */
const int4 = 23;
const varchar = 1043;
const textType = 25;
const numeric = 1700;
const boolean = 16;

/** Comparisons of varchar are those of text. */
const comparedAs = (type: number): number => (type === varchar ? textType : type);

type Operand =
  { readonly kind: 'typed'; readonly type: number } | { readonly kind: 'adapts' } | undefined;

const columnType = (node: Node, flows: readonly Flow[]): Operand => {
  if (!as(node, 'ColumnRef')) return undefined;
  for (const flow of flows) {
    const base = identityOf(flow.from)?.base;
    if (base?.column && base.name === text(as(node, 'ColumnRef')?.fields?.at(-1)))
      return { kind: 'typed', type: comparedAs(base.column.type) };
  }
  return undefined;
};

/** A literal or parameter takes the other side's type unless it has one. */
const operand = (node: Node | undefined, flows: readonly Flow[]): Operand => {
  if (!node) return undefined;
  const constant = as(node, 'A_Const');
  if (constant) {
    if (constant.ival !== undefined) return { kind: 'typed', type: int4 };
    if (constant.fval !== undefined) return { kind: 'typed', type: numeric };
    if (constant.boolval !== undefined) return { kind: 'typed', type: boolean };
    return { kind: 'adapts' };
  }
  if (kindOf(node) === 'ParamRef') return { kind: 'adapts' };
  return columnType(node, flows);
};

/**
 * Is this a comparison that PostgreSQL calls leakproof for the types at hand? The server may then evaluate it on
 * rows that a filter hides without telling anything of them.
 */
export const leakproofComparison = (
  r: Resolver,
  expression: A_Expr,
  flows: readonly Flow[],
): boolean => {
  if (flows.length === 0) return true;
  const names = expression.name ?? [];
  const symbol = text(names.at(-1));
  const { kind } = expression;
  if (kind !== 'AEXPR_OP' && kind !== 'AEXPR_IN' && kind !== 'AEXPR_OP_ANY') return false;
  const left = operand(expression.lexpr, flows);
  const list = as(expression.rexpr, 'List')?.items ?? as(expression.rexpr, 'A_ArrayExpr')?.elements;
  const rights = (list ?? [expression.rexpr]).map((node) => operand(node, flows));
  return rights.every((right) => {
    if (!left || !right) return false;
    const known =
      left.kind === 'typed' ? left.type : right.kind === 'typed' ? right.type : undefined;
    if (known === undefined) return true;
    return r.catalogue.leakproofOperator(
      symbol,
      left.kind === 'typed' ? left.type : known,
      right.kind === 'typed' ? right.type : known,
    );
  });
};
