import type { Node, SelectStmt } from '@pgsql/types';
import { as, kindOf, locationOf, texts } from '../parse/nodes.js';
import { commonType } from '../types/common.js';
import { addFlow, derived, mark, markCell, markFlows, type Cell } from './cells.js';
import { typeOfColumn } from './column-types.js';
import { expectColumn } from './parameters.js';
import { fail, deepest, opaque, type Resolver, unknownNode } from './resolver.js';
import { decideRows, newScope, type Named, type Scope } from './scope.js';
import { select } from './select.js';
import { toldApart } from './told-apart.js';
import { withClause } from './with.js';
import { dataModifying } from './write.js';

/** Where a query stands: what a client or a written row gets, or a part that others read. */
export type Place = 'top' | 'sublink' | 'derived';

/** The output columns of a query, of any kind that may stand in a WITH or as a statement. */
export const query = (
  r: Resolver,
  parent: Scope | undefined,
  node: Node,
  place: Place,
): readonly Named[] => {
  r.depth += 1;
  if (r.depth > deepest)
    throw fail(r, 'too-complex', `queries are nested more than ${deepest} deep`, undefined);
  try {
    const plain = as(node, 'SelectStmt');
    if (plain) return selectOrSet(r, parent, plain, place);
    const written = dataModifying(r, parent, node);
    if (written) return written;
    throw unknownNode(r, kindOf(node), locationOf(node));
  } finally {
    r.depth -= 1;
  }
};

export const selectOrSet = (
  r: Resolver,
  parent: Scope | undefined,
  stmt: SelectStmt,
  place: Place,
): readonly Named[] => {
  if (stmt.op === undefined || stmt.op === 'SETOP_NONE') return select(r, parent, stmt, place);
  const scope = newScope(parent);
  withClause(r, scope, stmt.withClause);
  const columns = setOperation(r, scope, stmt);
  sortOutput(r, scope, stmt, columns);
  return columns;
};

/** Both sides, column by column, named by the left one. A chain of them is walked without recursion. */
const setOperation = (r: Resolver, scope: Scope, stmt: SelectStmt): readonly Named[] => {
  const rights: SelectStmt[] = [];
  let distinct = false;
  let compared = false;
  let left: SelectStmt = stmt;
  while (left.larg && left.op !== 'SETOP_NONE') {
    const plain = !(
      left.withClause ??
      left.sortClause ??
      left.limitCount ??
      left.limitOffset ??
      left.lockingClause
    );
    if (left !== stmt && !plain) break;
    if (left.rarg) rights.push(left.rarg);
    if (!left.all) distinct = true;
    if (!left.all || left.op !== 'SETOP_UNION') compared = true;
    left = left.larg;
  }
  const sides = [side(r, scope, left)];
  const columns = (sides[0] ?? []).map((c, i) => {
    const cell = derived([{ from: c.cell, kind: 'identity' as const }]);
    cell.typed = () => commonOf(r, sides, i);
    return { name: c.name, cell };
  });
  for (const right of rights.reverse()) {
    const others = side(r, scope, right);
    sides.push(others);
    if (r.deduced) settleSides(r, sides);
    if (others.length !== columns.length)
      throw fail(r, 'syntax', 'each UNION query must have the same number of columns', undefined);
    columns.forEach((c, i) => {
      const other = others[i];
      if (other) addFlow(c.cell, { from: other.cell, kind: 'identity' });
    });
  }
  decideRows(columns, scope.block.deciding);
  if (compared)
    for (const { cell } of columns) toldApart(r, () => typeOfColumn(cell), 'equality', undefined);
  if (distinct) for (const { cell } of columns) groups(scope, cell);
  return columns;
};

/** Where a side's column has no type, the other side's is its own. */
export const side = (r: Resolver, scope: Scope, stmt: SelectStmt): readonly Named[] => {
  if (!stmt.valuesLists) r.untyped.add(stmt);
  return selectOrSet(r, scope, stmt, 'derived');
};

const settleSides = (r: Resolver, sides: readonly (readonly Named[])[]): void => {
  (sides.at(-1) ?? []).forEach((_, i) => {
    const type = commonOf(r, sides, i);
    for (const columns of sides) expectColumn(r, columns[i]?.cell, type);
  });
};

/** The sides come together one after the other. */
const commonOf = (
  r: Resolver,
  [first, ...others]: readonly (readonly Named[])[],
  column: number,
): number | undefined => {
  const typeAt = (side: readonly Named[] | undefined): number | undefined => {
    const cell = side?.[column]?.cell;
    return cell && typeOfColumn(cell);
  };
  return others.reduce<number | undefined>(
    (type, side) => commonType(r.catalogue, [type, typeAt(side)]),
    typeAt(first),
  );
};

export const groups = ({ block }: Scope, cell: Cell): void => {
  markCell(cell, mark.group);
  block.deciding.cells.push(cell);
};

/** ORDER BY of a set operation: output names and numbers only. */
export const sortOutput = (
  r: Resolver,
  { block }: Scope,
  stmt: SelectStmt,
  columns: readonly Named[],
): void => {
  for (const sort of stmt.sortClause ?? []) {
    const node = as(sort, 'SortBy')?.node;
    const place = as(node, 'A_Const')?.ival?.ival;
    const [name, ...more] = texts(as(node, 'ColumnRef')?.fields);
    const named = columns.filter((c) => more.length === 0 && c.name === name);
    const location = node && locationOf(node);
    if (named.length > 1)
      throw fail(r, 'ambiguous-column', `ORDER BY "${name ?? ''}" is ambiguous`, location);
    const column = place !== undefined ? columns[place - 1] : named[0];
    if (place !== undefined && !column) {
      const said = `ORDER BY position ${place} is not in select list`;
      throw fail(r, 'column-count', said, location);
    }
    if (column) {
      markCell(column.cell, mark.order);
      block.deciding.cells.push(column.cell);
    } else if (as(node, 'ColumnRef'))
      throw fail(
        r,
        'undefined-column',
        `column "${name ?? ''}" does not exist`,
        as(node, 'ColumnRef')?.location,
      );
    else opaque(r, 'ORDER BY on a set operation', 0);
  }
};

/** Marks what the client or a written row gets. */
export const markOutput = (columns: readonly Named[]): void => {
  for (const c of columns) {
    markCell(c.cell, mark.output);
    markFlows(c.cell.flows, mark.output);
  }
};
