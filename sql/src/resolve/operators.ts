import type { Operator } from '../catalogue/catalogue.js';
import type { Known } from '../types/polymorphic.js';
import type { Resolver } from './resolver.js';

/** Types of the operands, each time an operator is applied; without a left one it stands in front. */
export interface Operands {
  readonly prefix: boolean;
  readonly types: readonly (readonly [Known, Known])[];
}

/** The operators of a symbol that are in sight, in the order of the search path. */
export const operatorsNamed = (r: Resolver, names: readonly string[]): readonly Operator[] => {
  const all = r.catalogue.operators(names.at(-1) ?? '');
  const schema = names.at(-2);
  if (schema !== undefined) return all.filter((operator) => operator.schema === schema);
  return r.path.routines.flatMap((one) => all.filter((operator) => operator.schema === one));
};
