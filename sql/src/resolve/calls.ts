import type { FuncCall, WindowDef } from '@pgsql/types';
import type { Routine } from '../catalogue/catalogue.js';
import { SqlError } from '../errors.js';
import { as, locationOf } from '../parse/nodes.js';
import { addFlow, derived, mark, markCell, markFlows, type Flow, type FlowKind } from './cells.js';
import { typeOfCell } from './column-types.js';
import { fieldOfRow } from './columns.js';
import { below, visit } from './expression.js';
import { baseType } from '../types/parts.js';
import { computed, type Gathered, type Walk } from './gathered.js';
import { argumentsOf, calledName, type Callee, fits, narrowed } from './overloads.js';
import { signature } from './mismatch.js';
import { expectWindow } from './parameters.js';
import { findRoutines, findType } from './path.js';
import { fail, type Given, type Resolver } from './resolver.js';
import {
  calleesOf,
  compete,
  judgeCallees,
  madeInSql,
  notUnderstood,
  type Judged,
} from './routines.js';
import type { Named } from './scope.js';
import { callSettings } from './set-config.js';
import { sortTypes, toldApart, windowTypes } from './told-apart.js';
import { typeOf } from './type-of.js';
import { typeText } from './types.js';

/** @throws SqlError `undefined-object` for a window that the query does not define */
const checkWindow = ({ r, scope }: Walk, window: WindowDef): void => {
  const name = window.name ?? window.refname;
  if (name !== undefined && scope.block.windows?.includes(name) === false)
    throw fail(r, 'undefined-object', `window "${name}" does not exist`, window.location);
};

const windowDefinition = (w: Walk, window: WindowDef | undefined): void => {
  if (!window) return;
  checkWindow(w, window);
  const parts: Gathered = { flows: [], leakproof: true };
  const inner: Walk = { ...w, into: parts };
  // In the server's order.
  below(inner, window.orderClause, 'transformation');
  markFlows(parts.flows, mark.order);
  w.into.flows.push(...parts.flows.splice(0));
  below(inner, window.partitionClause, 'transformation');
  markFlows(parts.flows, mark.group);
  windowTypes(w.r, w.scope, window);
  w.into.flows.push(...parts.flows.splice(0));
  below(inner, window.startOffset, 'transformation');
  below(inner, window.endOffset, 'transformation');
  w.into.flows.push(...parts.flows);
  expectWindow(w.r, w.scope, window);
};

/** The types of a call's arguments as far as they show, as an error names them. */
export const argumentTypes = (call: FuncCall): string =>
  (call.args ?? [])
    .map((arg) => {
      const constant = as(arg, 'A_Const');
      if (constant?.ival) return 'integer';
      if (constant?.fval) return 'numeric';
      if (constant?.boolval) return 'boolean';
      const cast = as(arg, 'TypeCast');
      return cast?.typeName ? typeText(cast.typeName) : 'unknown';
    })
    .join(', ');

export const functionCall = (w: Walk, call: FuncCall, kind: FlowKind): void => {
  const names = calledName(w.r.catalogue, call);
  const location = call.location ?? 0;
  const own =
    (call.args?.length ?? 0) + (call.agg_within_group ? (call.agg_order?.length ?? 0) : 0);
  // With VARIADIC the last argument stands for any number of them.
  const count = call.func_variadic ? -1 : own;
  const projection = projected(w, call, names, kind);
  if (projection) {
    const [column] = projection;
    const type = column && typeOfCell(column.from);
    if (type !== undefined) w.r.types.set(call, type);
    w.into.flows.push(...projection);
    return;
  }
  const { r, scope, into } = w;
  if (fieldOfValue(w, call, names, kind)) return;
  const callees = calleesOf(r, names, count, location, 'call', () => {
    // What is wrong with an argument comes first.
    below(w, call.args, 'transformation');
    return signature(r, scope, call);
  });
  callSettings(r, names.at(-1) ?? '', call);
  const aggregates = callees.some(({ overload }) => overload.kind === 'a');
  const aggregate = aggregates && call.over === undefined;
  const { block } = scope;
  if (aggregate) block.aggregates += 1;
  const inner = aggregates ? 'aggregation' : computed(kind);
  // Which one is meant may depend on the columns of subqueries in the arguments.
  const early = compete(callees) ? givenTo(w, call) : undefined;
  const meant = early
    ? narrowed(
        r.catalogue,
        callees,
        argumentsOf(call, (node) => typeOf(r, scope, node)),
      )
    : callees;
  const judged = judgeCallees(r, meant, location, 'call', () => r.veiled.push(call));
  if (!judged.leakproof) into.leakproof = false;
  if (judged.bodied.length > 0)
    bodied(w, call, judged.bodied, early ?? givenTo(w, call), computed(kind));
  else if (early) into.flows.push(...early.map(({ cell }) => ({ from: cell, kind: inner })));
  else below(w, call.args, inner);
  below(w, call.agg_order, inner);
  sortTypes(r, scope, call.agg_order);
  for (const node of call.agg_distinct ? (call.args ?? []) : [])
    toldApart(r, () => typeOf(r, scope, node), 'equality', locationOf(node));
  if (call.agg_filter) {
    const filter: Gathered = { flows: [], leakproof: true };
    visit({ ...w, into: filter }, call.agg_filter, inner);
    markFlows(filter.flows, mark.filter);
    const filtered = derived([]);
    filtered.decided = { cells: filter.flows.map(({ from }) => from), parts: [] };
    w.into.flows.push({ from: filtered, kind: inner });
  }
  if (aggregate) block.aggregates -= 1;
  windowLater(w, call.over);
};

/** Resolves an OVER clause, of which the server says only later what is wrong with it. */
const windowLater = (w: Walk, window: WindowDef | undefined): void => {
  const { late } = w.scope.block;
  try {
    windowDefinition(w, window);
  } catch (thrown) {
    if (!late || !(thrown instanceof SqlError)) throw thrown;
    late.push(thrown);
  }
};

/** What functions make of what they are given; undefined where that is not understood, which is noted. */
export const lookedInto = (
  { r, scope }: Walk,
  callees: readonly Callee[],
  given: readonly Given[],
  location: number,
): readonly (readonly Named[] | undefined)[] => {
  // They may be called on rows that a filter would hide.
  if (scope.block.clause !== 'target') for (const { cell } of given) markCell(cell, mark.exposed);
  return callees.map((callee) => {
    const parts = madeInSql(r, callee.overload);
    const columns = parts
      ? ofAggregate(r, parts, given, location)
      : r.lookInto.ofFunction(r, callee.routine, callee.overload, given, location);
    if (columns === undefined) notUnderstood(r, callee.routine, [callee.overload], location);
    return columns;
  });
};

/** Each of its functions gets the state, which is made of what those before it give back, and some the arguments. */
const ofAggregate = (
  r: Resolver,
  parts: readonly Callee[],
  given: readonly Given[],
  location: number,
): readonly Named[] | undefined => {
  const state = derived(given.map(({ cell }) => ({ from: cell, kind: 'aggregation' as const })));
  for (const { routine, overload } of parts) {
    const to = [{ name: undefined, cell: state }, ...given];
    const columns = r.lookInto.ofFunction(r, routine, overload, to, location);
    if (columns === undefined) return undefined;
    for (const { cell } of columns) addFlow(state, { from: cell, kind: 'aggregation' });
  }
  return [{ name: '', cell: state }];
};

/** The arguments of a call, each as a cell of its own. */
const givenTo = (w: Walk, call: FuncCall): readonly Given[] =>
  (call.args ?? []).map((node): Given => {
    const { r, scope } = w;
    const named = as(node, 'NamedArgExpr');
    const one: Gathered = { flows: [], leakproof: true };
    visit({ ...w, into: one }, named?.arg ?? node, 'identity');
    const cell = derived(one.flows);
    cell.typed = () => typeOf(r, scope, named?.arg ?? node);
    return { name: named?.name, cell };
  });

/** A call of functions whose bodies say what becomes of the arguments. */
const bodied = (
  w: Walk,
  call: FuncCall,
  routines: Judged['bodied'],
  given: readonly Given[],
  kind: FlowKind,
): void => {
  const { r, into } = w;
  for (const columns of lookedInto(w, routines, given, call.location ?? 0)) {
    if (columns && routines[0]?.overload.kind !== 'a' && routines.length === 1)
      r.results.set(call, columns);
    into.flows.push(...(columns ?? given).map(({ cell }) => ({ from: cell, kind })));
  }
};

/** May a row be the one argument? Of the types that are no rows none takes one without a cast. */
const takesRows =
  ({ catalogue }: Resolver) =>
  ({ overloads }: Routine): boolean =>
    overloads.some((overload) => {
      const type = catalogue.typeByOid(overload.arguments[0]?.type ?? 0);
      if (!fits(overload, 1) || type === undefined) return false;
      const rows = type.kind === 'c' || type.kind === 'p' || type.kind === 'd';
      return rows || type.element !== 0 || catalogue.userCast(type.oid);
    });

/** `email(c)` reads the column when c is a row and no function of that name fits. */
const projected = (
  w: Walk,
  call: FuncCall,
  names: readonly string[],
  kind: FlowKind,
): Flow[] | undefined => {
  const [name, ...more] = names;
  const [arg, ...others] = call.args ?? [];
  if (name === undefined || more.length > 0 || !arg || others.length > 0 || !as(arg, 'ColumnRef'))
    return undefined;
  if (findRoutines(w.r.catalogue, w.r.path, undefined, name).some(takesRows(w.r))) return undefined;
  return fieldOfRow(w.scope, arg, name, kind);
};

/** `street(address)` is a field of a value when no function has that name. @returns whether it is */
const fieldOfValue = (
  w: Walk,
  call: FuncCall,
  [name, ...more]: readonly string[],
  kind: FlowKind,
): boolean => {
  const { r, scope } = w;
  const [arg, ...others] = call.args ?? [];
  if (name === undefined || more.length > 0 || !arg || others.length > 0) return false;
  if (findRoutines(r.catalogue, r.path, undefined, name).length > 0) return false;
  if (findType(r.catalogue, r.path, undefined, name)) return false;
  visit(w, arg, computed(kind));
  const type = typeOf(r, scope, arg);
  const row = type === undefined ? undefined : r.catalogue.typeByOid(baseType(r.catalogue, type));
  const field = r.catalogue
    .relationByOid(row?.relation ?? 0)
    ?.columns.find((column) => column.name === name);
  // There is no such function: the server says so.
  if (!field) return false;
  r.types.set(call, field.type);
  w.into.leakproof = false;
  return true;
};
