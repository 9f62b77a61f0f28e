import type { Operator, Overload, Routine } from '../catalogue/catalogue.js';
import { formatName, quoteIdentifier } from '../names.js';
import { findRoutines, isSystemSchema, publicName } from './path.js';
import { accepting, type Callee, fits } from './overloads.js';
import type { Known } from '../types/polymorphic.js';
import { oid } from '../types/oids.js';
import { baseType } from '../types/parts.js';
import { isRangeConstructor } from '../types/ranges.js';
import { callsFunction, fail, opaque, type Resolver } from './resolver.js';
import { chooseOperator } from '../types/operators.js';
import { type Operands, operatorsNamed } from './operators.js';
import { judgeDomain, judgeNamedType } from './types.js';
import { isPlainFunction, reachOf } from '../reach/functions.js';

/** What is known about the functions that a call may mean. */
export interface Judged {
  readonly leakproof: boolean;
  /** those whose bodies are for the caller to look into, with the arguments; none but for a `call` */
  readonly bodied: readonly Callee[];
}

/** How a function's name is used: `attribute` as `c.f`, which need not be a call; `expression`: of an object that is being made. */
export type FunctionUse = 'call' | 'procedure' | 'attribute' | 'expression';

/**
 * Finds what a call may mean by name and number of arguments (-1: any).
 *
 * @param signature gives the arguments' types as an error names them; called only then
 * @returns none when it is a cast, or for an `attribute` when there is no such function
 * @throws  SqlError `undefined-function`
 */
export const calleesOf = (
  r: Resolver,
  names: readonly string[],
  count: number,
  location: number,
  use: FunctionUse,
  signature: () => string = () => '',
): readonly Callee[] => {
  const callees = findRoutines(r.catalogue, r.path, names.at(-2), names.at(-1) ?? '').flatMap(
    (routine) =>
      routine.overloads
        .filter((overload) => fits(overload, count))
        .map((overload) => ({ routine, overload })),
  );
  if (callees.length > 0 || use === 'attribute') return callees;
  const schema = names.at(-2);
  const real = schema === 'pg_temp' ? (r.path.temporary ?? schema) : schema;
  if (real !== undefined && !r.catalogue.hasSchema(real))
    throw fail(r, 'undefined-schema', `schema "${schema ?? ''}" does not exist`, location);
  // `regtype('int4')`: a type's name in the place of a function is a cast.
  if (use === 'call' && count === 1 && judgeNamedType(r, names, location)) return [];
  const what = use === 'procedure' ? 'procedure' : 'function';
  throw fail(
    r,
    'undefined-function',
    `${what} ${names.join('.')}(${signature()}) does not exist`,
    location,
    `No ${what} matches the given name and argument types. You might need to add explicit type casts.`,
  );
};

/** Does it make a difference which one is meant? Among PostgreSQL's own it makes none. */
export const compete = (callees: readonly Callee[]): boolean =>
  callees.length > 1 && callees.some(({ routine }) => !isSystemSchema(routine.schema));

/**
 * Notes functions that are a user's or dangerous.
 *
 * @param veiled called instead for one that shows contents of the catalogue, when its arguments can be changed
 */
export const judgeCallees = (
  r: Resolver,
  callees: readonly Callee[],
  location: number,
  use: FunctionUse,
  veiled?: () => void,
): Judged => {
  const routines = [...new Set(callees.map(({ routine }) => routine))];
  const bodied = routines.flatMap((routine) =>
    judgeOne(
      r,
      routine,
      callees.flatMap((one) => (one.routine === routine ? [one.overload] : [])),
      location,
      veiled,
    ),
  );
  if (use !== 'call')
    for (const { routine, overload } of bodied)
      if (r.lookInto.ofFunction(r, routine, overload, [], location) === undefined)
        notUnderstood(r, routine, [overload], location);
  return {
    leakproof: callees.length > 0 && callees.every(({ overload }) => overload.leakproof),
    bodied: use === 'call' ? bodied : [],
  };
};

/**
 * `(x).f` may be f(x).
 *
 * @param type of x
 * @returns whether it is
 */
export const asAttribute = (r: Resolver, name: string, type: Known, location: number): boolean => {
  const all = calleesOf(r, [name], 1, location, 'attribute');
  const row = r.catalogue.typeByOid(type ?? 0);
  // Of a row only what takes it; of anything else there may be a cast of that name.
  const callees =
    row?.kind === 'c' || type === oid.record
      ? accepting(r.catalogue, all, { names: [undefined], types: [type], variadic: false })
      : all;
  judgeCallees(r, callees, location, 'attribute');
  return callees.length > 0;
};

/** Both at once, of a call whose arguments say nothing. @returns whether there is such a function */
export const judgeRoutine = (
  r: Resolver,
  names: readonly string[],
  count: number,
  location: number,
  use: FunctionUse,
  signature?: () => string,
): boolean => {
  const callees = calleesOf(r, names, count, location, use, signature);
  judgeCallees(r, callees, location, use);
  return callees.length > 0;
};

/** @returns those whose bodies may tell what they do */
const judgeOne = (
  r: Resolver,
  routine: Routine,
  overloads: readonly Overload[],
  location: number,
  veiled: (() => void) | undefined,
): Judged['bodied'] => {
  const name = publicName(r.path, routine);
  r.calls.set(formatName(name), name);
  const reaching = overloads.filter((overload) => reachesFurther(r, routine, overload));
  const ofValues = reaching.every((o) => reachOf(r.catalogue, routine, o) === 'values');
  if (reaching.length > 0 && ofValues && veiled) veiled();
  else if (reaching.length > 0) {
    callsFunction(r, name);
    r.volatile = true;
    opaque(r, `side door ${routine.name}`, location);
    return [];
  }
  if (isSystemSchema(routine.schema)) return [];
  for (const { oid, arguments: given, result, out } of overloads) {
    r.called.add(oid);
    for (const { type } of [...given, ...out, { type: result }]) judgeDomain(r, type, location);
  }
  if (overloads.every((o) => isHarmless(r, routine, o))) return [];
  callsFunction(r, name);
  r.executes.set(formatName(name), name);
  if (overloads.every((o) => o.body !== undefined || madeInSql(r, o) !== undefined))
    return overloads.map((overload) => ({ routine, overload }));
  notUnderstood(r, routine, overloads, location);
  return [];
};

/** One of PostgreSQL's own, or of an extension, that is known to give out more than it is given. */
const reachesFurther = (r: Resolver, routine: Routine, overload: Overload): boolean =>
  (isSystemSchema(routine.schema) || reachOf(r.catalogue, routine, overload) !== undefined) &&
  !isPlainFunction(r.catalogue, routine, overload);

/** Reaches nothing but its arguments, though it is not one of PostgreSQL's own. */
const isHarmless = (r: Resolver, routine: Routine, overload: Overload): boolean =>
  isPlainFunction(r.catalogue, routine, overload) ||
  isRangeConstructor((oid) => r.catalogue.typeByOid(oid), routine, overload) ||
  overload.parts?.every((part) => isPlain(r, part)) === true;

/** The users' functions that an aggregate is made of; undefined when not all of its parts can be looked into. */
export const madeInSql = (r: Resolver, { parts }: Overload): readonly Callee[] | undefined => {
  const users = parts?.filter((part) => !isPlain(r, part));
  const found = users?.flatMap((part) => r.catalogue.routineByOid(part) ?? []);
  return found?.length === users?.length && found?.every(({ overload }) => overload.body)
    ? found
    : undefined;
};

/** A part of an aggregate that nobody need look into. */
const isPlain = (r: Resolver, oid: number): boolean => {
  const part = r.catalogue.routineByOid(oid);
  return part !== undefined && isPlainFunction(r.catalogue, part.routine, part.overload);
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

const isUsers = (r: Resolver, { schema, function: called, left, right }: Operator): boolean =>
  !isSystemSchema(schema) &&
  !isPlain(r, called) &&
  !isForeignBase(r, left) &&
  !isForeignBase(r, right);

/** Users' own operators that a symbol may mean here. */
const usersOperators = (
  r: Resolver,
  names: readonly string[],
  operands: (() => Operands) | undefined,
): readonly Operator[] => {
  if (!r.catalogue.userOperator(names.at(-1) ?? '')) return [];
  const all = operatorsNamed(r, names);
  const users = all.filter((operator) => isUsers(r, operator));
  if (users.length === 0 || operands === undefined) return users;
  const { prefix, types } = operands();
  const meant = types.flatMap((pair) => chooseOperator(r.catalogue, all, prefix, pair));
  // When none accepts the operands the server refuses the statement.
  return meant.length === 0 ? users : users.filter((operator) => meant.includes(operator));
};

const executes = (r: Resolver, { routine, overload }: Callee): void => {
  r.called.add(overload.oid);
  const name = publicName(r.path, routine);
  r.calls.set(formatName(name), name);
  callsFunction(r, name);
  r.executes.set(formatName(name), name);
};

/** Notes the function that casts a value of one type to the other, when it is a user's own. */
export const judgeCast = (r: Resolver, from: Known, to: Known): void => {
  if (from === undefined || to === undefined) return;
  const cast = r.catalogue.cast(baseType(r.catalogue, from), baseType(r.catalogue, to));
  const callee = cast && r.catalogue.routineByOid(cast.function);
  if (callee && !isSystemSchema(callee.routine.schema)) executes(r, callee);
};

/**
 * Notes an operator that may be a user's own.
 *
 * @returns functions whose bodies are for the caller to look into; without operands they are not looked into
 */
export const judgeOperator = (
  r: Resolver,
  names: readonly string[],
  location: number,
  operands?: () => Operands,
): readonly Callee[] =>
  usersOperators(r, names, operands).flatMap((operator) => {
    const callee = r.catalogue.routineByOid(operator.function);
    if (callee) executes(r, callee);
    if (operands && callee?.overload.body !== undefined) return [callee];
    if (callee?.overload.volatility === 'v') r.volatile = r.anyEffect = true;
    opaque(r, `operator ${quoteIdentifier(operator.schema)}.${operator.name}`, location);
    return [];
  });
