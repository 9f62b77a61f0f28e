import type {
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  ReturningClause,
  UpdateStmt,
} from '@pgsql/types';
import type { Column } from '../catalogue/catalogue.js';
import { as } from '../parse/nodes.js';
import { oid } from '../types/oids.js';
import type { Known } from '../types/polymorphic.js';
import { narrows } from './always-true.js';
import { assignedValue, targetType } from './assigned.js';
import { type Deed, runsBeside } from './beside.js';
import {
  baseCell,
  derived,
  mark,
  markCell,
  markFlows,
  type Cell,
  type RelationUse,
} from './cells.js';
import { typeOfColumn } from './column-types.js';
import { becomes } from './conversions.js';
import { cellOf, condition, gather } from './expression.js';
import { fromClause, noTwins } from './from.js';
import { expect, expectColumn } from './parameters.js';
import { markOutput, query } from './query.js';
import { withClause } from './with.js';
import { relationItem, useRelation } from './relation.js';
import { fail, type Resolver } from './resolver.js';
import { decideRows, listed, newScope, type Item, type Named, type Scope } from './scope.js';
import { targets } from './select.js';
import { returningItems } from './returning.js';
import { typeOf } from './type-of.js';
import { noteWrite } from './writes.js';

const target = (r: Resolver, node: RangeVar | undefined): RelationUse => {
  if (!node) throw fail(r, 'parser', 'a write without a target', undefined);
  const use = useRelation(r, node, 'target');
  r.volatile = true;
  return use;
};

/** One thing that the statement does to the target's rows, with what runs beside it. */
const does = (
  r: Resolver,
  use: RelationUse,
  event: 'insert' | 'update' | 'delete',
  how: Pick<Deed, 'columns' | 'defaults' | 'withoutRules' | 'only'> & {
    readonly filtered: boolean;
  },
): void => {
  const { relation, node } = use;
  const { filtered, ...rest } = how;
  const location = node.location ?? 0;
  noteWrite(r, use, event, filtered, location, how.defaults);
  runsBeside(r, { relation, event, location, only: node.inh !== true, ...rest });
};

const isDefault = (node: Node | undefined): boolean => as(node, 'SetToDefault') !== undefined;

/** Columns that a SET list gives a value, and those that it sets to their default. */
const setColumns = (
  list: readonly Node[] | undefined,
): { readonly columns: ReadonlySet<string>; readonly defaults: ReadonlySet<string> } => {
  const sets = (list ?? []).flatMap((node) => as(node, 'ResTarget') ?? []);
  const names = (some: typeof sets): ReadonlySet<string> =>
    new Set(some.map(({ name = '' }) => name));
  return { columns: names(sets), defaults: names(sets.filter(({ val }) => isDefault(val))) };
};

/** Columns of a new row that get their default: those that are not named, and those whose value says so. */
const defaulted = (
  { relation }: RelationUse,
  cols: readonly Node[] | undefined,
  rows: readonly (readonly Node[])[] | undefined,
  width: number,
): ReadonlySet<string> => {
  // Nobody asks where none of them calls anything.
  if (relation.calls === undefined && relation.kind !== 'v') return new Set();
  const names =
    cols?.map((node) => as(node, 'ResTarget')?.name ?? '') ??
    relation.columns.slice(0, width).map(({ name }) => name);
  const given = new Set(names.filter((_, i) => rows?.some((row) => isDefault(row[i])) !== true));
  return new Set(relation.columns.map(({ name }) => name).filter((name) => !given.has(name)));
};

/** Columns for which a row of VALUES says DEFAULT. */
const setToDefault = (
  { relation }: RelationUse,
  cols: readonly Node[] | undefined,
  rows: readonly (readonly Node[])[] | undefined,
): ReadonlySet<string> => {
  const names = cols?.map((node) => as(node, 'ResTarget')?.name ?? '');
  const found = (rows ?? []).flatMap((row) =>
    row.flatMap((node, i) => (isDefault(node) ? [names?.[i] ?? relation.columns[i]?.name] : [])),
  );
  return new Set(found.filter((name) => name !== undefined));
};

const valuesOf = (node: Node | undefined): readonly (readonly Node[])[] | undefined =>
  as(node, 'SelectStmt')?.valuesLists?.map((row) => as(row, 'List')?.items ?? []);

/** The types of the values of one column of VALUES. */
function* typesIn(
  r: Resolver,
  scope: Scope,
  rows: readonly (readonly Node[])[],
  column: number,
): Generator<Known> {
  // Nobody asks where nothing of a user's makes one of the other.
  if (!r.catalogue.hasUserCasts) return;
  for (const row of rows) {
    const node = row[column];
    if (node && !isDefault(node)) yield typeOf(r, scope, node);
  }
}

/** Marks a column as written. @throws SqlError `undefined-column` */
const written = (
  r: Resolver,
  use: RelationUse,
  name: string,
  location: number | undefined,
): void => {
  if (!use.relation.columns.some((c) => c.name === name))
    throw fail(
      r,
      'undefined-column',
      `column "${name}" of relation "${use.relation.name}" does not exist`,
      location,
    );
  markCell(baseCell(use, name), mark.write);
};

/** @throws SqlError `undefined-column` */
const checkKey = (
  r: Resolver,
  { relation }: RelationUse,
  name: string,
  location: number | undefined,
): void => {
  if (!relation.columns.some((column) => column.name === name))
    throw fail(r, 'undefined-column', `column "${name}" does not exist`, location);
};

const returning = (
  r: Resolver,
  scope: Scope,
  clause: ReturningClause | undefined,
  use: RelationUse,
): readonly Named[] => {
  if (!clause) return [];
  const inner: Scope = {
    ...scope,
    items: [...scope.items, ...returningItems(r, clause, use, scope)],
  };
  const columns = targets(r, inner, clause.exprs, 'derived');
  for (const { cell } of columns) {
    expectColumn(r, cell, oid.text);
    // They are computed though nobody looks at them: an error of theirs would tell a value.
    markFlows(cell.flows, mark.output);
  }
  decideRows(columns, scope.block.deciding);
  return columns;
};

/** A value reaches a column of the row that is written. */
const assign = (
  r: Resolver,
  use: RelationUse,
  name: string,
  action: 'insert' | 'update',
  cell: Cell,
): void => {
  r.assignments.push({ relation: use.relation, column: name, action, cell });
};

/** The values of a SET list reach the row that is written. */
const setList = (
  r: Resolver,
  scope: Scope,
  use: RelationUse,
  list: readonly Node[] | undefined,
): void => {
  const sets = (list ?? []).flatMap((node) => as(node, 'ResTarget') ?? []);
  const cells = sets.map(({ val, indirection }) => {
    const { flows } = gather(r, scope, [val, indirection]);
    markFlows(flows, mark.output);
    const cell = derived(flows);
    cell.decided = scope.block.deciding;
    return cell;
  });
  // All are resolved before the first becomes what its column is.
  for (const [i, set] of sets.entries()) {
    written(r, use, set.name ?? '', set.location);
    const cell = cells[i];
    if (cell) assign(r, use, set.name ?? '', 'update', cell);
    if (!r.deduced && !r.catalogue.hasUserCasts) continue;
    const type = targetType(r, use, set);
    const value = assignedValue(set.val);
    if (!isDefault(value)) becomes(r, value && typeOf(r, scope, value), type, set.location ?? 0);
    expect(r, value, type);
  }
};

const writtenColumns = (r: Resolver, use: RelationUse, cols: readonly Node[] | undefined): void => {
  for (const node of cols ?? []) {
    const column = as(node, 'ResTarget');
    written(r, use, column?.name ?? '', column?.location);
  }
};

/** @param typesOf of the values of a column, where each of them becomes what the column is by itself */
const insertColumns = (
  r: Resolver,
  use: RelationUse,
  cols: readonly Node[] | undefined,
  values: readonly Cell[],
  typesOf?: (column: number) => Iterable<Known>,
): void => {
  const named = cols?.map((node) => as(node, 'ResTarget'));
  const names =
    named?.map((target) => target?.name ?? '') ??
    use.relation.columns.slice(0, values.length).map(({ name }) => name);
  for (const [i, name] of names.entries()) {
    if (!named) markCell(baseCell(use, name), mark.write);
    const value = values[i];
    if (value) {
      assign(r, use, name, 'insert', value);
      if (!r.deduced && !r.catalogue.hasUserCasts) continue;
      const { indirection, location = use.node.location ?? 0 } = named?.[i] ?? {};
      const type = targetType(r, use, {
        ...{ name, location },
        ...(indirection ? { indirection } : {}),
      });
      for (const from of typesOf ? typesOf(i) : [typeOfColumn(value)])
        becomes(r, from, type, location);
      expectColumn(r, value, type);
    }
  }
};

const insert = (r: Resolver, parent: Scope | undefined, stmt: InsertStmt): readonly Named[] => {
  const scope = newScope(parent);
  withClause(r, scope, stmt.withClause);
  const use = target(r, stmt.relation);
  writtenColumns(r, use, stmt.cols);
  // The query of an INSERT does not see the target.
  r.untyped.add(as(stmt.selectStmt, 'SelectStmt'));
  const source = stmt.selectStmt ? query(r, scope, stmt.selectStmt, 'derived') : [];
  markOutput(source);
  use.width = source.length;
  const before = r.assignments.length;
  const rows = valuesOf(stmt.selectStmt);
  insertColumns(
    r,
    use,
    stmt.cols,
    source.map(({ cell }) => cell),
    rows && ((i) => typesIn(r, scope, rows, i)),
  );
  scope.items = [relationItem(r, use)];
  const conflict = stmt.onConflictClause;
  if (conflict) {
    const proposed = new Map(
      r.assignments
        .slice(before)
        .filter(({ relation }) => relation === use.relation)
        .map(({ column, cell }) => [column, cell]),
    );
    const byDefault = setToDefault(use, stmt.cols, valuesOf(stmt.selectStmt));
    const cells = new Map<string, Cell>();
    const excludedCell = ({ name, type }: Column): Cell => {
      const from = byDefault.has(name) ? undefined : proposed.get(name);
      // A default is the table's, and no value of the client's.
      if (!from) return baseCell(use, name);
      const cell = cells.get(name) ?? derived([{ from, kind: 'identity' }]);
      cells.set(name, cell);
      // The value has become one of the column's type.
      cell.typed = () => type;
      return cell;
    };
    const { columns: all } = use.relation;
    const excluded: Item = {
      ...listed('excluded', [], {
        row: () => r.catalogue.type(use.relation.schema, use.relation.name)?.oid,
      }),
      columns: () => all.map((column) => ({ name: column.name, cell: excludedCell(column) })),
      names: () => all.map(({ name }) => name),
      named: (name) => all.filter((column) => column.name === name).map(excludedCell),
    };
    for (const node of conflict.infer?.indexElems ?? []) {
      const element = as(node, 'IndexElem');
      if (element?.name) {
        checkKey(r, use, element.name, conflict.infer?.location);
        const key = baseCell(use, element.name);
        markCell(key, mark.filter);
        scope.block.deciding.cells.push(key);
        use.inferred.add(element.name);
      }
      condition(r, scope, element?.expr, mark.filter);
    }
    if (conflict.infer?.whereClause) condition(r, scope, conflict.infer.whereClause, mark.filter);
    // An index is found by its expressions as they are.
    for (const { name } of use.references.splice(0)) use.inferred.add(name);
    const inner: Scope = { ...scope, items: [...scope.items, excluded] };
    setList(r, inner, use, conflict.targetList);
    if (conflict.whereClause) condition(r, inner, conflict.whereClause, mark.filter);
  }
  does(r, use, 'insert', {
    filtered: source.length > 0 || !stmt.selectStmt,
    defaults: defaulted(use, stmt.cols, rows, source.length),
  });
  // A relation with rules for it takes no ON CONFLICT.
  if (conflict?.action === 'ONCONFLICT_UPDATE')
    does(r, use, 'update', {
      ...{ filtered: true, withoutRules: true, only: true },
      ...setColumns(conflict.targetList),
    });
  const columns = returning(r, scope, stmt.returningClause, use);
  return columns;
};

/** Does a condition look at the target's rows at all? `WHERE true`, `1 = 1` and the like do not. */
const looksAtRow = (use: RelationUse, node: Node | undefined): boolean =>
  as(node, 'CurrentOfExpr') !== undefined ||
  (narrows(node) &&
    [...use.cells.values()].some((cell) => (cell.marks & (mark.filter | mark.join)) !== 0));

/** Does what a MERGE takes away or changes depend on the rows? */
const narrowsMerge = (use: RelationUse, stmt: MergeStmt): boolean =>
  looksAtRow(use, stmt.joinCondition) ||
  (stmt.mergeWhenClauses ?? []).every((node) => {
    const when = as(node, 'MergeWhenClause');
    const changes = when?.commandType === 'CMD_UPDATE' || when?.commandType === 'CMD_DELETE';
    return !changes || narrows(when.condition);
  });

/** What stands beside the target does not see it. */
const besideTarget = (
  r: Resolver,
  scope: Scope,
  use: RelationUse,
  from: readonly Node[] | undefined,
): void => {
  const item = relationItem(r, use);
  const hidden: Item = { ...item, barred: 'target' };
  scope.items = [hidden];
  fromClause(r, scope, from);
  scope.items = scope.items.map((one) => (one === hidden ? item : one));
};

const update = (r: Resolver, parent: Scope | undefined, stmt: UpdateStmt): readonly Named[] => {
  const scope = newScope(parent);
  withClause(r, scope, stmt.withClause);
  const use = target(r, stmt.relation);
  besideTarget(r, scope, use, stmt.fromClause);
  if (stmt.whereClause) condition(r, scope, stmt.whereClause, mark.filter);
  const filtered = looksAtRow(use, stmt.whereClause);
  // The server resolves what is given back before what is set.
  const columns = returning(r, scope, stmt.returningClause, use);
  setList(r, scope, use, stmt.targetList);
  does(r, use, 'update', { filtered, ...setColumns(stmt.targetList) });
  return columns;
};

const remove = (r: Resolver, parent: Scope | undefined, stmt: DeleteStmt): readonly Named[] => {
  const scope = newScope(parent);
  withClause(r, scope, stmt.withClause);
  const use = target(r, stmt.relation);
  besideTarget(r, scope, use, stmt.usingClause);
  if (stmt.whereClause) condition(r, scope, stmt.whereClause, mark.filter);
  const filtered = looksAtRow(use, stmt.whereClause);
  does(r, use, 'delete', { filtered });
  const columns = returning(r, scope, stmt.returningClause, use);
  return columns;
};

const merge = (r: Resolver, parent: Scope | undefined, stmt: MergeStmt): readonly Named[] => {
  const scope = newScope(parent);
  withClause(r, scope, stmt.withClause);
  const use = target(r, stmt.relation);
  fromClause(r, scope, stmt.sourceRelation ? [stmt.sourceRelation] : []);
  scope.items = [relationItem(r, use), ...scope.items];
  noTwins(r, scope.items);
  condition(r, scope, stmt.joinCondition, mark.join);
  noteWrite(r, use, 'merge', narrowsMerge(use, stmt), use.node.location ?? 0);
  // A relation with rules takes no MERGE.
  const how = { filtered: true, withoutRules: true };
  const { items } = scope;
  // The server resolves what is given back before what is done. `*` has the source's columns first.
  const given = { ...scope, items: [...items.slice(1), ...items.slice(0, 1)] };
  const columns = returning(r, given, stmt.returningClause, use);
  for (const node of stmt.mergeWhenClauses ?? []) {
    const when = as(node, 'MergeWhenClause');
    if (!when) continue;
    // Where there is no row of the one side, its columns cannot be named.
    if (when.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_TARGET') scope.items = items.slice(1);
    else if (when.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE') scope.items = items.slice(0, 1);
    else scope.items = items;
    if (when.condition) condition(r, scope, when.condition, mark.filter);
    if (when.commandType === 'CMD_UPDATE') {
      setList(r, scope, use, when.targetList);
      does(r, use, 'update', { ...how, ...setColumns(when.targetList) });
    } else if (when.commandType === 'CMD_INSERT') {
      writtenColumns(r, use, when.targetList);
      const values = (when.values ?? []).map((value) => {
        const { cell } = cellOf(r, scope, value);
        markFlows(cell.flows, mark.output);
        cell.decided = scope.block.deciding;
        return cell;
      });
      insertColumns(r, use, when.targetList, values);
      // Fields of rows too become what those of the columns are.
      for (const [i, value] of (when.values ?? []).entries()) {
        const named = as(when.targetList?.[i], 'ResTarget');
        const column = use.relation.columns[i];
        const to = named ?? (column && { name: column.name });
        if (r.deduced && to) expect(r, value, targetType(r, use, to));
      }
      const defaults = defaulted(use, when.targetList, [when.values ?? []], values.length);
      does(r, use, 'insert', { ...how, defaults });
    } else if (when.commandType === 'CMD_DELETE') does(r, use, 'delete', how);
  }
  return columns;
};

/** INSERT, UPDATE, DELETE, MERGE; undefined for any other node. The columns are those of RETURNING. */
export const dataModifying = (
  r: Resolver,
  parent: Scope | undefined,
  node: Node,
): readonly Named[] | undefined => {
  const inserted = as(node, 'InsertStmt');
  if (inserted) return insert(r, parent, inserted);
  const updated = as(node, 'UpdateStmt');
  if (updated) return update(r, parent, updated);
  const removed = as(node, 'DeleteStmt');
  if (removed) return remove(r, parent, removed);
  const merged = as(node, 'MergeStmt');
  if (merged) return merge(r, parent, merged);
  return undefined;
};
