import type { Catalogue, Operator } from '../catalogue/catalogue.js';
import { choose } from './candidates.js';
import { oid } from './oids.js';
import { baseType } from './parts.js';
import type { Known } from './polymorphic.js';

/**
 * The operators that an expression may mean (src/backend/parser/parse_oper.c); none when none accepts the operands.
 *
 * @param operators of this symbol, in the order of the search path
 * @param prefix it stands before its one operand, the right one
 */
export const chooseOperator = (
  catalogue: Catalogue,
  operators: readonly Operator[],
  prefix: boolean,
  [left, right]: readonly [Known, Known],
): readonly Operator[] => {
  const candidates = operators
    .filter((one) => prefix === (one.left === 0))
    .map((operator) => ({
      operator,
      types: prefix ? [operator.right] : [operator.left, operator.right],
    }));
  const given = prefix ? [right] : [left, right];
  const exact = prefix ? undefined : exactly(catalogue, operators, left, right);
  if (exact) return [exact];
  return choose(catalogue, given, candidates).map(({ operator }) => operator);
};

/** `binary_oper_exact`: a literal without type is taken for what stands on the other side. */
const exactly = (
  catalogue: Catalogue,
  operators: readonly Operator[],
  left: Known,
  right: Known,
): Operator | undefined => {
  if (left === undefined || right === undefined) return undefined;
  const literal = (left === oid.unknown) !== (right === oid.unknown);
  const [one, other] = [left === oid.unknown ? right : left, right === oid.unknown ? left : right];
  const of = (a: number, b: number): Operator | undefined =>
    operators.find((operator) => operator.left === a && operator.right === b);
  const found = of(one, other);
  if (found || !literal) return found;
  const base = baseType(catalogue, one);
  return base === one ? undefined : of(base, base);
};
