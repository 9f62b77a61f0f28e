import type { MultiAssignRef, Node, SubLink, TypeCast, TypeName } from '@pgsql/types';
import { as, kindOf, locationOf, text, texts, type NodeKind } from '../parse/nodes.js';
import { oid } from '../types/oids.js';
import { functionCall } from './calls.js';
import { derived, mark, markFlows, newDeciding, type FlowKind } from './cells.js';
import { becomes, mayBecome } from './conversions.js';
import { columnReference, rowNamed } from './columns.js';
import { fieldsOf } from './fields.js';
import { computed, type Gathered, type Visit, type Walk } from './gathered.js';
import { indirection } from './indirections.js';
import { operation } from './operations.js';
import { expect } from './parameters.js';
import { publicName } from './path.js';
import { query } from './query.js';
import { fail, opaque, type Resolver, unknownNode } from './resolver.js';
import { judgeOperator } from './routines.js';
import { writtenFields } from './written-fields.js';
import { addDeciding, decides, type Scope } from './scope.js';
import { resolveArray, resolveCase, settle } from './settle.js';
import { hasType, namedType, typeOf } from './type-of.js';
import { judgeType } from './types.js';

/** Visits every node below a part of the tree; parts without a type of their own are looked through. */
export const below: (w: Walk, value: unknown, kind: FlowKind) => void = (w, value, kind) => {
  if (Array.isArray(value)) {
    for (const one of value) below(w, one, kind);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, content] of Object.entries(value)) {
    if (typeof content !== 'object' || content === null) continue;
    if (key === 'typeName') {
      judgeType(w.r, content as TypeName);
      continue;
    }
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
  r.subqueries.set(
    link,
    columns.map(({ cell }) => cell),
  );
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

/** A column's own type leaves it as it is. */
const isNoCast = ({ r, scope }: Walk, { arg, typeName }: TypeCast): boolean =>
  arg !== undefined &&
  as(arg, 'ColumnRef') !== undefined &&
  !typeName?.typmods?.length &&
  typeName !== undefined &&
  namedType(r, typeName) === typeOf(r, scope, arg);

/** One column of `(a, b) = (SELECT x, y ...)` or `(a, b) = (x, y)`. */
const assigned = (w: Walk, { source, colno = 1 }: MultiAssignRef, kind: FlowKind): void => {
  const row = writtenFields(source)?.[colno - 1];
  const select = as(source, 'SubLink')?.subselect;
  if (row) visit(w, row, kind);
  else if (select) {
    // It stands in the tree once for each column, and in the text once.
    const key = `row at ${as(source, 'SubLink')?.location ?? 0}`;
    const row =
      w.r.subqueries.get(key) ?? query(w.r, w.scope, select, 'sublink').map((one) => one.cell);
    w.r.subqueries.set(key, row);
    const cell = row[colno - 1];
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
    const inside = (part: Node): void => {
      visit(w, part, computed(kind));
    };
    const type = namedType(w.r, cast.typeName);
    if (!resolveArray(w.r, cast.arg, type, inside))
      visit(w, cast.arg, isNoCast(w, cast) ? kind : computed(kind));
    if (w.r.catalogue.hasUserCasts)
      becomes(w.r, typeOf(w.r, w.scope, cast.arg), type, cast.location ?? 0);
  },
  A_Indirection: (w, node, kind) => {
    const part = as(node, 'A_Indirection');
    if (part) indirection(w, part, kind);
  },
  SelectStmt: (w, node, kind) => {
    for (const { cell } of query(w.r, w.scope, node, 'sublink'))
      w.into.flows.push({ from: cell, kind: computed(kind) });
  },
  CurrentOfExpr: (w, node) => {
    // The row that a cursor stands on; the condition can be no part of another one.
    const reach = w.scope.items.flatMap(({ use }) => (use ? [use.relation] : []));
    const names = reach.map((relation) => publicName(w.r.path, relation));
    opaque(w.r, 'CURRENT OF', locationOf(node), names);
  },
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
  BoolExpr: (w, node, kind) => {
    for (const arg of as(node, 'BoolExpr')?.args ?? []) {
      visit(w, arg, computed(kind));
      expect(w.r, arg, oid.bool);
    }
  },
  NullTest: children,
  BooleanTest: children,
  CaseExpr: (w, node, kind) => {
    // The value is compared with those behind WHEN.
    const chosen = as(node, 'CaseExpr');
    if (chosen?.arg) judgeOperator(w.r, ['='], locationOf(node) ?? 0);
    if (chosen)
      resolveCase(w.r, w.scope, chosen, (part) => {
        visit(w, part, computed(kind));
      });
  },
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
  JsonTableColumn: applied,
  JsonTablePathSpec: applied,
  RangeTableFuncCol: applied,
  MergeSupportFunc: nothing,
};

const aggregate: Visit = (w, node) => {
  w.scope.block.aggregates += 1;
  applied(w, node, 'aggregation');
  w.scope.block.aggregates -= 1;
};

/** Visits one node. */
export const visit: Visit = (w, node, kind) => {
  const own = kindOf(node);
  if (!own) return;
  const known = visits[own];
  if (!known) throw unknownNode(w.r, own, locationOf(node));
  known(w, node, kind);
  settle(w.r, w.scope, node);
  if (hasType(own) && w.r.catalogue.implicitUserCasts().size > 0)
    mayBecome(w.r, typeOf(w.r, w.scope, node), locationOf(node) ?? 0);
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
  if (!Array.isArray(nodes)) expect(r, nodes as Node | undefined, oid.bool);
  return found;
};

/** The cell of a computed column. */
export const cellOf = (r: Resolver, scope: Scope, node: Node) => {
  const found = gather(r, scope, node);
  const cell = derived(found.flows);
  cell.typed = () => typeOf(r, scope, node);
  cell.fields = () => fieldsOf(r, scope, node);
  const columns = rowNamed(scope, node);
  if (columns) cell.columns = columns;
  if (r.deduced)
    cell.expects = (type) => {
      expect(r, node, type);
    };
  return { cell, leakproof: found.leakproof };
};
