import { oid } from '../types/oids.js';
import type { Known } from '../types/polymorphic.js';
import type { Cell } from './cells.js';
import type { Resolver } from './resolver.js';
import type { Item, Scope } from './scope.js';

const systemColumns: ReadonlyMap<string, number> = new Map([
  ['ctid', oid.tid],
  ['xmin', oid.xid],
  ['xmax', oid.xid],
  ['cmin', oid.cid],
  ['cmax', oid.cid],
  ['tableoid', oid.oid],
]);

/** Nested derived tables that a column is followed through. */
const deepest = 64;

/** The type of a column while its query is being made: a literal without type has none yet. */
export const typeOfColumn = (cell: Cell, depth = 0): Known => {
  if (cell.base) return cell.base.column?.type ?? systemColumns.get(cell.base.name);
  if (cell.typed) return cell.typed();
  const [only, ...others] = cell.flows;
  return only?.kind === 'identity' && others.length === 0 && depth < deepest
    ? typeOfCell(only.from, depth + 1)
    : undefined;
};

/** The type of a cell's values, where it is known. */
export const typeOfCell = (cell: Cell, depth = 0): Known => {
  const type = typeOfColumn(cell, depth);
  return type === oid.unknown ? oid.text : type;
};

/** The type of the rows of a source, as one value; undefined where it is not known. */
export const rowType = (r: Resolver, item: Item): Known => {
  const { use } = item;
  const [only] = item.scalar ? item.columns() : [];
  if (only) return typeOfCell(only.cell);
  return use ? r.catalogue.type(use.relation.schema, use.relation.name)?.oid : item.row?.();
};

/** The column that a name means, as `columnReference` finds it, without taking note of anything. */
export const cellOfName = (scope: Scope, names: readonly string[]): Cell | undefined => {
  const name = names.at(-1) ?? '';
  const source = names.at(-2);
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const items = at.items.filter((item) =>
      source === undefined ? item.columnsVisible : item.aliasVisible && item.alias === source,
    );
    const cells = items.flatMap((item) => item.named(name));
    if (cells.length > 0 || (items.length > 0 && source !== undefined))
      return cells.length === 1 ? cells[0] : undefined;
  }
  return undefined;
};

/**
 * The type of what a name means.
 *
 * @param names those of a column, its row source and schema before it
 */
export const typeOfName = (r: Resolver, scope: Scope, names: readonly string[]): Known => {
  const cell = cellOfName(scope, names);
  if (cell) return typeOfCell(cell);
  return names.length > 1 ? undefined : typeOfRow(r, scope, names[0]);
};

/** The type of the rows of the source of this name. */
export const typeOfRow = (r: Resolver, scope: Scope, alias: string | undefined): Known => {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const row = at.items.find((item) => item.aliasVisible && item.alias === alias);
    if (row) return rowType(r, row);
  }
  return undefined;
};
