import type { A_Expr, Node } from '@pgsql/types';
import { as, texts } from '../parse/nodes.js';

/** The parts of two nodes that carry meaning are the same text. */
const same = (a: Node | undefined, b: Node | undefined): boolean => {
  const plain = (node: Node | undefined): string =>
    JSON.stringify(node, (key, value: unknown) => (key === 'location' ? undefined : value));
  return a !== undefined && b !== undefined && plain(a) === plain(b);
};

const number = (node: Node | undefined): number | undefined => {
  const constant = as(node, 'A_Const');
  if (constant?.ival) return constant.ival.ival ?? 0;
  return constant?.fval ? Number(constant.fval.fval) : undefined;
};

const holds: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

const comparison = ({ kind, name, lexpr, rexpr }: A_Expr): boolean => {
  if (kind !== 'AEXPR_OP') return false;
  const symbol = texts(name).at(-1) ?? '';
  const [left, right] = [number(lexpr), number(rexpr)];
  if (left !== undefined && right !== undefined) return holds[symbol]?.(left, right) ?? false;
  // x = x holds for every row but those where it is NULL
  return (symbol === '=' || symbol === '<=' || symbol === '>=') && same(lexpr, rexpr);
};

/** Is the condition true for every row, as far as its text shows: `true`, `1 = 1`, `id = id`, `... OR true`? */
export const alwaysTrue = (node: Node | undefined): boolean => {
  const constant = as(node, 'A_Const');
  if (constant) return constant.boolval?.boolval === true;
  const cast = as(node, 'TypeCast');
  if (cast)
    return (
      alwaysTrue(cast.arg) ||
      /^(t|true|y|yes|on|1)$/i.test(as(cast.arg, 'A_Const')?.sval?.sval ?? '')
    );
  const expression = as(node, 'A_Expr');
  if (expression) return comparison(expression);
  const bool = as(node, 'BoolExpr');
  if (bool?.boolop === 'OR_EXPR') return (bool.args ?? []).some(alwaysTrue);
  if (bool?.boolop === 'AND_EXPR') return (bool.args ?? []).every(alwaysTrue);
  return false;
};
