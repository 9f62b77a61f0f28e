import type { Node, SelectStmt } from '@pgsql/types';
import { as, locationOf, text, texts } from '../parse/nodes.js';
import { commonType } from '../types/common.js';
import { oid } from '../types/oids.js';
import { type Cell, derived, mark, markCell, markFlows, type Flow } from './cells.js';
import { typeOfCell } from './column-types.js';
import { starColumns } from './columns.js';
import { cellOf, condition, gather } from './expression.js';
import { fieldsOf, partsOf } from './fields.js';
import { fromClause } from './from.js';
import { outputName } from './output-names.js';
import { expect, expectWindow, expectText } from './parameters.js';
import type { Place } from './query.js';
import { withClause } from './with.js';
import { narrows } from './always-true.js';
import { fail, type Resolver } from './resolver.js';
import { judgeOperator } from './routines.js';
import { toldApart, windowTypes } from './told-apart.js';
import { typeOf } from './type-of.js';
import { decideRows, decides, newBlock, newScope, type Named, type Scope } from './scope.js';

interface Target extends Named {
  readonly node: Node;
}

/** The entries of a select or RETURNING list. */
export const targets = (
  r: Resolver,
  scope: Scope,
  list: readonly Node[] | undefined,
  place: Place,
): readonly Target[] =>
  (list ?? []).flatMap((entry): readonly Target[] => {
    const target = as(entry, 'ResTarget');
    const value = target?.val;
    if (!target || !value) return [];
    const star = starColumns(r, scope, value);
    if (star)
      return star.map((c) => ({
        name: c.name,
        cell: derived([{ from: c.cell, kind: 'identity' }]),
        node: value,
      }));
    const fields = rowFields(r, scope, value);
    if (fields) return fields;
    const { cell, leakproof } = cellOf(r, scope, value);
    // A condition of the enclosing query may be evaluated before a filter further in.
    if (place !== 'top' && !leakproof) markFlows(cell.flows, mark.exposed);
    return [{ name: target.name ?? outputName(value), cell, node: value }];
  });

/** `(f(x)).*`: every field of a row that is known; undefined for anything else. */
const rowFields = (r: Resolver, scope: Scope, node: Node): readonly Target[] | undefined => {
  const { arg: value, indirection = [] } = as(node, 'A_Indirection') ?? {};
  if (!value || !as(indirection.at(-1), 'A_Star')) return undefined;
  const before = indirection.slice(0, -1);
  const arg = before.length > 0 ? { A_Indirection: { arg: value, indirection: before } } : value;
  const { flows, leakproof } = gather(r, scope, arg, 'transformation');
  if (!leakproof) markFlows(flows, mark.exposed);
  const known = r.results.get(as(arg, 'FuncCall'));
  const parts = partsOf(scope, arg);
  const fields = fieldsOf(r, scope, arg);
  if (!fields) return [{ name: outputName(node), cell: derived(flows), node }];
  return fields.map(({ name, type }, i) => {
    const all = [known, parts].find((some) => some?.length === fields.length);
    const from = all?.[i]?.cell;
    const cell = derived(from ? [{ from, kind: 'identity' }] : flows);
    cell.typed = () => type;
    return { name, cell, node };
  });
};

const ordinal = (
  r: Resolver,
  clause: string,
  node: Node | undefined,
  list: readonly Target[],
): Target | undefined => {
  const constant = as(node, 'A_Const');
  if (!constant?.ival) return undefined;
  const place = constant.ival.ival ?? 0;
  const target = list[place - 1];
  if (!target)
    throw fail(
      r,
      'column-count',
      `${clause} position ${place} is not in select list`,
      constant.location,
    );
  return target;
};

const bareName = (node: Node | undefined): string | undefined => {
  const [first, ...more] = as(node, 'ColumnRef')?.fields ?? [];
  return more.length === 0 && as(first, 'String') ? text(first) : undefined;
};

/** Of what two entries surely are made: certainly of other columns, or of none and written otherwise. */
const differ = (one: Target, other: Target): boolean => {
  const [these, those] = [one, other].map(({ cell }) => cell.flows);
  const sources = (flows: readonly Flow[] = []): ReadonlySet<Cell> => {
    const [only, ...more] = flows;
    const plain = only?.kind === 'identity' && more.length === 0;
    // An entry of `*` is one step further from the column.
    const nearer = plain && !only.from.base && only.from.flows.length === 1;
    return nearer ? sources(only.from.flows) : new Set(flows.map(({ from }) => from));
  };
  const [left, right] = [sources(these), sources(those)];
  return left.size !== right.size || [...left].some((cell) => !right.has(cell));
};

/** @throws SqlError `ambiguous-column` when the name is that of entries that are not the same */
const targetNamed = (
  r: Resolver,
  clause: string,
  list: readonly Target[],
  name: string,
  node: Node | undefined,
): Target | undefined => {
  const [first, ...more] = list.filter((target) => target.name === name);
  if (first && more.some((other) => differ(first, other)))
    throw fail(r, 'ambiguous-column', `${clause} "${name}" is ambiguous`, node && locationOf(node));
  return first;
};

const inputColumn = (scope: Scope, name: string): boolean =>
  scope.items.some((item) => item.columnsVisible && item.named(name).length > 0);

const groupItem = (r: Resolver, scope: Scope, node: Node, list: readonly Target[]): void => {
  const set = as(node, 'GroupingSet');
  if (set) {
    for (const part of set.content ?? []) groupItem(r, scope, part, list);
    return;
  }
  const row = as(node, 'RowExpr');
  if (row?.row_format === 'COERCE_IMPLICIT_CAST') {
    for (const part of row.args ?? []) groupItem(r, scope, part, list);
    return;
  }
  const name = bareName(node);
  const target =
    ordinal(r, 'GROUP BY', node, list) ??
    // A name means a column of FROM first, only then one of the select list.
    (name !== undefined && !inputColumn(scope, name)
      ? targetNamed(r, 'GROUP BY', list, name, node)
      : undefined);
  const typed = () => (target ? typeOfCell(target.cell) : typeOf(r, scope, node));
  toldApart(r, typed, 'equality', locationOf(node));
  if (target) {
    markCell(target.cell, mark.group);
    scope.block.deciding.cells.push(target.cell);
    const [only, ...others] = target.cell.flows;
    if (only?.kind === 'identity' && others.length === 0) scope.block.grouped.add(only.from);
    return;
  }
  decides(scope, gather(r, scope, node, 'transformation').flows, mark.group);
  expectText(r, [node]);
};

/** @returns what gives the type of what it sorts by */
const sortItem = (
  r: Resolver,
  scope: Scope,
  node: Node | undefined,
  list: readonly Target[],
  clause: 'ORDER BY' | 'DISTINCT ON',
): (() => number | undefined) => {
  const bits = clause === 'ORDER BY' ? mark.order : mark.group;
  const name = bareName(node);
  // In ORDER BY an output name comes first.
  const target =
    ordinal(r, clause, node, list) ??
    (name === undefined ? undefined : targetNamed(r, clause, list, name, node));
  if (target) {
    markCell(target.cell, bits);
    scope.block.deciding.cells.push(target.cell);
  } else {
    decides(scope, gather(r, scope, node, 'transformation').flows, bits);
    expectText(r, [node]);
  }
  return () => node && (target ? typeOfCell(target.cell) : typeOf(r, scope, node));
};

const locking = (r: Resolver, scope: Scope, stmt: SelectStmt): void => {
  for (const node of stmt.lockingClause ?? []) {
    const clause = as(node, 'LockingClause');
    const named = (clause?.lockedRels ?? []).map((n) => as(n, 'RangeVar'));
    if (named.length === 0)
      for (const item of scope.items) {
        if (item.use) item.use.locked = true;
      }
    for (const lock of named) {
      const item = scope.items.find((i) => i.aliasVisible && i.alias === lock?.relname);
      if (!item)
        throw fail(
          r,
          'undefined-table',
          `relation "${lock?.relname ?? ''}" in FOR UPDATE clause not found in FROM clause`,
          lock?.location,
        );
      if (item.use) item.use.locked = true;
    }
    r.volatile = true;
  }
};

const values = (
  r: Resolver,
  scope: Scope,
  lists: readonly Node[],
  untyped: boolean,
): readonly Named[] => {
  const flows: Flow[][] = [];
  const nodes: Node[][] = [];
  for (const list of lists)
    (as(list, 'List')?.items ?? []).forEach((node, i) => {
      (flows[i] ??= []).push(...gather(r, scope, node).flows);
      (nodes[i] ??= []).push(node);
    });
  return flows.map((f, i) => {
    const cell = derived(f);
    const type = (): number | undefined =>
      commonType(
        r.catalogue,
        (nodes[i] ?? []).map((node) => typeOf(r, scope, node)),
      );
    cell.typed = type;
    const expects = (wanted: number | undefined): void => {
      for (const node of nodes[i] ?? []) expect(r, node, wanted);
    };
    if (!r.deduced) return { name: `column${i + 1}`, cell };
    // The rows of an INSERT take the types of its columns.
    if (untyped) {
      cell.typed = () => oid.unknown;
      cell.expects = expects;
    } else expects(type());
    return { name: `column${i + 1}`, cell };
  });
};

const windows = (r: Resolver, scope: Scope, stmt: SelectStmt): void => {
  const before: (string | undefined)[] = [];
  for (const node of stmt.windowClause ?? []) {
    const window = as(node, 'WindowDef');
    const { name, refname } = window ?? {};
    if (refname !== undefined && !before.includes(refname))
      throw fail(r, 'undefined-object', `window "${refname}" does not exist`, window?.location);
    before.push(name);
    markFlows(gather(r, scope, window?.orderClause, 'transformation').flows, mark.order);
    markFlows(gather(r, scope, window?.partitionClause, 'transformation').flows, mark.group);
    markFlows(
      gather(r, scope, [window?.startOffset, window?.endOffset], 'transformation').flows,
      mark.order,
    );
    windowTypes(r, scope, window);
    expectWindow(r, scope, window);
  }
  const [wrong] = scope.block.late ?? [];
  if (wrong) throw wrong;
};

/** One SELECT or VALUES, without set operation. */
export const select = (
  r: Resolver,
  parent: Scope | undefined,
  stmt: SelectStmt,
  place: Place,
): readonly Named[] => {
  const block = newBlock(stmt.groupClause);
  block.late = [];
  block.windows = (stmt.windowClause ?? []).map((node) => as(node, 'WindowDef')?.name);
  const scope = newScope(parent, block);
  withClause(r, scope, stmt.withClause);
  if (stmt.groupClause) r.blocks.push(block);
  fromClause(r, scope, stmt.fromClause);
  if (stmt.valuesLists) {
    const columns = values(r, scope, stmt.valuesLists, r.untyped.has(stmt));
    decideRows(columns, block.deciding);
    rest(
      r,
      scope,
      stmt,
      columns.map((c) => ({ ...c, node: { String: {} } })),
    );
    return columns;
  }
  block.clause = 'target';
  const list = targets(r, scope, stmt.targetList, place);
  decideRows(list, block.deciding);
  block.clause = 'where';
  if (stmt.whereClause)
    condition(
      r,
      scope,
      stmt.whereClause,
      narrows(stmt.whereClause) ? mark.filter | mark.narrows : mark.filter,
    );
  block.clause = 'having';
  if (stmt.havingClause) condition(r, scope, stmt.havingClause, mark.filter);
  rest(r, scope, stmt, list);
  if (r.deduced && !r.untyped.has(stmt))
    expectText(
      r,
      list.map(({ node }) => node),
    );
  return list;
};

/** What stands behind the conditions, in the order in which PostgreSQL resolves it. */
const rest = (r: Resolver, scope: Scope, stmt: SelectStmt, list: readonly Target[]): void => {
  const { block } = scope;
  block.clause = 'order';
  for (const node of stmt.sortClause ?? []) {
    const sort = as(node, 'SortBy');
    const type = sortItem(r, scope, sort?.node, list, 'ORDER BY');
    if (sort?.useOp) judgeOperator(r, texts(sort.useOp), 0);
    else toldApart(r, type, 'ordering', sort?.node && locationOf(sort.node));
  }
  block.clause = 'group';
  for (const node of stmt.groupClause ?? []) groupItem(r, scope, node, list);
  block.clause = 'order';
  const distinct = stmt.distinctClause ?? [];
  const on = distinct.filter((node) => Object.keys(node).length > 0);
  for (const node of on)
    toldApart(r, sortItem(r, scope, node, list, 'DISTINCT ON'), 'equality', locationOf(node));
  if (distinct.length > 0 && on.length === 0)
    for (const { cell, node } of list) {
      toldApart(r, () => typeOfCell(cell), 'equality', locationOf(node));
      markCell(cell, mark.group);
      block.deciding.cells.push(cell);
    }
  block.clause = 'other';
  condition(r, scope, [stmt.limitOffset, stmt.limitCount], mark.filter);
  for (const node of [stmt.limitOffset, stmt.limitCount]) expect(r, node, oid.int8);
  windows(r, scope, stmt);
  locking(r, scope, stmt);
};
