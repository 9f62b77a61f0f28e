import type { A_Expr, Node } from '@pgsql/types';
import { as, texts, walk } from '../parse/nodes.js';

/** The parts of two nodes that carry meaning are the same text. */
const same = (a: Node | undefined, b: Node | undefined): boolean => {
  const plain = (node: Node | undefined): string =>
    JSON.stringify(node, (key, value: unknown) => (key === 'location' ? undefined : value));
  return a !== undefined && b !== undefined && plain(a) === plain(b);
};

const sums: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
};

const number = (node: Node | undefined): number | undefined => {
  const constant = as(node, 'A_Const');
  if (constant?.ival) return constant.ival.ival ?? 0;
  if (constant?.fval) return Number(constant.fval.fval);
  const sum = as(node, 'A_Expr');
  if (sum?.kind !== 'AEXPR_OP') return undefined;
  const [left, right] = [sum.lexpr ? number(sum.lexpr) : 0, number(sum.rexpr)];
  if (left === undefined || right === undefined) return undefined;
  return sums[texts(sum.name).at(-1) ?? '']?.(left, right);
};

const string = (node: Node | undefined): string | undefined => as(node, 'A_Const')?.sval?.sval;

const holds: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

const listOf = (node: Node | undefined): readonly Node[] => as(node, 'List')?.items ?? [];

const comparison = ({ kind, name, lexpr, rexpr }: A_Expr): boolean => {
  const symbol = texts(name).at(-1) ?? '';
  switch (kind) {
    case 'AEXPR_OP': {
      const [left, right] = [number(lexpr), number(rexpr)];
      if (left !== undefined && right !== undefined) return holds[symbol]?.(left, right) ?? false;
      const [text, other] = [string(lexpr), string(rexpr)];
      if (symbol === '<>' && text !== undefined && other !== undefined) return text !== other;
      // x = x holds for every row but those where it is NULL
      return (symbol === '=' || symbol === '<=' || symbol === '>=') && same(lexpr, rexpr);
    }
    case 'AEXPR_NOT_DISTINCT':
      return same(lexpr, rexpr);
    case 'AEXPR_IN':
      return symbol === '=' && listOf(rexpr).some((one) => same(lexpr, one));
    case 'AEXPR_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
      return listOf(rexpr).length > 0 && listOf(rexpr).every((one) => same(lexpr, one));
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return !symbol.startsWith('!') && /^%+$/.test(string(rexpr) ?? '');
    default:
      return false;
  }
};

/** Is one of them what the other is not? */
const opposite = (a: Node, b: Node): boolean => {
  const [one, other] = [as(a, 'NullTest'), as(b, 'NullTest')];
  if (one && other) return one.nulltesttype !== other.nulltesttype && same(one.arg, other.arg);
  const not = as(b, 'BoolExpr');
  return not?.boolop === 'NOT_EXPR' && same(a, not.args?.[0]);
};

const alwaysFalse = (node: Node | undefined): boolean => {
  if (as(node, 'A_Const')?.boolval) return !alwaysTrue(node);
  const cast = as(node, 'TypeCast');
  if (cast) return /^(f|false|n|no|off|0)$/i.test(string(cast.arg) ?? '') || alwaysFalse(cast.arg);
  const expression = as(node, 'A_Expr');
  if (expression?.kind === 'AEXPR_OP') {
    const [left, right] = [number(expression.lexpr), number(expression.rexpr)];
    return left !== undefined && right !== undefined && !comparison(expression);
  }
  const bool = as(node, 'BoolExpr');
  if (bool?.boolop === 'NOT_EXPR') return alwaysTrue(bool.args?.[0]);
  if (bool?.boolop === 'AND_EXPR') return (bool.args ?? []).some(alwaysFalse);
  if (bool?.boolop === 'OR_EXPR') return (bool.args ?? []).every(alwaysFalse);
  return false;
};

const isConstant = (node: Node | undefined): boolean =>
  as(node, 'A_Const') !== undefined && as(node, 'A_Const')?.isnull !== true;

/** Is the condition true for every row, as far as its text shows: `true`, `1 = 1`, `id = id`, `... OR true`? */
export const alwaysTrue = (node: Node | undefined): boolean => {
  const constant = as(node, 'A_Const');
  if (constant) return constant.boolval?.boolval === true;
  const cast = as(node, 'TypeCast');
  if (cast) return alwaysTrue(cast.arg) || /^(t|true|y|yes|on|1)$/i.test(string(cast.arg) ?? '');
  const expression = as(node, 'A_Expr');
  if (expression) return comparison(expression);
  const bool = as(node, 'BoolExpr');
  const args = bool?.args ?? [];
  switch (bool?.boolop) {
    case 'OR_EXPR':
      return args.some(
        (arg) => alwaysTrue(arg) || args.some((other) => other !== arg && opposite(arg, other)),
      );
    case 'AND_EXPR':
      return args.every(alwaysTrue);
    case 'NOT_EXPR':
      return alwaysFalse(args[0]);
    default:
  }
  const test = as(node, 'BooleanTest');
  if (test?.booltesttype === 'IS_TRUE' || test?.booltesttype === 'IS_NOT_FALSE')
    return alwaysTrue(test.arg);
  if (test?.booltesttype === 'IS_FALSE' || test?.booltesttype === 'IS_NOT_TRUE')
    return alwaysFalse(test.arg);
  const nulls = as(node, 'NullTest');
  if (nulls?.nulltesttype === 'IS_NOT_NULL') return isConstant(nulls.arg);
  const first = as(node, 'CoalesceExpr')?.args?.[0];
  return first !== undefined && alwaysTrue(first);
};

/**
 * May the condition leave out a row because of what is in it? Not where it is true for every row, nor where a column
 * is looked at only beside something that may be true by itself: `id = 1 OR random() < 2`, `id = id AND $1`.
 */
export const narrows = (node: Node | undefined): boolean => {
  if (node === undefined || alwaysTrue(node)) return false;
  const bool = as(node, 'BoolExpr');
  if (bool?.boolop === 'AND_EXPR') return (bool.args ?? []).some(narrows);
  if (bool?.boolop === 'OR_EXPR')
    return (bool.args ?? []).every((arg) => narrows(arg) || alwaysFalse(arg));
  let looks = false;
  walk(node, (kind) => {
    looks ||= kind === 'ColumnRef' || kind === 'CurrentOfExpr';
    return !looks;
  });
  return looks;
};
