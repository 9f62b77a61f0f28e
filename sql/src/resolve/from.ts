import type { Alias, JoinExpr, Node, RangeVar } from '@pgsql/types';
import { as, kindOf, locationOf, text, texts } from '../parse/nodes.js';
import { commonType } from '../types/common.js';
import { oid } from '../types/oids.js';
import { derived, mark, markCell, type Cell, type Flow, type FlowKind } from './cells.js';
import { typeOfCell } from './column-types.js';
import { aliased, checkAliasList } from './alias-list.js';
import { condition, gather } from './expression.js';
import { functionItem } from './from-function.js';
import { tableFunction } from './table-function.js';
import { expect } from './parameters.js';
import { query } from './query.js';
import { relationItem, useRelation } from './relation.js';
import { fail, opaque, type Resolver, unknownNode } from './resolver.js';
import { judgeOperator } from './routines.js';
import {
  findCte,
  hideColumns,
  hideItems,
  listed,
  newScope,
  readsFrom,
  rename,
  type Item,
  type Named,
  type Scope,
} from './scope.js';

/** One FROM entry: the names it brings, and the entry itself as one source of columns. */
interface Entry {
  readonly items: readonly Item[];
  readonly whole: Item;
}

const single = (item: Item): Entry => ({ items: [item], whole: item });

/** What a LATERAL entry sees: the entries to its left, then the outer levels. */
const lateralScope = (scope: Scope, left: readonly Item[]): Scope => ({
  ...newScope(scope.parent, scope.block),
  ctes: scope.ctes,
  items: left,
});

/** What any other entry sees: the WITH queries of its own level and the outer levels. */
const outerScope = (scope: Scope, left: readonly Item[]): Scope => ({
  ...newScope(scope.parent),
  ctes: scope.ctes,
  items: hideItems(left),
});

const rangeVar = (r: Resolver, scope: Scope, node: RangeVar): Entry => {
  const cte = node.schemaname === undefined ? findCte(scope, node.relname ?? '') : undefined;
  if (cte) {
    const columns = cte.columns(node.location ?? 0);
    readsFrom(scope, columns);
    return single(
      listed(
        node.alias?.aliasname ?? node.relname,
        aliased(r, ...tableAliases(node.alias ?? { aliasname: cte.name }, columns)),
        { row: record },
      ),
    );
  }
  return single(relationItem(r, useRelation(r, node, 'read')));
};

/** The rows of a query have no type of their own. */
const record = (): number => oid.record;

const tableAliases = (
  alias: Alias | undefined,
  columns: readonly Named[],
): [string, readonly Named[], readonly string[]] => [
  `table "${alias?.aliasname ?? 'unnamed_subquery'}"`,
  columns,
  texts(alias?.colnames),
];

const entry = (r: Resolver, scope: Scope, node: Node, left: readonly Item[]): Entry => {
  const kind = kindOf(node);
  const relation = as(node, 'RangeVar');
  if (relation) return rangeVar(r, scope, relation);
  const subselect = as(node, 'RangeSubselect');
  if (subselect?.subquery) {
    const sees = subselect.lateral ? lateralScope(scope, left) : outerScope(scope, left);
    const columns = query(r, sees, subselect.subquery, 'derived');
    readsFrom(scope, columns);
    return single(
      listed(subselect.alias?.aliasname, aliased(r, ...tableAliases(subselect.alias, columns)), {
        row: record,
      }),
    );
  }
  const join = as(node, 'JoinExpr');
  if (join) return joined(r, scope, join, left);
  const sample = as(node, 'RangeTableSample');
  if (sample?.relation) {
    const made = entry(r, scope, sample.relation, left);
    if (made.whole.use) made.whole.use.sampled = true;
    gather(r, lateralScope(scope, left), [sample.args, sample.repeatable]);
    for (const node of sample.args ?? []) expect(r, node, oid.float4);
    expect(r, sample.repeatable, oid.float8);
    const method = text(sample.method?.at(-1));
    if (method !== 'system' && method !== 'bernoulli')
      opaque(r, `TABLESAMPLE ${method}`, sample.location);
    return made;
  }
  const call = as(node, 'RangeFunction');
  if (call) return single(functionItem(r, lateralScope(scope, left), call));
  const table = tableFunction(r, lateralScope(scope, left), node);
  if (table) return single(table);
  throw unknownNode(r, kind, locationOf(node));
};

/**
 * What a merged column is of both sides' (`buildMergedJoinVar`): of an inner or left join the left one, of a right
 * join the right one, unless that has to become another type first; of a full join the one that is not null.
 */
const mergedFlows = (
  { catalogue }: Resolver,
  type: JoinExpr['jointype'],
  sides: readonly Cell[],
): Flow[] => {
  const [left, right] = sides;
  const both = (kind: FlowKind): Flow[] => sides.map((from) => ({ from, kind }));
  if (!left || !right || type === 'JOIN_FULL') return both('transformation');
  const types = [typeOfCell(left), typeOfCell(right)];
  const common = commonType(catalogue, types);
  // Equal, as far as is known.
  if (common === undefined) return both('identity');
  const preferred = type === 'JOIN_RIGHT' ? right : left;
  if (typeOfCell(preferred) === common) return [{ from: preferred, kind: 'identity' }];
  return type === 'JOIN_INNER' && types[1] === common
    ? [{ from: right, kind: 'identity' }]
    : [{ from: preferred, kind: 'transformation' }];
};

const typeOfSide = (cell: Cell): number | undefined => typeOfCell(cell);

const mergedCell = (
  r: Resolver,
  scope: Scope,
  type: JoinExpr['jointype'],
  left: Item,
  right: Item,
  name: string,
): Cell => {
  const sides: Cell[] = [];
  for (const [side, item] of [
    ['left', left],
    ['right', right],
  ] as const) {
    const [cell, second] = item.named(name);
    if (second)
      throw fail(
        r,
        'ambiguous-column',
        `common column name "${name}" appears more than once in ${side} table`,
        undefined,
      );
    if (!cell && !item.unknown)
      throw fail(
        r,
        'undefined-column',
        `column "${name}" specified in USING clause does not exist in ${side} table`,
        undefined,
      );
    const from = cell ?? item.unknown;
    if (from) sides.push(from);
  }
  for (const side of sides) markCell(side, mark.join);
  scope.block.deciding.cells.push(...sides);
  const cell = derived(mergedFlows(r, type, sides));
  cell.typed = () => commonType(r.catalogue, sides.map(typeOfSide));
  return cell;
};

const joined = (r: Resolver, scope: Scope, join: JoinExpr, before: readonly Item[]): Entry => {
  if (!join.larg || !join.rarg) return single(listed(undefined, []));
  const left = entry(r, scope, join.larg, before);
  const inner = join.jointype === 'JOIN_RIGHT' || join.jointype === 'JOIN_FULL';
  const seen = inner
    ? left.items.map((item) => ({ ...item, barred: 'join' as const }))
    : left.items;
  const right = entry(r, scope, join.rarg, [...before, ...seen]);
  noTwins(r, [...left.items, ...right.items]);
  const common = join.isNatural
    ? left.whole.names().filter((name) => right.whole.names().includes(name))
    : texts(join.usingClause);
  if (common.length > 0) judgeOperator(r, ['='], 0);
  const merged = common.map((name) => ({
    name,
    cell: mergedCell(r, scope, join.jointype, left.whole, right.whole, name),
  }));
  if (join.quals)
    condition(
      r,
      {
        ...newScope(scope.parent, scope.block),
        ctes: scope.ctes,
        items: [...left.items, ...right.items],
      },
      join.quals,
      mark.join,
    );
  const whole = joinItem(join, left.whole, right.whole, merged);
  if (join.alias?.colnames)
    checkAliasList(
      r,
      `join expression "${join.alias.aliasname ?? ''}"`,
      whole.names().length,
      texts(join.alias.colnames),
    );
  const using = join.join_using_alias?.aliasname;
  const usingItem = using === undefined ? [] : [listed(using, merged, { columnsVisible: false })];
  if (join.alias)
    return { items: [whole, ...usingItem, ...hideItems([...left.items, ...right.items])], whole };
  return {
    items: [...hideColumns([...left.items, ...right.items]), ...usingItem, whole],
    whole,
  };
};

/** The join as one source: merged columns first, then the rest of the left and of the right. */
const joinItem = (
  join: JoinExpr,
  left: Item,
  right: Item,
  merged: readonly { readonly name: string; readonly cell: Cell }[],
): Item => {
  const isMerged = new Set(merged.map((m) => m.name));
  const names = texts(join.alias?.colnames);
  const list = () =>
    rename(
      [
        ...merged,
        ...left.columns().filter((c) => !isMerged.has(c.name)),
        ...right.columns().filter((c) => !isMerged.has(c.name)),
      ],
      names,
    );
  const plain = (name: string): readonly Cell[] => {
    const own = merged.find((m) => m.name === name);
    return own
      ? [own.cell]
      : [...left.named(name).filter(ordinary), ...right.named(name).filter(ordinary)];
  };
  const unknown = left.unknown ?? right.unknown;
  return {
    alias: join.alias?.aliasname,
    row: record,
    columns: list,
    names: () =>
      [...isMerged, ...[...left.names(), ...right.names()].filter((n) => !isMerged.has(n))].map(
        (n, i) => names[i] ?? n,
      ),
    named:
      names.length === 0
        ? plain
        : (name) =>
            list()
              .filter((c) => c.name === name)
              .map((c) => c.cell),
    columnsVisible: true,
    aliasVisible: join.alias !== undefined,
    ...(unknown ? { unknown } : {}),
  };
};

/** System columns of a table cannot be named through a join. */
const ordinary = (cell: Cell): boolean => cell.base === undefined || cell.base.column !== undefined;

/** @throws SqlError `duplicate-alias` */
export const noTwins = (r: Resolver, items: readonly Item[]): void => {
  const seen = new Map<string, Item>();
  for (const item of items) {
    if (item.alias === undefined || !item.aliasVisible) continue;
    const other = seen.get(item.alias);
    // Tables of different schemas may share a name as long as neither has an alias.
    const apart =
      other?.schema !== undefined && item.schema !== undefined && other.schema !== item.schema;
    if (other && !apart)
      throw fail(
        r,
        'duplicate-alias',
        `table name "${item.alias}" specified more than once`,
        item.use?.node.location,
      );
    seen.set(item.alias, item);
  }
};

/** Resolves the entries of a FROM (or USING) list and adds their names to the scope. */
export const fromClause = (r: Resolver, scope: Scope, list: readonly Node[] | undefined): void => {
  if (!list) return;
  let items: readonly Item[] = scope.items;
  for (const node of list) {
    const made = entry(r, scope, node, items);
    items = [...items, ...made.items];
  }
  noTwins(r, items);
  scope.items = items;
};
