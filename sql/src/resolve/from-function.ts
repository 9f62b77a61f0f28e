import type { FuncCall, Node, RangeFunction } from '@pgsql/types';
import type { Catalogue, Overload } from '../catalogue/catalogue.js';
import { as, text, texts } from '../parse/nodes.js';
import { oid } from '../types/oids.js';
import { baseType } from '../types/parts.js';
import { type Known, resolvePolymorphic } from '../types/polymorphic.js';
import { checkAliasList } from './alias-list.js';
import { derived, mark, type Cell, type Flow } from './cells.js';
import { gather } from './expression.js';
import { outputName } from './output-names.js';
import { argumentsOf, declared } from './overloads.js';
import { findRoutines } from './path.js';
import { opaque, type Resolver } from './resolver.js';
import { decides, listed, readsFrom, rename, type Item, type Named, type Scope } from './scope.js';
import { namedType, typeOf } from './type-of.js';
import { judgeType } from './types.js';

interface Defined {
  readonly name: string;
  readonly type: Known;
}

/** A composite type's columns. */
const compositeColumns = (catalogue: Catalogue, type: number): readonly Defined[] | undefined => {
  const found = catalogue.typeByOid(type);
  return found && found.relation !== 0
    ? catalogue.relationByOid(found.relation)?.columns
    : undefined;
};

/** The columns of an overload's rows; `scalar` for one named like the function. */
const resultColumns = (
  catalogue: Catalogue,
  overload: Overload,
): readonly Defined[] | 'scalar' | undefined => {
  if (overload.out.length > 1) return overload.out;
  const composite = compositeColumns(catalogue, overload.result);
  if (composite) return composite;
  const result = catalogue.typeByOid(overload.result);
  if (overload.out.length === 1) return overload.out;
  // record, anyelement and the like: what comes out depends on what goes in
  return !result || result.kind === 'p' ? undefined : 'scalar';
};

/** Built-in functions whose polymorphic result is a plain value of an array's or range's elements. */
const elementwise = new Set(['unnest', 'generate_subscripts']);

const definitions = (r: Resolver, list: readonly Node[] | undefined): readonly Defined[] =>
  (list ?? []).map((node) => {
    const column = as(node, 'ColumnDef');
    return { name: column?.colname ?? '', type: namedType(r, column?.typeName) };
  });

const judgeDefinitions = (r: Resolver, list: readonly Node[] | undefined): void => {
  for (const node of list ?? []) {
    const type = as(node, 'ColumnDef')?.typeName;
    if (type) judgeType(r, type);
  }
};

interface Part {
  readonly columns: readonly Named[];
  readonly unknown?: Cell;
  /** its rows are plain values */
  readonly scalar?: boolean;
}

const named = (names: readonly string[], flows: Flow[]): readonly Named[] =>
  names.map((name) => ({ name, cell: derived(flows) }));

/** The columns of a body, under the names that the function gives them. */
const through = (names: readonly string[], results: readonly Named[]): readonly Named[] =>
  results.map(({ cell }, i) => {
    const made = derived([{ from: cell, kind: 'identity' }]);
    if (cell.decided) made.decided = cell.decided;
    return { name: names[i] ?? '', cell: made };
  });

const onePart = (
  r: Resolver,
  scope: Scope,
  call: Node,
  defined: readonly Defined[],
  alias: string | undefined,
): Part => {
  const func = as(call, 'FuncCall');
  const name = text(func?.funcname?.at(-1));
  const several = func === undefined ? 0 : arraysOf(func, name);
  const { flows } = gather(r, scope, several > 1 ? func?.args : call, 'transformation');
  const results = r.results.get(func);
  if (results) readsFrom(scope, results);
  else decides(scope, flows, mark.exposed);
  if (defined.length > 0)
    return {
      columns: defined.map((one) => {
        const cell = derived(flows);
        cell.typed = () => one.type;
        return { name: one.name, cell };
      }),
    };
  if (!func) return { columns: named([alias ?? outputName(call)], flows) };
  if (several > 1)
    return {
      columns: named(
        Array.from({ length: several }, () => name),
        flows,
      ),
    };
  const shapes = shapesOf(r, func, name);
  const [first] = shapes;
  const own = first?.columns;
  const agreed = shapes.every(({ columns }) => inWords(columns) === inWords(own));
  const shape = (agreed ? own : undefined) ?? byType(r, typeOf(r, scope, call));
  if (shape === undefined) {
    // One column named after the alias, unless its value turns out to be a row.
    const unknown = derived(flows);
    unknown.typed = () => {
      const type = typeOf(r, scope, call);
      const kind = r.catalogue.typeByOid(type ?? 0)?.kind;
      return kind === 'c' || kind === 'p' ? undefined : type;
    };
    if (!elementwise.has(name)) opaque(r, `result of ${name} in FROM`, func.location);
    return { columns: [{ name: alias ?? name, cell: unknown }], unknown, scalar: true };
  }
  const names = shape === 'scalar' ? [alias ?? name] : shape.map((column) => column.name);
  const columns = results?.length === names.length ? through(names, results) : named(names, flows);
  for (const [i, { cell }] of columns.entries())
    cell.typed = () =>
      shape === 'scalar'
        ? typeOf(r, scope, call)
        : shape === own
          ? fieldType(r, scope, func, shapes, i)
          : shape[i]?.type;
  const composite = shapes.some(({ overload }) => compositeColumns(r.catalogue, overload.result));
  return { columns, scalar: !composite && (shape === own || shape === 'scalar') };
};

/** What a polymorphic function gives back is known by what it is given. */
const byType = (
  { catalogue }: Resolver,
  type: Known,
): readonly Defined[] | 'scalar' | undefined => {
  const found = catalogue.typeByOid(baseType(catalogue, type ?? 0));
  if (!found || found.kind === 'p') return undefined;
  return found.kind === 'c' ? compositeColumns(catalogue, found.oid) : 'scalar';
};

interface Shape {
  readonly overload: Overload;
  readonly columns: readonly Defined[] | 'scalar' | undefined;
}

const inWords = (columns: Shape['columns']): string =>
  typeof columns === 'string' ? columns : (columns ?? []).map(({ name }) => name).join('\0');

/** The type of a column, when all that may be called agree on it. */
const fieldType = (
  r: Resolver,
  scope: Scope,
  call: FuncCall,
  shapes: readonly Shape[],
  column: number,
): Known => {
  const given = argumentsOf(call, (node) => typeOf(r, scope, node));
  const types = shapes.map(({ overload, columns }) => {
    const type = typeof columns === 'string' ? undefined : columns?.[column]?.type;
    const expected = declared(r.catalogue, overload, given);
    return type === undefined || expected === undefined
      ? undefined
      : resolvePolymorphic(r.catalogue, type, given.types, expected);
  });
  return types.every((type) => type === types[0]) ? types[0] : undefined;
};

/** `unnest(a, b)` is one `pg_catalog.unnest` for each, and gives a column for each. */
const arraysOf = (call: FuncCall, name: string): number =>
  name === 'unnest' && call.funcname?.length === 1 ? (call.args?.length ?? 0) : 0;

const shapesOf = (r: Resolver, call: FuncCall, name: string): readonly Shape[] => {
  const schema = texts(call.funcname).at(-2);
  const count = call.args?.length ?? 0;
  return findRoutines(r.catalogue, r.path, schema, name)
    .flatMap((routine) => routine.overloads)
    .filter(
      (o) => call.func_variadic === true || (o.least <= count && (o.most < 0 || count <= o.most)),
    )
    .map((overload) => ({ overload, columns: resultColumns(r.catalogue, overload) }));
};

/** A function, or several with ROWS FROM, in a FROM list. */
export const functionItem = (r: Resolver, scope: Scope, node: RangeFunction): Item => {
  const alias = node.alias?.aliasname;
  judgeDefinitions(r, node.coldeflist);
  const calls = (node.functions ?? []).map((f) => as(f, 'List')?.items ?? []);
  const parts = calls.flatMap(([call, defs]): readonly Part[] => {
    if (!call) return [];
    const list = as(defs, 'List')?.items;
    judgeDefinitions(r, list);
    const defined = definitions(r, list ?? node.coldeflist);
    return [onePart(r, scope, call, defined, node.is_rowsfrom ? undefined : alias)];
  });
  const all = parts.flatMap((p) => p.columns);
  const ordinal = derived([]);
  ordinal.typed = () => oid.int8;
  const columns = node.ordinality ? [...all, { name: 'ordinality', cell: ordinal }] : all;
  const names = texts(node.alias?.colnames);
  const [first] = calls[0] ?? [];
  const unknown = parts.find((p) => p.unknown)?.unknown;
  // An alias list as long as what is listed leaves nothing unknown.
  const open = unknown && names.length < columns.length ? { unknown } : {};
  const name = alias ?? outputName(first);
  // Of a row that is not known there may be more columns.
  if (!unknown) checkAliasList(r, `table "${name}"`, columns.length, names);
  const scalar = columns.length === 1 && parts[0]?.scalar ? { scalar: true as const } : {};
  const row = (): Known => {
    if (calls.length !== 1 || node.ordinality) return oid.record;
    const type = first && typeOf(r, scope, first);
    // With several OUT arguments it is the rows that are not named.
    return type !== undefined && ['c', 'p'].includes(r.catalogue.typeByOid(type)?.kind ?? '')
      ? type
      : undefined;
  };
  return listed(name, rename(columns, names), { ...open, ...scalar, row });
};
