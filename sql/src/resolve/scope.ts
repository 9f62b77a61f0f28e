import type { SqlError } from '../errors.js';
import {
  type Cell,
  type Deciding,
  type Flow,
  markFlows,
  newDeciding,
  type RelationUse,
} from './cells.js';

export interface Named {
  readonly name: string;
  readonly cell: Cell;
}

/** One row source as the names of a query see it: a relation, subquery, join, function, VALUES. */
export interface Item {
  readonly alias: string | undefined;
  /** schema of a relation without alias: `schema.table.column` finds it */
  readonly schema?: string;
  readonly use?: RelationUse;
  /** every column; for a relation this counts as using all of them */
  columns(): readonly Named[];
  names(): readonly string[];
  /** the visible columns of this name (two: ambiguous) */
  named(name: string): readonly Cell[];
  /** cell that stands for columns nobody can list, e.g. of a composite that a function gives back */
  readonly unknown?: Cell;
  /** may its columns be named without the alias; may they with it */
  /** its rows are plain values, and its name means one */
  readonly scalar?: true;
  /** OID of the type of its rows, where it is no relation and that is known */
  row?(): number | undefined;
  readonly columnsVisible: boolean;
  readonly aliasVisible: boolean;
  /** LATERAL may not refer to it: from the right side of a right or full join, or beside the target of a write */
  readonly barred?: 'join' | 'target';
}

/** A common table expression; its columns are found at its first use. */
export interface Cte {
  readonly name: string;
  /** @param at byte offset of the place that names it */
  columns(at?: number): readonly Named[];
}

/** `*` or `t.*` in a select list. */
export interface Star {
  readonly scope: Scope;
  readonly columns: readonly Named[];
  /** the same by where they come from */
  readonly entries: readonly { readonly item: Item; readonly columns: readonly Named[] }[];
  /** byte offset */
  readonly location: number;
  /** names before the star */
  readonly parts: number;
}

/** Which part of a query is being resolved: decides about grouping. */
export type Clause = 'from' | 'where' | 'target' | 'group' | 'having' | 'order' | 'other';

/** The names of one query level. */
export interface Scope {
  readonly parent: Scope | undefined;
  items: readonly Item[];
  readonly ctes: Map<string, Cte>;
  /** for rewriting a GROUP BY over a primary key */
  readonly block: Block;
}

/** What one SELECT groups by and which columns it uses beside that. */
export interface Block {
  readonly groupClause: readonly unknown[];
  clause: Clause;
  /** names of the windows that it defines */
  windows?: readonly (string | undefined)[];
  /** inside the arguments of an aggregate of this level */
  aggregates: number;
  readonly grouped: Set<Cell>;
  readonly ungrouped: Set<Cell>;
  readonly deciding: Deciding;
  /** What is wrong with OVER clauses of a SELECT: they are resolved after all other parts of it. */
  late?: SqlError[];
}

export const newBlock = (groupClause: readonly unknown[] = []): Block => ({
  groupClause,
  clause: 'other',
  aggregates: 0,
  grouped: new Set(),
  ungrouped: new Set(),
  deciding: newDeciding(),
});

/** What these flows come from decides which rows the query of this level has. */
export const decides = (scope: Scope, flows: readonly Flow[], bits: number): void => {
  markFlows(flows, bits);
  for (const { from } of flows) scope.block.deciding.cells.push(from);
};

/** Of queries without a column, which have rows all the same. */
const rowsAlone = new WeakMap<readonly Named[], Deciding>();

/** These are the columns of a query whose rows are decided so. */
export const decideRows = (columns: readonly Named[], deciding: Deciding): void => {
  if (columns.length === 0) rowsAlone.set(columns, deciding);
  for (const { cell } of columns) cell.decided = deciding;
};

/** What decides the rows of a source, none of which appears without, to what decides others'. */
export const addDeciding = (to: Deciding, source: readonly Named[]): void => {
  const alone = rowsAlone.get(source);
  if (alone) to.parts.push(alone);
  for (const { decided } of source.map(({ cell }) => cell))
    if (decided && decided !== to.parts.at(-1)) to.parts.push(decided);
};

/** The query of this level reads from a source. */
export const readsFrom = (scope: Scope, source: readonly Named[]): void => {
  addDeciding(scope.block.deciding, source);
};

export const newScope = (parent: Scope | undefined, block = newBlock()): Scope => ({
  parent,
  items: [],
  ctes: new Map(),
  block,
});

/** An item whose columns are listed once for all. */
export const listed = (
  alias: string | undefined,
  columns: readonly Named[],
  more: Partial<Pick<Item, 'columnsVisible' | 'aliasVisible' | 'unknown' | 'scalar' | 'row'>> = {},
): Item => ({
  alias,
  columns: () => columns,
  names: () => columns.map((c) => c.name),
  named: (name) => columns.filter((c) => c.name === name).map((c) => c.cell),
  columnsVisible: true,
  aliasVisible: true,
  ...more,
});

export const hideColumns = (items: readonly Item[]): readonly Item[] =>
  items.map((item) => (item.columnsVisible ? { ...item, columnsVisible: false } : item));

/** Known to be there, so that an error can say so, but not to be referred to. */
export const hideItems = (items: readonly Item[]): readonly Item[] =>
  items.map((item) => ({ ...item, columnsVisible: false, aliasVisible: false }));

export const findCte = (scope: Scope | undefined, name: string): Cte | undefined => {
  for (let at = scope; at; at = at.parent) {
    const cte = at.ctes.get(name);
    if (cte) return cte;
  }
  return undefined;
};

/** Column names replaced by those of an alias list, from the left; for as many columns at least. */
export const rename = (columns: readonly Named[], names: readonly string[]): readonly Named[] =>
  names.length === 0
    ? columns
    : columns.map((column, i) => {
        const name = names[i];
        return name === undefined ? column : { name, cell: column.cell };
      });
