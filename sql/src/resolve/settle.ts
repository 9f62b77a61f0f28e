import type { A_Expr, CaseExpr, FuncCall, Node, SubLink, XmlExpr, XmlExprOp } from '@pgsql/types';
import { as, kindOf, texts, type NodeKind } from '../parse/nodes.js';
import { commonType } from '../types/common.js';
import { oid } from '../types/oids.js';
import { chooseOperator } from '../types/operators.js';
import { baseType, elementOf } from '../types/parts.js';
import { type Known, resolvePolymorphic } from '../types/polymorphic.js';
import { typeOfColumn } from './column-types.js';
import { operatorsNamed } from './operators.js';
import { accepting, argumentsOf, declared } from './overloads.js';
import { expect, expectSubscripts, pending, waiting } from './parameters.js';
import type { Resolver } from './resolver.js';
import type { Scope } from './scope.js';
import { callees, typeOf } from './type-of.js';

// What the parts of an expression want of the parameters in them (whatever calls coerce_type in
// src/backend/parser/parse_expr.c). For use when all that stands inside a node has been resolved.

/** An operand: an expression, or a column of a subquery, of which only the type is known. */
interface Operand {
  readonly node?: Node | undefined;
  readonly type: Known;
}

const operand = (r: Resolver, scope: Scope, node: Node | undefined): Operand => ({
  node,
  type: node && typeOf(r, scope, node),
});

const operator = (
  r: Resolver,
  names: readonly string[],
  left: Operand | undefined,
  right: Operand,
): void => {
  if (pending(r, left?.node) === undefined && pending(r, right.node) === undefined) return;
  const types = [left?.type, right.type] as const;
  const chosen = chooseOperator(r.catalogue, operatorsNamed(r, names), !left, types);
  const [only, ...others] = chosen;
  if (!only || others.length > 0) return;
  const pair = [only.left, only.right];
  for (const [i, side] of [left, right].entries())
    expect(r, side?.node, resolvePolymorphic(r.catalogue, pair[i] ?? 0, types, pair));
};

/** The values have one type together. */
const together = (r: Resolver, scope: Scope, nodes: readonly (Node | undefined)[]): void => {
  if (!nodes.some((node) => pending(r, node) !== undefined)) return;
  const type = commonType(
    r.catalogue,
    nodes.map((node) => node && typeOf(r, scope, node)),
  );
  for (const node of nodes) expect(r, node, type);
};

/** Values among which no column is: those of IN are one array. */
const isPlain = (node: Node): boolean => !JSON.stringify(node).includes('"ColumnRef"');

const list = (node: Node | undefined): readonly Node[] =>
  as(node, 'List')?.items ?? (node ? [node] : []);

/** `transformAExprIn` */
const within = (r: Resolver, scope: Scope, { name, lexpr, rexpr }: A_Expr): void => {
  const all = list(rexpr);
  const plain = all.filter(isPlain);
  const row = as(lexpr, 'RowExpr') ?? plain.find((node) => as(node, 'RowExpr'));
  const left = (): Operand => operand(r, scope, lexpr);
  const names = texts(name);
  if (plain.length > 1 && !row) {
    const type = commonType(
      r.catalogue,
      [lexpr, ...plain].map((node) => node && typeOf(r, scope, node)),
    );
    if (type !== undefined) {
      for (const node of plain) expect(r, node, type);
      operator(r, names, left(), { type });
      for (const node of all)
        if (!plain.includes(node)) operator(r, names, left(), operand(r, scope, node));
      return;
    }
  }
  for (const node of all) compared(r, scope, names, lexpr, node);
};

/** Two values, or rows field by field. */
const compared = (
  r: Resolver,
  scope: Scope,
  names: readonly string[],
  left: Node | undefined,
  right: Node | undefined,
): void => {
  const [one, other] = [as(left, 'RowExpr')?.args, as(right, 'RowExpr')?.args];
  if (one && other)
    for (const [i, field] of one.entries()) compared(r, scope, names, field, other[i]);
  else operator(r, names, left && operand(r, scope, left), operand(r, scope, right));
};

/** `scalar = ANY (array)` */
const elementwise = (r: Resolver, scope: Scope, { name, lexpr, rexpr }: A_Expr): void => {
  const { catalogue } = r;
  const array = operand(r, scope, rexpr);
  const element: Known =
    array.type === undefined || array.type === oid.unknown
      ? array.type
      : elementOf(catalogue, baseType(catalogue, array.type)) || undefined;
  const left = operand(r, scope, lexpr);
  if (pending(r, rexpr) === undefined) {
    operator(r, texts(name), left, { type: element });
    return;
  }
  const types = [left.type, element] as const;
  const [only, ...others] = chooseOperator(catalogue, operatorsNamed(r, texts(name)), false, types);
  if (!only || others.length > 0) return;
  const pair = [only.left, only.right];
  expect(r, lexpr, resolvePolymorphic(catalogue, only.left, types, pair));
  const right = resolvePolymorphic(catalogue, only.right, types, pair);
  expect(r, rexpr, catalogue.arrayOf(right ?? 0)?.oid);
};

const betweens: Readonly<Record<string, readonly (readonly [string, 0 | 1])[]>> = {
  AEXPR_BETWEEN: [
    ['>=', 0],
    ['<=', 1],
  ],
  AEXPR_NOT_BETWEEN: [
    ['<', 0],
    ['>', 1],
  ],
  AEXPR_BETWEEN_SYM: [
    ['>=', 0],
    ['<=', 1],
    ['>=', 1],
    ['<=', 0],
  ],
  AEXPR_NOT_BETWEEN_SYM: [
    ['<', 0],
    ['>', 1],
    ['<', 1],
    ['>', 0],
  ],
};

const isNull = (node: Node | undefined): boolean => as(node, 'A_Const')?.isnull === true;

const operated = (r: Resolver, scope: Scope, expression: A_Expr): void => {
  const { kind = '', name, lexpr, rexpr } = expression;
  const bounds = list(rexpr);
  if (kind === 'AEXPR_IN') within(r, scope, expression);
  else if (kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_OP_ALL') elementwise(r, scope, expression);
  else if (betweens[kind])
    for (const [symbol, i] of betweens[kind]) compared(r, scope, [symbol], lexpr, bounds[i]);
  // `x IS DISTINCT FROM NULL` only asks whether there is a value.
  else if (kind.endsWith('DISTINCT') && (isNull(lexpr) || isNull(rexpr))) return;
  else compared(r, scope, texts(name), lexpr, rexpr);
};

const called = (r: Resolver, scope: Scope, call: FuncCall): void => {
  const ordered = (call.agg_within_group ? (call.agg_order ?? []) : []).flatMap(
    (node) => as(node, 'SortBy')?.node ?? [],
  );
  const all = { ...call, args: [...(call.args ?? []), ...ordered] };
  const values = all.args.map((node) => as(node, 'NamedArgExpr')?.arg ?? node);
  expect(r, call.agg_filter, oid.bool);
  if (!values.some((node) => waiting(r, node))) return;
  const given = argumentsOf(all, (node) => typeOf(r, scope, node));
  const [only, ...others] = accepting(r.catalogue, callees(r, all), given);
  if (!only || others.length > 0) return;
  const types = declared(r.catalogue, only.overload, given) ?? [];
  values.forEach((node, i) => {
    expect(r, node, resolvePolymorphic(r.catalogue, types[i] ?? 0, given.types, types));
  });
  // A hypothetical row: each of its values is of one type with what the rows are ordered by.
  ordered.forEach((node, i) => {
    if (types[i] === oid.any) together(r, scope, [call.args?.[i], node]);
  });
};

const linked = (r: Resolver, scope: Scope, link: SubLink): void => {
  const column = r.subqueries.get(link);
  if (!link.testexpr || !column) return;
  const names = link.operName ? texts(link.operName) : ['='];
  if (!as(link.testexpr, 'RowExpr'))
    operator(r, names, operand(r, scope, link.testexpr), { type: typeOfColumn(column) });
};

const xmlArguments: { readonly [K in XmlExprOp]?: number } = {
  IS_XMLCONCAT: oid.xml,
  IS_XMLPARSE: oid.text,
  IS_XMLPI: oid.text,
  IS_XMLROOT: oid.xml,
  IS_DOCUMENT: oid.xml,
};

const xml = (r: Resolver, { op, args = [] }: XmlExpr): void => {
  if (!op) return;
  expect(r, args[0], xmlArguments[op]);
  if (op === 'IS_XMLROOT') expect(r, args[1], oid.text);
  if (op === 'IS_XMLCONCAT') for (const node of args) expect(r, node, oid.xml);
};

type Settle = (r: Resolver, scope: Scope, node: Node) => void;

const settlers: { readonly [K in NodeKind]?: Settle } = {
  A_Expr: (r, scope, node) => {
    const expression = as(node, 'A_Expr');
    if (expression) operated(r, scope, expression);
  },
  FuncCall: (r, scope, node) => {
    const call = as(node, 'FuncCall');
    if (call) called(r, scope, call);
  },
  TypeCast: (r, scope, node) => {
    const arg = as(node, 'TypeCast')?.arg;
    if (waiting(r, arg)) expect(r, arg, typeOf(r, scope, node));
  },
  SubLink: (r, scope, node) => {
    const link = as(node, 'SubLink');
    if (link) linked(r, scope, link);
  },
  BooleanTest: (r, _, node) => {
    expect(r, as(node, 'BooleanTest')?.arg, oid.bool);
  },
  CoalesceExpr: (r, scope, node) => {
    together(r, scope, as(node, 'CoalesceExpr')?.args ?? []);
  },
  MinMaxExpr: (r, scope, node) => {
    together(r, scope, as(node, 'MinMaxExpr')?.args ?? []);
  },
  A_ArrayExpr: (r, scope, node) => {
    together(r, scope, as(node, 'A_ArrayExpr')?.elements ?? []);
  },
  A_Indirection: (r, scope, node) => {
    const { arg, indirection = [] } = as(node, 'A_Indirection') ?? {};
    expectSubscripts(r, indirection, arg && typeOf(r, scope, arg));
  },
  XmlExpr: (r, _, node) => {
    const expression = as(node, 'XmlExpr');
    if (expression) xml(r, expression);
  },
  XmlSerialize: (r, _, node) => {
    expect(r, as(node, 'XmlSerialize')?.expr, oid.xml);
  },
};

/** What a node wants of the parameters in it. */
export const settle: Settle = (r, scope, node) => {
  const kind = kindOf(node);
  if (r.deduced && kind) settlers[kind]?.(r, scope, node);
};

/** The parts of CASE are resolved one after the other. */
export const resolveCase = (
  r: Resolver,
  scope: Scope,
  { arg, args = [], defresult }: CaseExpr,
  visit: (node: Node) => void,
): void => {
  if (arg) visit(arg);
  expect(r, arg, oid.text);
  const whens = args.flatMap((node) => as(node, 'CaseWhen') ?? []);
  for (const { expr, result } of whens) {
    if (expr) visit(expr);
    if (arg && expr && r.deduced) compared(r, scope, ['='], arg, expr);
    else expect(r, expr, oid.bool);
    if (result) visit(result);
  }
  if (defresult) visit(defresult);
  together(r, scope, [
    defresult ?? { A_Const: { isnull: true } },
    ...whens.map(({ result }) => result),
  ]);
};

/** `ARRAY[...]::t[]`: its elements become what the array is to be one of. */
export const resolveArray = (
  r: Resolver,
  node: Node,
  type: Known,
  visit: (node: Node) => void,
): boolean => {
  const elements = as(node, 'A_ArrayExpr')?.elements;
  const base = type === undefined ? 0 : baseType(r.catalogue, type);
  const element = elementOf(r.catalogue, base);
  if (!r.deduced || !elements || element === 0) return false;
  for (const one of elements)
    if (!resolveArray(r, one, base, visit)) {
      visit(one);
      expect(r, one, element);
    }
  return true;
};
