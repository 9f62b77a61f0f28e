import type {
  A_Expr,
  A_Indirection,
  FuncCall,
  MultiAssignRef,
  Node,
  SubLink,
  WindowDef,
} from '@pgsql/types';
import type { Routine } from '../catalogue/catalogue.js';
import { as, kindOf, text, texts, type NodeKind } from '../parse/nodes.js';
import {
  derived,
  mark,
  markCell,
  markFlows,
  newDeciding,
  type Flow,
  type FlowKind,
} from './cells.js';
import { typeOfCell } from './column-types.js';
import { columnReference, fieldOfRow } from './columns.js';
import { leakproofComparison } from './leakproof.js';
import type { Operands } from './operators.js';
import { argumentsOf, type Callee, narrowed } from './overloads.js';
import { query } from './query.js';
import { fail, opaque, type Given, type Resolver } from './resolver.js';
import { findRoutines } from './path.js';
import {
  calleesOf,
  compete,
  fits,
  judgeCallees,
  judgeOperator,
  judgeRoutine,
  notUnderstood,
  type Judged,
} from './routines.js';
import { addDeciding, decides, type Named, type Scope } from './scope.js';
import { callSettings } from './set-config.js';
import { operandsOf, typeOf } from './type-of.js';
import { judgeType, typeText } from './types.js';

/** What an expression reads, and whether all it applies is leakproof. */
export interface Gathered {
  readonly flows: Flow[];
  leakproof: boolean;
}

interface Walk {
  readonly r: Resolver;
  readonly scope: Scope;
  readonly into: Gathered;
}

type Visit = (w: Walk, node: Node, kind: FlowKind) => void;

const computed = (kind: FlowKind): FlowKind => (kind === 'aggregation' ? kind : 'transformation');

/** Visits every node below a part of the tree; parts without a type of their own are looked through. */
const below: (w: Walk, value: unknown, kind: FlowKind) => void = (w, value, kind) => {
  if (Array.isArray(value)) {
    for (const one of value) below(w, one, kind);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, content] of Object.entries(value)) {
    if (typeof content !== 'object' || content === null) continue;
    const first = key.charCodeAt(0);
    if (first >= 65 && first <= 90) {
      visit(w, value as Node, kind);
      return;
    }
    below(w, content, kind);
  }
};

const equals: readonly Node[] = [{ String: { sval: '=' } }];

const subLink = (w: Walk, link: SubLink, kind: FlowKind): void => {
  const { r, scope, into } = w;
  if (link.testexpr) judgeOperator(r, texts(link.operName ?? equals), link.location ?? 0);
  const test: Gathered = { flows: [], leakproof: true };
  if (link.testexpr) visit({ r, scope, into: test }, link.testexpr, computed(kind));
  into.flows.push(...test.flows);
  if (!test.leakproof) into.leakproof = false;
  if (!link.subselect) return;
  const columns = query(r, scope, link.subselect, 'sublink');
  if (columns[0]) r.subqueries.set(link, columns[0].cell);
  if (link.subLinkType === 'EXISTS_SUBLINK') {
    for (const { cell } of columns) markFlows([{ from: cell, kind: 'identity' }], mark.filter);
    // Its rows are counted, no value of them is seen.
    const exists = derived([]);
    exists.decided = newDeciding();
    addDeciding(exists.decided, columns);
    into.flows.push({ from: exists, kind: computed(kind) });
    return;
  }
  for (const { cell } of columns) into.flows.push({ from: cell, kind: computed(kind) });
  if (link.testexpr && link.operName && text(link.operName.at(-1)) !== '=') into.leakproof = false;
};

const windowDefinition = (w: Walk, window: WindowDef | undefined): void => {
  if (!window) return;
  const parts: Gathered = { flows: [], leakproof: true };
  const inner: Walk = { ...w, into: parts };
  below(inner, window.partitionClause, 'transformation');
  markFlows(parts.flows, mark.group);
  w.into.flows.push(...parts.flows.splice(0));
  below(inner, window.orderClause, 'transformation');
  markFlows(parts.flows, mark.order);
  below(inner, window.startOffset, 'transformation');
  below(inner, window.endOffset, 'transformation');
  w.into.flows.push(...parts.flows);
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

/** The grammar's own words call functions; EXTRACT called another one before version 14. */
const calledName = (r: Resolver, call: FuncCall): readonly string[] => {
  const names = texts(call.funcname);
  const old = call.funcformat === 'COERCE_SQL_SYNTAX' && r.catalogue.serverVersionNum < 140000;
  return old && names.at(-1) === 'extract' ? ['pg_catalog', 'date_part'] : names;
};

export const functionCall = (w: Walk, call: FuncCall, kind: FlowKind): void => {
  const names = calledName(w.r, call);
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
  const callees = calleesOf(r, names, count, location, 'call', () => argumentTypes(call));
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
  const judged = judgeCallees(r, meant, location, 'call');
  if (!judged.leakproof) into.leakproof = false;
  if (judged.bodied.length > 0)
    bodied(w, call, judged.bodied, early ?? givenTo(w, call), computed(kind));
  else if (early) into.flows.push(...early.map(({ cell }) => ({ from: cell, kind: inner })));
  else below(w, call.args, inner);
  below(w, call.agg_order, inner);
  if (call.agg_filter) {
    const filter: Gathered = { flows: [], leakproof: true };
    visit({ ...w, into: filter }, call.agg_filter, inner);
    markFlows(filter.flows, mark.filter);
    const filtered = derived([]);
    filtered.decided = { cells: filter.flows.map(({ from }) => from), parts: [] };
    w.into.flows.push({ from: filtered, kind: inner });
  }
  if (aggregate) block.aggregates -= 1;
  windowDefinition(w, call.over);
};

/** Operators that BETWEEN and its kin apply. */
const between = [['>='], ['<=']] as const;

const operation = (w: Walk, expression: A_Expr, kind: FlowKind): void => {
  const { r, into } = w;
  const { lexpr, rexpr, location = 0 } = expression;
  const from = into.flows.length;
  below(w, lexpr, computed(kind));
  const middle = into.flows.length;
  below(w, rexpr, computed(kind));
  const names = (expression.kind ?? '').includes('BETWEEN') ? between : [texts(expression.name)];
  const operands = (): Operands => operandsOf(r, w.scope, expression);
  const bodies = names.flatMap((name) => judgeOperator(r, name, location, operands));
  if (bodies.length > 0) {
    const sides = [into.flows.slice(from, middle), into.flows.slice(middle)];
    const given = (lexpr ? sides : sides.slice(1)).map((flows) => ({
      name: undefined,
      cell: derived(flows),
    }));
    const results = lookedInto(w, bodies, given, location);
    for (const { cell } of results.flatMap((columns) => columns ?? []))
      into.flows.push({ from: cell, kind: computed(kind) });
    into.leakproof = false;
  } else if (!leakproofComparison(r, expression, into.flows.slice(from))) into.leakproof = false;
};

/** What functions make of what they are given; undefined where that is not understood, which is noted. */
const lookedInto = (
  { r, scope }: Walk,
  callees: readonly Callee[],
  given: readonly Given[],
  location: number,
): readonly (readonly Named[] | undefined)[] => {
  // They may be called on rows that a filter would hide.
  if (scope.block.clause !== 'target') for (const { cell } of given) markCell(cell, mark.exposed);
  return callees.map(({ routine, overload }) => {
    const columns = r.lookInto.ofFunction(r, routine, overload, given, location);
    if (columns === undefined) notUnderstood(r, routine, [overload], location);
    return columns;
  });
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
    if (columns && routines.length === 1) r.results.set(call, columns);
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

const indirection = (w: Walk, node: A_Indirection, kind: FlowKind): void => {
  const [first, ...rest] = node.indirection ?? [];
  const field = as(first, 'String')?.sval;
  const flows =
    field === undefined
      ? undefined
      : fieldOfRow(w.scope, node.arg, field, rest.length > 0 ? computed(kind) : kind);
  if (flows) w.into.flows.push(...flows);
  else if (node.arg) visit(w, node.arg, computed(kind));
  for (const [i, part] of (node.indirection ?? []).entries()) {
    const name = as(part, 'String')?.sval;
    if (name === undefined) below(w, [part], computed(kind));
    // Attribute notation on a value: (x).f may be f(x).
    else if (!(flows && i === 0)) judgeRoutine(w.r, [name], 1, 0, 'attribute');
  }
  if (!flows) w.into.leakproof = false;
};

/** One column of `(a, b) = (SELECT x, y ...)` or `(a, b) = (x, y)`. */
const assigned = (w: Walk, { source, colno = 1 }: MultiAssignRef, kind: FlowKind): void => {
  const row = as(source, 'RowExpr')?.args?.[colno - 1];
  const select = as(source, 'SubLink')?.subselect;
  if (row) visit(w, row, kind);
  else if (select) {
    const cell = query(w.r, w.scope, select, 'sublink')[colno - 1]?.cell;
    if (cell) w.into.flows.push({ from: cell, kind });
  } else if (source) visit(w, source, computed(kind));
};

const children: Visit = (w, node, kind) => {
  const own = kindOf(node);
  if (own) below(w, (node as Readonly<Record<string, unknown>>)[own], computed(kind));
};

/** The server applies a function of its own making: not leakproof. */
const applied: Visit = (w, node, kind) => {
  w.into.leakproof = false;
  children(w, node, kind);
};

const nothing: Visit = () => undefined;

const visits: { readonly [K in NodeKind]?: Visit } = {
  ColumnRef: (w, node, kind) => {
    const ref = as(node, 'ColumnRef');
    if (ref) w.into.flows.push(...columnReference(w.r, w.scope, ref, kind));
  },
  A_Expr: (w, node, kind) => {
    const expression = as(node, 'A_Expr');
    if (expression) operation(w, expression, kind);
  },
  FuncCall: (w, node, kind) => {
    const call = as(node, 'FuncCall');
    if (call) functionCall(w, call, kind);
  },
  SubLink: (w, node, kind) => {
    const link = as(node, 'SubLink');
    if (link) subLink(w, link, kind);
  },
  TypeCast: (w, node, kind) => {
    const cast = as(node, 'TypeCast');
    if (!cast?.arg) return;
    if (cast.typeName) judgeType(w.r, cast.typeName);
    if (!as(cast.arg, 'A_Const')) w.into.leakproof = false;
    visit(w, cast.arg, computed(kind));
  },
  A_Indirection: (w, node, kind) => {
    const part = as(node, 'A_Indirection');
    if (part) indirection(w, part, kind);
  },
  SelectStmt: (w, node, kind) => {
    for (const { cell } of query(w.r, w.scope, node, 'sublink'))
      w.into.flows.push({ from: cell, kind: computed(kind) });
  },
  CurrentOfExpr: (w, node) => opaque(w.r, 'CURRENT OF', locationOf(node)),
  TypeName: (w, node) => {
    const name = as(node, 'TypeName');
    if (name) judgeType(w.r, name);
  },
  A_Const: nothing,
  ParamRef: (w, node, kind) => {
    const cell = w.r.parameters[(as(node, 'ParamRef')?.number ?? 0) - 1];
    if (cell) w.into.flows.push({ from: cell, kind });
  },
  String: nothing,
  SetToDefault: nothing,
  SQLValueFunction: nothing,
  CollateClause: (w, node, kind) => {
    const arg = as(node, 'CollateClause')?.arg;
    if (arg) visit(w, arg, computed(kind));
  },
  BoolExpr: children,
  NullTest: children,
  BooleanTest: children,
  CaseExpr: (w, node, kind) => {
    // The value is compared with those behind WHEN.
    if (as(node, 'CaseExpr')?.arg) judgeOperator(w.r, ['='], locationOf(node) ?? 0);
    children(w, node, kind);
  },
  CaseWhen: children,
  CoalesceExpr: children,
  RowExpr: children,
  A_ArrayExpr: children,
  List: children,
  NamedArgExpr: children,
  ResTarget: children,
  MultiAssignRef: (w, node, kind) => {
    const part = as(node, 'MultiAssignRef');
    if (part) assigned(w, part, kind);
  },
  GroupingFunc: children,
  GroupingSet: children,
  A_Indices: applied,
  MinMaxExpr: applied,
  SortBy: applied,
  XmlExpr: applied,
  XmlSerialize: applied,
  JsonArgument: applied,
  JsonValueExpr: applied,
  JsonKeyValue: applied,
  JsonObjectConstructor: applied,
  JsonArrayConstructor: applied,
  JsonArrayQueryConstructor: applied,
  JsonObjectAgg: (w, node, kind) => aggregate(w, node, kind),
  JsonArrayAgg: (w, node, kind) => aggregate(w, node, kind),
  JsonParseExpr: applied,
  JsonScalarExpr: applied,
  JsonSerializeExpr: applied,
  JsonIsPredicate: applied,
  JsonFuncExpr: applied,
  JsonBehavior: applied,
  JsonOutput: applied,
  JsonReturning: applied,
  JsonFormat: nothing,
  JsonAggConstructor: applied,
  MergeSupportFunc: nothing,
};

const aggregate: Visit = (w, node) => {
  w.scope.block.aggregates += 1;
  applied(w, node, 'aggregation');
  w.scope.block.aggregates -= 1;
};

const locationOf = (node: Node): number | undefined => {
  const kind = kindOf(node);
  const content = kind && (node as Readonly<Record<string, unknown>>)[kind];
  const location = (content as { readonly location?: unknown } | undefined)?.location;
  return typeof location === 'number' ? location : undefined;
};

const visit: Visit = (w, node, kind) => {
  const own = kindOf(node);
  if (!own) return;
  const known = visits[own];
  if (known) {
    known(w, node, kind);
    return;
  }
  opaque(w.r, own, locationOf(node));
  applied(w, node, kind);
};

/** What an expression reads. The flows carry how: a plain column reference is an identity. */
export const gather = (
  r: Resolver,
  scope: Scope,
  nodes: unknown,
  kind: FlowKind = 'identity',
): Gathered => {
  const into: Gathered = { flows: [], leakproof: true };
  const w: Walk = { r, scope, into };
  if (r.depth > 2000) throw fail(r, 'too-complex', 'expression is nested too deeply', undefined);
  below(w, nodes, kind);
  return into;
};

/** Resolves a condition: marks what it reads, and exposes it when not all that is applied is leakproof. */
export const condition = (r: Resolver, scope: Scope, nodes: unknown, use: number): Gathered => {
  const found = gather(r, scope, nodes, 'transformation');
  decides(scope, found.flows, found.leakproof ? use : use | mark.exposed);
  return found;
};

/** The cell of a computed column. */
export const cellOf = (r: Resolver, scope: Scope, node: Node) => {
  const found = gather(r, scope, node);
  const cell = derived(found.flows);
  cell.typed = () => typeOf(r, scope, node);
  return { cell, leakproof: found.leakproof };
};
