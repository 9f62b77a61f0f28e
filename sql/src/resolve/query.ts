import type { CommonTableExpr, Node, RangeVar, SelectStmt, WithClause } from '@pgsql/types';
import { as, kindOf, texts, walk } from '../parse/nodes.js';
import { commonType } from '../types/common.js';
import { oid } from '../types/oids.js';
import { addFlow, derived, mark, markCell, markFlows, type Cell } from './cells.js';
import { typeOfCell, typeOfColumn } from './column-types.js';
import { aliased } from './alias-list.js';
import { expectColumn } from './parameters.js';
import { fail, deepest, opaque, type Resolver } from './resolver.js';
import { decideRows, newScope, readsFrom, type Cte, type Named, type Scope } from './scope.js';
import { select } from './select.js';
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
    opaque(r, kindOf(node) ?? 'query', 0);
    return [];
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
  if (distinct) for (const { cell } of columns) groups(scope, cell);
  return columns;
};

/** Where a side's column has no type, the other side's is its own. */
const side = (r: Resolver, scope: Scope, stmt: SelectStmt): readonly Named[] => {
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

const groups = ({ block }: Scope, cell: Cell): void => {
  markCell(cell, mark.group);
  block.deciding.cells.push(cell);
};

/** ORDER BY of a set operation: output names and numbers only. */
const sortOutput = (
  r: Resolver,
  { block }: Scope,
  stmt: SelectStmt,
  columns: readonly Named[],
): void => {
  for (const sort of stmt.sortClause ?? []) {
    const node = as(sort, 'SortBy')?.node;
    const place = as(node, 'A_Const')?.ival?.ival;
    const [name, ...more] = texts(as(node, 'ColumnRef')?.fields);
    const column =
      place !== undefined
        ? columns[place - 1]
        : columns.find((c) => more.length === 0 && c.name === name);
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

/** Names of relations without a schema, below a node. */
const namesRead = (node: Node): ReadonlySet<string> => {
  const found = new Set<string>();
  walk(node, (kind, content) => {
    const { schemaname, relname } = kind === 'RangeVar' ? (content as RangeVar) : {};
    if (schemaname === undefined && relname !== undefined) found.add(relname);
    return true;
  });
  return found;
};

/** Those that read from others come after them, unless they read from each other. */
const inDependencyOrder = (nodes: readonly Node[], made: readonly Cte[]): readonly Cte[] => {
  const known = new Set(made.map(({ name }) => name));
  const waits = new Map<string, Set<string>>();
  for (const node of nodes) {
    const name = as(node, 'CommonTableExpr')?.ctename ?? '';
    waits.set(
      name,
      new Set([...namesRead(node)].filter((read) => read !== name && known.has(read))),
    );
  }
  const left = [...made];
  const order: Cte[] = [];
  while (left.length > 0) {
    const free = left.findIndex(({ name }) => (waits.get(name)?.size ?? 0) === 0);
    const [next] = left.splice(Math.max(free, 0), 1);
    if (!next) break;
    order.push(next);
    for (const set of waits.values()) set.delete(next.name);
  }
  return order;
};

/** Resolves the common table expressions, before all that stands behind them. */
export const withClause = (r: Resolver, scope: Scope, clause: WithClause | undefined): void => {
  if (!clause) return;
  const pending: Cte[] = [];
  for (const node of clause.ctes ?? []) {
    const cte = as(node, 'CommonTableExpr');
    if (!cte?.ctequery) continue;
    const name = cte.ctename ?? '';
    if (scope.ctes.has(name))
      throw fail(
        r,
        'duplicate-alias',
        `WITH query name "${name}" specified more than once`,
        cte.location,
      );
    // Without RECURSIVE a WITH query sees only those before it; none sees the FROM beside it.
    const sees: Scope = {
      ...newScope(scope.parent),
      ctes: clause.recursive ? scope.ctes : new Map(scope.ctes),
    };
    const made = clause.recursive ? recursive(r, sees, cte) : once(r, sees, cte);
    scope.ctes.set(name, made);
    // What does not see those behind it is resolved in its order.
    if (clause.recursive) pending.push(made);
    else made.columns();
  }
  for (const cte of inDependencyOrder(clause.ctes ?? [], pending)) cte.columns();
};

const extras = (cte: CommonTableExpr, columns: readonly Named[]): readonly Named[] => {
  const all = (names: readonly (string | undefined)[]): Named[] =>
    names.flatMap((name) =>
      name
        ? [
            {
              name,
              cell: derived(
                columns.map((c) => ({ from: c.cell, kind: 'transformation' as const })),
              ),
            },
          ]
        : [],
    );
  return [
    ...columns,
    ...all([
      cte.search_clause?.search_seq_column,
      cte.cycle_clause?.cycle_mark_column,
      cte.cycle_clause?.cycle_path_column,
    ]),
  ];
};

const aliasesOf = (
  cte: CommonTableExpr,
  columns: readonly Named[],
): [string, readonly Named[], readonly string[], number | undefined] => [
  `WITH query "${cte.ctename ?? ''}"`,
  columns,
  texts(cte.aliascolnames),
  cte.location,
];

const once = (r: Resolver, scope: Scope, cte: CommonTableExpr): Cte => {
  let columns: readonly Named[] | undefined;
  return {
    name: cte.ctename ?? '',
    columns: () => {
      if (!columns && cte.ctequery)
        columns = extras(
          cte,
          aliased(r, ...aliasesOf(cte, query(r, scope, cte.ctequery, 'derived'))),
        );
      return columns ?? [];
    },
  };
};

/** In a recursive one the name already stands for the columns of the first term while the second is resolved. */
const recursive = (r: Resolver, scope: Scope, cte: CommonTableExpr): Cte => {
  let columns: readonly Named[] | undefined;
  let started = false;
  const resolve = (): readonly Named[] => {
    const stmt = as(cte.ctequery, 'SelectStmt');
    if (!cte.ctequery) return [];
    const itself = namesRead(cte.ctequery).has(cte.ctename ?? '');
    if (!itself || !stmt?.larg || !stmt.rarg || stmt.op === 'SETOP_NONE')
      return extras(cte, aliased(r, ...aliasesOf(cte, query(r, scope, cte.ctequery, 'derived'))));
    const inner = newScope(scope);
    withClause(r, inner, stmt.withClause);
    const first = side(r, inner, stmt.larg);
    // The columns of the first term are those of the whole.
    for (const { cell } of first) expectColumn(r, cell, oid.text);
    const own = aliased(
      r,
      ...aliasesOf(
        cte,
        first.map((c) => {
          const cell = derived([{ from: c.cell, kind: 'identity' }]);
          cell.typed = () => typeOfCell(c.cell);
          return { name: c.name, cell };
        }),
      ),
    );
    columns = extras(cte, own);
    const second = side(r, inner, stmt.rarg);
    first.forEach(({ cell }, i) => {
      expectColumn(r, second[i]?.cell, typeOfCell(cell));
    });
    own.forEach((c, i) => {
      const other = second[i];
      if (other) addFlow(c.cell, { from: other.cell, kind: 'identity' });
      c.cell.decided = inner.block.deciding;
      if (!stmt.all) groups(inner, c.cell);
    });
    readsFrom(inner, first);
    readsFrom(inner, second);
    sortOutput(r, inner, stmt, own);
    return columns;
  };
  return {
    name: cte.ctename ?? '',
    columns: () => {
      if (columns) return columns;
      if (started) {
        opaque(r, `mutual recursion of WITH query ${cte.ctename ?? ''}`, cte.location);
        return [];
      }
      started = true;
      columns = resolve();
      return columns;
    },
  };
};

/** Marks what the client or a written row gets. */
export const markOutput = (columns: readonly Named[]): void => {
  for (const c of columns) {
    markCell(c.cell, mark.output);
    markFlows(c.cell.flows, mark.output);
  }
};
