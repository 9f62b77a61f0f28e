import type { CaseExpr, Node, SubLink, XmlExpr, XmlExprOp } from '@pgsql/types';
import { as, kindOf, texts, type NodeKind } from '../parse/nodes.js';
import { oid } from '../types/oids.js';
import { baseType, elementOf } from '../types/parts.js';
import type { Known } from '../types/polymorphic.js';
import { typeOfColumn } from './column-types.js';
import { expect, expectSubscripts, expectText, waiting } from './parameters.js';
import type { Resolver } from './resolver.js';
import { writtenFields } from './written-fields.js';
import type { Scope } from './scope.js';
import { called, together } from './settle-calls.js';
import { compared, operand, operated, operator } from './settle-operators.js';
import { typeOf } from './type-of.js';

// What the parts of an expression want of the parameters in them (whatever calls coerce_type in
// src/backend/parser/parse_expr.c). For use when all that stands inside a node has been resolved.

const linked = (r: Resolver, scope: Scope, link: SubLink): void => {
  const columns = r.subqueries.get(link) ?? [];
  if (!link.testexpr) return;
  const names = link.operName ? texts(link.operName) : ['='];
  const row = as(link.testexpr, 'RowExpr') ? (writtenFields(link.testexpr) ?? []) : [link.testexpr];
  for (const [i, node] of row.entries()) {
    const column = columns[i];
    if (column)
      operator(r, names, operand(r, scope, node), { type: typeOfColumn(column) }, link.location);
  }
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
  JsonIsPredicate: (r, _, node) => {
    expectText(r, [as(node, 'JsonIsPredicate')?.expr]);
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
  for (const { expr, result, location } of whens) {
    if (expr) visit(expr);
    if (arg && expr && r.deduced) compared(r, scope, ['='], arg, expr, location);
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
