import type { FuncCall, Node } from '@pgsql/types';
import type { Catalogue, Overload, Routine } from '../catalogue/catalogue.js';
import { as, texts } from '../parse/nodes.js';
import { choose } from '../types/candidates.js';
import { oid } from '../types/oids.js';
import { elementOf } from '../types/parts.js';
import { type Known, resolvePolymorphic } from '../types/polymorphic.js';

/** One of the functions that a call may mean. */
export interface Callee {
  readonly routine: Routine;
  readonly overload: Overload;
}

/** The grammar's own words call functions; EXTRACT called another one before version 14. */
export const calledName = (catalogue: Catalogue, call: FuncCall): readonly string[] => {
  const names = texts(call.funcname);
  const old = call.funcformat === 'COERCE_SQL_SYNTAX' && catalogue.serverVersionNum < 140000;
  return old && names.at(-1) === 'extract' ? ['pg_catalog', 'date_part'] : names;
};

/** Can it be called with so many arguments (-1: any number)? */
export const fits = (overload: Overload, count: number): boolean =>
  count < 0 || (overload.least <= count && (overload.most < 0 || count <= overload.most));

/** What a call gives: names of its arguments, where it names them, and their types. */
export interface Arguments {
  readonly names: readonly (string | undefined)[];
  readonly types: readonly Known[];
  /** the last one is the array of the variadic ones */
  readonly variadic: boolean;
}

/** The pseudo-types that a variadic one's array is of. */
const elementsOfPseudo: ReadonlyMap<number, number> = new Map([
  [oid.anyarray, oid.anyelement],
  [oid.anycompatiblearray, oid.anycompatible],
  [oid.any, oid.any],
]);

/** The declared types of what is given, in its order; undefined: it takes no such arguments. */
export const declared = (
  catalogue: Catalogue,
  { arguments: expected, least, most }: Overload,
  { names, variadic }: Arguments,
): readonly number[] | undefined => {
  const last = expected.at(-1)?.type ?? 0;
  const repeated = elementsOfPseudo.get(last) ?? elementOf(catalogue, last);
  const expands = most < 0 && !variadic;
  if (variadic && (most >= 0 || names.length !== expected.length)) return undefined;
  if (names.some((name) => name !== undefined)) {
    // Each argument once, and all that have no default.
    const places = names.map((name, i) =>
      name === undefined ? i : expected.findIndex((one) => one.name === name),
    );
    const given = new Set(places);
    if (given.size < places.length) return undefined;
    for (let i = 0; i < least; i += 1) if (!given.has(i)) return undefined;
  }
  const types = names.map((name, i) => {
    if (name !== undefined) return expected.find((one) => one.name === name)?.type;
    return expands && i >= expected.length - 1 ? repeated : expected[i]?.type;
  });
  return types.every((type) => type !== undefined) ? types : undefined;
};

/** Of the same schema and types the one without variadic arguments is meant. */
const inOrder = (callees: readonly Callee[]): readonly Callee[] =>
  [...callees].sort((one, other) =>
    one.routine === other.routine
      ? Number(one.overload.most < 0) - Number(other.overload.most < 0)
      : 0,
  );

/**
 * Those that a call means by the types of what it gives. All of them when none accepts that: the server refuses such
 * a call, and says what it has.
 *
 * @param callees that can be called with so many arguments, in the order of the search path
 */
export const narrowed = (
  catalogue: Catalogue,
  callees: readonly Callee[],
  given: Arguments,
): readonly Callee[] => {
  if (callees.length < 2) return callees;
  const chosen = accepting(catalogue, callees, given);
  return chosen.length > 0 ? chosen : callees;
};

/** Those that a call means; none when none accepts what it gives. */
export const accepting = (
  catalogue: Catalogue,
  callees: readonly Callee[],
  given: Arguments,
): readonly Callee[] => {
  const candidates = inOrder(callees).flatMap((callee) => {
    const types = declared(catalogue, callee.overload, given);
    return types ? [{ callee, types }] : [];
  });
  return choose(catalogue, given.types, candidates).map(({ callee }) => callee);
};

/** The type of what these give back, when it is one. None give none. */
export const resultOf = (
  catalogue: Catalogue,
  callees: readonly Callee[],
  given: Arguments,
): Known => {
  const results = callees.map(({ overload }): Known => {
    const types = declared(catalogue, overload, given);
    return types && resolvePolymorphic(catalogue, overload.result, given.types, types);
  });
  const [first] = results;
  return results.every((type) => type === first) ? first : undefined;
};

/** @param typed gives the type of an expression */
export const argumentsOf = (call: FuncCall, typed: (node: Node) => Known): Arguments => {
  const args = call.args ?? [];
  return {
    names: args.map((node) => as(node, 'NamedArgExpr')?.name),
    types: args.map((node) => typed(as(node, 'NamedArgExpr')?.arg ?? node)),
    variadic: call.func_variadic === true,
  };
};
