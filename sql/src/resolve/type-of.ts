import type {
  A_Indices,
  A_Expr,
  A_Indirection,
  FuncCall,
  JsonAggConstructor,
  JsonKeyValue,
  JsonOutput,
  Node,
  SubLink,
  TypeName,
} from '@pgsql/types';
import type { Overload } from '../catalogue/catalogue.js';
import { as, kindOf, texts, type NodeKind } from '../parse/nodes.js';
import { commonType } from '../types/common.js';
import { oid } from '../types/oids.js';
import { chooseOperator } from '../types/operators.js';
import { arrayOf, baseType, elementOf, subscripted } from '../types/parts.js';
import { type Known, resolvePolymorphic } from '../types/polymorphic.js';
import { isPolymorphic } from '../types/pseudo-types.js';
import { typeOfCell, typeOfName, typeOfRow } from './column-types.js';
import { constant, jsonFunctions, valueFunctions } from './known-types.js';
import { type Operands, operatorsNamed } from './operators.js';
import { argumentsOf, accepting, calledName, fits, resultOf } from './overloads.js';
import { findRoutines, findType } from './path.js';
import type { Resolver } from './resolver.js';
import { writtenFields } from './written-fields.js';
import type { Scope } from './scope.js';

// The types of expressions, as far as they are known without the server (src/backend/parser/parse_expr.c).

interface Walk {
  readonly r: Resolver;
  readonly scope: Scope;
  readonly depth: number;
}

/** Expressions nested deeper have no known type. */
const deepest = 100;

/** The OID of a type that is written out. */
export const namedType = (r: Resolver, name: TypeName | undefined): Known => {
  if (!name || name.pct_type) return undefined;
  const names = texts(name.names);
  const type = findType(r.catalogue, r.path, names.at(-2), names.at(-1) ?? '')?.oid;
  if (type === undefined || !name.arrayBounds?.length) return type;
  return r.catalogue.arrayOf(type)?.oid;
};

/** The functions that a call may mean by its name. */
export const callees = (r: Resolver, call: FuncCall) => {
  const names = calledName(r.catalogue, call);
  const count = call.args?.length ?? 0;
  return findRoutines(r.catalogue, r.path, names.at(-2), names.at(-1) ?? '').flatMap((routine) =>
    routine.overloads
      .filter((overload) => fits(overload, call.func_variadic ? -1 : count))
      .map((overload) => ({ routine, overload })),
  );
};

const namesIn = (fields: Overload['out']): string => fields.map(({ name }) => name).join('\0');

/** What a function with several OUT arguments gives back; undefined for any other, and where several differ. */
export const outFields = (
  r: Resolver,
  call: FuncCall,
): readonly { readonly name: string; readonly type: Known }[] | undefined => {
  const all = callees(r, call).map(({ overload }) => overload.out);
  const [first] = all;
  if (!first || first.length < 2 || all.some((out) => namesIn(out) !== namesIn(first)))
    return undefined;
  return first.map(({ name, type }) => ({
    name,
    type: all.length > 1 || isPolymorphic(type) ? undefined : type,
  }));
};

const called = (w: Walk, call: FuncCall): Known => {
  if (call.agg_within_group) return undefined;
  const given = argumentsOf(call, (node) => typed(w, node));
  const { catalogue } = w.r;
  const all = callees(w.r, call);
  const chosen = accepting(catalogue, all, given);
  // A field in functional notation, unless a function takes the row.
  const [row] = given.types;
  if (chosen.length === 0 && given.types.length === 1 && row !== undefined) {
    const relation = catalogue.relationByOid(
      catalogue.typeByOid(baseType(catalogue, row))?.relation ?? 0,
    );
    const field = relation?.columns.find(({ name }) => name === texts(call.funcname).at(-1));
    if (field) return field.type;
  }
  if (all.length === 0 && given.types.length === 1) return namedLike(w.r, call);
  return resultOf(catalogue, chosen.length > 0 ? chosen : all, given);
};

/** `inet(x)`: a type's name in the place of a function is a cast. */
const namedLike = ({ catalogue, path }: Resolver, { funcname }: FuncCall): Known => {
  const names = texts(funcname);
  return findType(catalogue, path, names.at(-2), names.at(-1) ?? '')?.oid;
};

/** `c.f` may be f(c). */
const attribute = (r: Resolver, scope: Scope, names: readonly string[]): Known => {
  const row = names.length > 1 ? typeOfName(r, scope, names.slice(0, -1)) : undefined;
  if (row === undefined) return undefined;
  const given = { names: [undefined], types: [row], variadic: false };
  const all = findRoutines(r.catalogue, r.path, undefined, names.at(-1) ?? '').flatMap((routine) =>
    routine.overloads.map((overload) => ({ routine, overload })),
  );
  return resultOf(r.catalogue, accepting(r.catalogue, all, given), given);
};

const operated = (w: Walk, { kind, name, lexpr, rexpr }: A_Expr): Known => {
  if (kind !== 'AEXPR_OP' && kind !== 'AEXPR_NULLIF') return oid.bool;
  const { catalogue } = w.r;
  const types = [lexpr && typed(w, lexpr), rexpr && typed(w, rexpr)] as const;
  const chosen = chooseOperator(catalogue, operatorsNamed(w.r, texts(name)), !lexpr, types);
  // NULLIF gives the left one as its = takes it.
  const results = chosen.map(({ left, right, result }) =>
    // A row stays of its own type.
    kind === 'AEXPR_NULLIF' && left === oid.record
      ? types[0]
      : resolvePolymorphic(catalogue, kind === 'AEXPR_NULLIF' ? left : result, types, [
          left,
          right,
        ]),
  );
  const [first] = results;
  return results.every((type) => type === first) ? first : undefined;
};

const listed = (node: Node | undefined): readonly (Node | undefined)[] =>
  as(node, 'List')?.items ?? [node];

/** Types of the operands of an operator, as often as it is applied. */
export const operandsOf = (r: Resolver, scope: Scope, expression: A_Expr): Operands => {
  const { kind = '', lexpr, rexpr } = expression;
  if (as(lexpr, 'RowExpr')) {
    const row = writtenFields(lexpr);
    return {
      prefix: false,
      types: row
        ? listed(rexpr).flatMap((other) => byFields(r, scope, row, other))
        : [[undefined, undefined]],
    };
  }
  const of = (node: Node | undefined): Known => node && typeOf(r, scope, node);
  const left = of(lexpr);
  const rights =
    kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_OP_ALL'
      ? [elementType(r, of(rexpr))]
      : (kind === 'AEXPR_OP' ? [rexpr] : listed(rexpr)).map(of);
  return { prefix: lexpr === undefined, types: rights.map((right) => [left, right] as const) };
};

/** Rows are compared field by field. */
const byFields = (
  r: Resolver,
  scope: Scope,
  row: readonly Node[],
  other: Node | undefined,
): Operands['types'] => {
  const fields = writtenFields(other);
  return row.map((node, i) => {
    const field = fields?.[i];
    return [typeOf(r, scope, node), field && typeOf(r, scope, field)] as const;
  });
};

const elementType = ({ catalogue }: Resolver, array: Known): Known =>
  array === undefined || array === oid.unknown
    ? array
    : elementOf(catalogue, baseType(catalogue, array)) || undefined;

const linked = (w: Walk, link: SubLink): Known => {
  const { catalogue, subqueries } = w.r;
  if (link.subLinkType !== 'EXPR_SUBLINK' && link.subLinkType !== 'ARRAY_SUBLINK') return oid.bool;
  const cell = subqueries.get(link)?.[0];
  const element = cell && typeOfCell(cell);
  if (link.subLinkType === 'EXPR_SUBLINK') return element;
  return element === undefined ? undefined : arrayOf(catalogue, element);
};

const subscripts = (parts: readonly Node[]): readonly A_Indices[] => {
  const end = parts.findIndex((node) => !as(node, 'A_Indices'));
  return parts
    .slice(0, end < 0 ? parts.length : end)
    .flatMap((node) => as(node, 'A_Indices') ?? []);
};

/** Fields, elements and slices, from the left to the right. */
const part = (w: Walk, { arg, indirection }: A_Indirection): Known => {
  const { catalogue } = w.r;
  let type = arg && typed(w, arg);
  const parts = indirection ?? [];
  for (const [i, node] of parts.entries()) {
    if (type === undefined) return undefined;
    const field = as(node, 'String')?.sval;
    // Subscripts in a row are one, of several dimensions, and a slice when one of them is.
    if (field === undefined && i > 0 && as(parts[i - 1], 'A_Indices')) continue;
    const base = baseType(catalogue, type);
    const call = i === 0 ? as(arg, 'FuncCall') : undefined;
    if (field !== undefined && type === oid.record && call)
      type = outFields(w.r, call)?.find(({ name }) => name === field)?.type;
    else if (field !== undefined) {
      const relation = catalogue.relationByOid(catalogue.typeByOid(base)?.relation ?? 0);
      type = relation?.columns.find(({ name }) => name === field)?.type;
    } else if (base === oid.jsonb) type = base;
    else if (subscripts(parts.slice(i)).some(({ is_slice: slice }) => slice)) type = base;
    else type = subscripted(catalogue, base) || undefined;
  }
  return type;
};

const together = (w: Walk, nodes: readonly (Node | undefined)[]): Known =>
  commonType(
    w.r.catalogue,
    nodes.map((node) => node && typed(w, node)),
  );

/** What SQL/JSON gives back: RETURNING says it. */
const returned = (w: Walk, output: JsonOutput | undefined, otherwise: number): Known =>
  output?.typeName ? namedType(w.r, output.typeName) : otherwise;

/** A part of a node that is not there is JavaScript's own `constructor`. */
const outputOf = (made: object | undefined): JsonOutput | undefined =>
  made && 'output' in made ? (made as JsonAggConstructor).output : undefined;

const keyAndValue = (pair: JsonKeyValue | undefined): readonly (Node | undefined)[] => [
  pair?.key,
  pair?.value?.raw_expr,
];

/** What is made of values is jsonb where one of them is. */
const jsonOf = (
  w: Walk,
  output: JsonOutput | undefined,
  values: readonly (Node | undefined)[],
): Known => {
  if (output?.typeName) return namedType(w.r, output.typeName);
  const types = values.map((value) => value && typed(w, value));
  if (types.includes(oid.jsonb)) return oid.jsonb;
  return types.includes(undefined) ? undefined : oid.json;
};

type Typer = (w: Walk, node: Node) => Known;

const boolean: Typer = () => oid.bool;

const typers: { readonly [K in NodeKind]?: Typer } = {
  A_Const: (_, node) => constant(as(node, 'A_Const') ?? {}),
  TypeCast: (w, node) => namedType(w.r, as(node, 'TypeCast')?.typeName),
  ColumnRef: (w, node) => {
    const fields = as(node, 'ColumnRef')?.fields ?? [];
    const names = texts(fields.filter((field) => !as(field, 'A_Star')));
    // The row as a whole, where it is one value.
    if (names.length < fields.length)
      return names.length === 1 ? typeOfRow(w.r, w.scope, names[0]) : undefined;
    return typeOfName(w.r, w.scope, names) ?? attribute(w.r, w.scope, names);
  },
  ParamRef: (w, node) => {
    const number = as(node, 'ParamRef')?.number ?? 0;
    const cell = w.r.parameters[number - 1];
    if (cell) return typeOfCell(cell);
    return w.r.deduced && (w.r.deduced.get(number) ?? oid.unknown);
  },
  FuncCall: (w, node) => {
    const call = as(node, 'FuncCall');
    return call && called(w, call);
  },
  A_Expr: (w, node) => {
    const expression = as(node, 'A_Expr');
    return expression && operated(w, expression);
  },
  SubLink: (w, node) => {
    const link = as(node, 'SubLink');
    return link && linked(w, link);
  },
  A_Indirection: (w, node) => {
    const indirection = as(node, 'A_Indirection');
    return indirection && part(w, indirection);
  },
  CollateClause: (w, node) => {
    const arg = as(node, 'CollateClause')?.arg;
    return arg && typed(w, arg);
  },
  CaseExpr: (w, node) => {
    const { args = [], defresult } = as(node, 'CaseExpr') ?? {};
    const results = args.map((one) => as(one, 'CaseWhen')?.result);
    // A missing ELSE is NULL.
    return together(w, [defresult ?? { A_Const: { isnull: true } }, ...results]);
  },
  CoalesceExpr: (w, node) => together(w, as(node, 'CoalesceExpr')?.args ?? []),
  MinMaxExpr: (w, node) => together(w, as(node, 'MinMaxExpr')?.args ?? []),
  A_ArrayExpr: (w, node) => {
    const elements = as(node, 'A_ArrayExpr')?.elements ?? [];
    if (elements.length === 0) return undefined;
    const element = together(w, elements);
    if (element === undefined) return undefined;
    // An array of arrays is one of more dimensions; the vectors of the catalogues are none.
    const vector = element === oid.int2vector || element === oid.oidvector;
    return vector || elementOf(w.r.catalogue, element) === 0
      ? arrayOf(w.r.catalogue, element)
      : element;
  },
  SQLValueFunction: (_, node) => valueFunctions[as(node, 'SQLValueFunction')?.op ?? ''] ?? oid.name,
  BoolExpr: boolean,
  NullTest: boolean,
  BooleanTest: boolean,
  JsonIsPredicate: boolean,
  CurrentOfExpr: boolean,
  GroupingFunc: () => oid.int4,
  RowExpr: () => oid.record,
  MergeSupportFunc: () => oid.text,
  JsonObjectConstructor: (w, node) => {
    const { exprs, output } = as(node, 'JsonObjectConstructor') ?? {};
    return jsonOf(
      w,
      output,
      (exprs ?? []).flatMap((pair) => keyAndValue(as(pair, 'JsonKeyValue'))),
    );
  },
  JsonArrayConstructor: (w, node) => {
    const { exprs, output } = as(node, 'JsonArrayConstructor') ?? {};
    return jsonOf(
      w,
      output,
      (exprs ?? []).map((value) => as(value, 'JsonValueExpr')?.raw_expr),
    );
  },
  JsonArrayQueryConstructor: (w, node) =>
    jsonOf(w, as(node, 'JsonArrayQueryConstructor')?.output, [undefined]),
  JsonObjectAgg: (w, node) => {
    const { constructor: made, arg } = as(node, 'JsonObjectAgg') ?? {};
    return jsonOf(w, outputOf(made), keyAndValue(arg));
  },
  JsonArrayAgg: (w, node) => {
    const { constructor: made, arg } = as(node, 'JsonArrayAgg') ?? {};
    return jsonOf(w, outputOf(made), [arg?.raw_expr]);
  },
  JsonParseExpr: (w, node) => returned(w, as(node, 'JsonParseExpr')?.output, oid.json),
  JsonScalarExpr: (w, node) => returned(w, as(node, 'JsonScalarExpr')?.output, oid.json),
  JsonSerializeExpr: (w, node) => returned(w, as(node, 'JsonSerializeExpr')?.output, oid.text),
  JsonFuncExpr: (w, node) => {
    const { op = '', output } = as(node, 'JsonFuncExpr') ?? {};
    return returned(w, output, jsonFunctions[op] ?? oid.bool);
  },
  XmlSerialize: (w, node) => namedType(w.r, as(node, 'XmlSerialize')?.typeName),
  XmlExpr: (_, node) => (as(node, 'XmlExpr')?.op === 'IS_DOCUMENT' ? oid.bool : oid.xml),
};

/** Is a node of this kind a value, and not a part of one? */
export const hasType = (kind: NodeKind): boolean => kind in typers;

const typed = ({ r, scope, depth }: Walk, node: Node): Known => {
  const kind = kindOf(node);
  if (kind === undefined || depth > deepest) return undefined;
  const content: unknown = (node as Readonly<Record<string, unknown>>)[kind];
  const known = r.types.get(content);
  if (known !== undefined) return known;
  const type = typers[kind]?.({ r, scope, depth: depth + 1 }, node);
  // Calls in calls: each is looked at once.
  if (kind === 'FuncCall' && type !== undefined) r.types.set(content, type);
  return type;
};

/**
 * The type of an expression: its OID, `unknown` (705) for a literal that takes the type of its place, undefined where
 * it is not known here.
 */
export const typeOf = (r: Resolver, scope: Scope, node: Node): Known =>
  typed({ r, scope, depth: 0 }, node);
