import type { Overload, Routine } from '../catalogue/catalogue.js';
import { formatName } from '../names.js';
import { findRoutines, isSystemSchema, publicName } from './path.js';
import { callsFunction, fail, opaque, type Resolver } from './resolver.js';
import { judgeNamedType } from './types.js';
import { isDangerousFunction, isHarmlessExtension } from './side-doors.js';

/** What is known about the function a call means. */
export interface Judged {
  readonly aggregate: boolean;
  readonly window: boolean;
  readonly leakproof: boolean;
  /** overloads that the call may mean */
  readonly overloads: readonly Overload[];
  /** those whose bodies are for the caller to look into, with the arguments; none but for a `call` */
  readonly bodied: readonly { readonly routine: Routine; readonly overload: Overload }[];
}

export const fits = (overload: Overload, count: number): boolean =>
  count < 0 || (overload.least <= count && (overload.most < 0 || count <= overload.most));

/** An aggregate with direct arguments counts them among its own; a call with VARIADIC has fewer than it seems. */
const candidates = (routine: Routine, count: number): readonly Overload[] => {
  const fitting = routine.overloads.filter((o) => fits(o, count));
  return fitting.length > 0 ? fitting : [];
};

/**
 * Finds what a call may mean by name and number of arguments (-1: any), and notes it when it is a user's or dangerous.
 *
 * @param use `attribute` for `c.f`, which need not be a call at all; `expression`: of an object that is being made
 * @returns   undefined when there is no such function (only for `attribute`)
 * @throws    SqlError `undefined-function`
 */
export const judgeRoutine = (
  r: Resolver,
  names: readonly string[],
  count: number,
  location: number,
  use: 'call' | 'procedure' | 'attribute' | 'expression',
  signature = '',
): Judged | undefined => {
  const name = names.at(-1) ?? '';
  const routines = findRoutines(r.catalogue, r.path, names.at(-2), name);
  const fitting = routines
    .map((routine) => ({ routine, overloads: candidates(routine, count) }))
    .filter(({ overloads }) => overloads.length > 0);
  if (fitting.length === 0) {
    if (use === 'attribute') return undefined;
    // `regtype('int4')`: a type's name in the place of a function is a cast.
    if (use === 'call' && count === 1 && judgeNamedType(r, names, location))
      return { aggregate: false, window: false, leakproof: false, overloads: [], bodied: [] };
    const what = use === 'procedure' ? 'procedure' : 'function';
    throw fail(
      r,
      'undefined-function',
      `${what} ${names.join('.')}(${signature}) does not exist`,
      location,
      `No ${what} matches the given name and argument types. You might need to add explicit type casts.`,
    );
  }
  const bodied = fitting.flatMap(({ routine, overloads }) =>
    judgeOne(r, routine, overloads, location),
  );
  if (use !== 'call')
    for (const { routine, overload } of bodied)
      if (r.lookInto.ofFunction(r, routine, overload, [], location) === undefined)
        notUnderstood(r, routine, [overload], location);
  const overloads = fitting.flatMap((f) => f.overloads);
  return {
    aggregate: overloads.some((o) => o.kind === 'a'),
    window: overloads.some((o) => o.kind === 'w'),
    leakproof: overloads.every((o) => o.leakproof),
    overloads,
    bodied: use === 'call' ? bodied : [],
  };
};

/** @returns those whose bodies may tell what they do */
const judgeOne = (
  r: Resolver,
  routine: Routine,
  overloads: readonly Overload[],
  location: number,
): Judged['bodied'] => {
  const name = publicName(r.path, routine);
  r.calls.set(formatName(name), name);
  if (isDangerousFunction(routine.name)) {
    callsFunction(r, name);
    r.volatile = true;
    opaque(r, `side door ${routine.name}`, location);
    return [];
  }
  if (isSystemSchema(routine.schema)) return [];
  if (overloads.every((o) => isHarmlessExtension(o.extension))) return [];
  callsFunction(r, name);
  r.executes.set(formatName(name), name);
  if (overloads.every((o) => o.body !== undefined))
    return overloads.map((overload) => ({ routine, overload }));
  notUnderstood(r, routine, overloads, location);
  return [];
};

/** A user's function that nobody can look into. */
export const notUnderstood = (
  r: Resolver,
  routine: Routine,
  overloads: readonly Overload[],
  location: number,
): void => {
  if (overloads.some((o) => o.volatility === 'v')) r.volatile = r.anyEffect = true;
  opaque(r, `function ${formatName(publicName(r.path, routine))}`, location);
};

/** A base type that is not PostgreSQL's own: a statement that touches a value of it is noted for the type already. */
const isForeignBase = (r: Resolver, oid: number): boolean => {
  const type = r.catalogue.typeByOid(oid);
  if (!type) return false;
  if (type.element !== 0) return isForeignBase(r, type.element);
  return type.kind === 'b' && !isSystemSchema(type.schema);
};

/** Notes an operator that may be a user's own. */
export const judgeOperator = (r: Resolver, names: readonly string[], location: number): void => {
  const symbol = names.at(-1) ?? '';
  const schema = names.at(-2);
  for (const operator of r.catalogue.operators(symbol)) {
    if (isHarmlessExtension(operator.extension) || isSystemSchema(operator.schema)) continue;
    if (isForeignBase(r, operator.left) || isForeignBase(r, operator.right)) continue;
    if (
      schema === undefined ? r.path.routines.includes(operator.schema) : schema === operator.schema
    )
      opaque(r, `operator ${operator.schema}.${symbol}`, location);
  }
};
