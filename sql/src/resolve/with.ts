import type { CommonTableExpr, Node, RangeVar, WithClause } from '@pgsql/types';
import type { SqlError } from '../errors.js';
import { as, texts, walk } from '../parse/nodes.js';
import { oid } from '../types/oids.js';
import { aliased } from './alias-list.js';
import { addFlow, derived } from './cells.js';
import { typeOfCell } from './column-types.js';
import { expectColumn } from './parameters.js';
import { groups, query, side, sortOutput } from './query.js';
import { fail, type Resolver } from './resolver.js';
import { type Cte, newScope, type Named, readsFrom, type Scope } from './scope.js';

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

/**
 * Those that read from others come after them, swapped into place as the server does it (`TopologicalSort`,
 * src/backend/parser/parse_cte.c); of those that read from each other the first is resolved as the others stand.
 */
const inDependencyOrder = (ctes: readonly CommonTableExpr[]): readonly CommonTableExpr[] => {
  const known = new Set(ctes.map(({ ctename }) => ctename ?? ''));
  const waits = new Map(
    ctes.map(({ ctename = '', ctequery }) => {
      const read = ctequery ? [...namesRead(ctequery)] : [];
      return [ctename, new Set(read.filter((name) => name !== ctename && known.has(name)))];
    }),
  );
  const order = [...ctes];
  const isFree = ({ ctename = '' }: CommonTableExpr): boolean => waits.get(ctename)?.size === 0;
  for (const [i, first] of order.entries()) {
    const free = order.findIndex((cte, j) => j >= i && isFree(cte));
    const next = order[free];
    if (!next) break;
    [order[i], order[free]] = [next, first];
    for (const set of waits.values()) set.delete(next.ctename ?? '');
  }
  return order;
};

/** Which of a clause's queries is being resolved, and those that it reads from, the last one last. */
interface Turn {
  location: number | undefined;
  readonly open: CommonTableExpr[];
}

/** Resolves the common table expressions, before all that stands behind them. */
export const withClause = (r: Resolver, scope: Scope, clause: WithClause | undefined): void => {
  if (!clause) return;
  const ctes = (clause.ctes ?? []).flatMap((node) => as(node, 'CommonTableExpr') ?? []);
  const turn: Turn = { location: undefined, open: [] };
  for (const cte of ctes) {
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
    const made = clause.recursive ? recursive(r, sees, cte, turn) : once(r, sees, cte);
    scope.ctes.set(name, made);
    // What does not see those behind it is resolved in its order.
    if (!clause.recursive) made.columns();
  }
  if (!clause.recursive) return;
  for (const cte of inDependencyOrder(ctes)) {
    turn.location = cte.location;
    scope.ctes.get(cte.ctename ?? '')?.columns();
  }
};

/** The columns that SEARCH and CYCLE add, each made of those that it names. */
const extras = (cte: CommonTableExpr, columns: readonly Named[]): readonly Named[] => {
  const { search_clause: search, cycle_clause: cycle } = cte;
  const added = (name: string | undefined, of: readonly Node[] | undefined): readonly Named[] => {
    if (!name) return [];
    const named = new Set(texts(of));
    const from = columns.filter((column) => named.has(column.name));
    const flows = from.map(({ cell }) => ({ from: cell, kind: 'transformation' as const }));
    return [{ name, cell: derived(flows) }];
  };
  return [
    ...columns,
    ...added(search?.search_seq_column, search?.search_col_list),
    ...added(cycle?.cycle_mark_column, cycle?.cycle_col_list),
    ...added(cycle?.cycle_path_column, cycle?.cycle_col_list),
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

/** Why a query whose columns are not known yet cannot be read. @param at where it is named */
const badRecursion = (
  r: Resolver,
  cte: CommonTableExpr,
  { location, open }: Turn,
  at: number | undefined,
): SqlError => {
  const name = cte.ctename ?? '';
  if (open.at(-1) !== cte)
    return fail(
      r,
      'not-implemented',
      'mutual recursion between WITH items is not implemented',
      location,
    );
  return as(cte.ctequery, 'SelectStmt')?.op === 'SETOP_UNION'
    ? fail(
        r,
        'invalid-recursion',
        `recursive reference to query "${name}" must not appear within its non-recursive term`,
        at,
      )
    : fail(
        r,
        'invalid-recursion',
        `recursive query "${name}" does not have the form non-recursive-term UNION [ALL] recursive-term`,
        cte.location,
      );
};

/** In a recursive one the name already stands for the columns of the first term while the second is resolved. */
const recursive = (r: Resolver, scope: Scope, cte: CommonTableExpr, turn: Turn): Cte => {
  let columns: readonly Named[] | undefined;
  let started = false;
  const resolve = (): readonly Named[] => {
    const stmt = as(cte.ctequery, 'SelectStmt');
    if (!cte.ctequery) return [];
    const itself = namesRead(cte.ctequery).has(cte.ctename ?? '');
    if (!itself || !stmt?.larg || !stmt.rarg || stmt.op !== 'SETOP_UNION')
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
    columns: (at) => {
      if (columns) return columns;
      if (started) throw badRecursion(r, cte, turn, at);
      started = true;
      turn.open.push(cte);
      columns = resolve();
      turn.open.pop();
      return columns;
    },
  };
};
