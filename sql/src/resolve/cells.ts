import type { RangeVar } from '@pgsql/types';
import type { Use } from '../analysis.js';
import type { Column, Relation } from '../catalogue/catalogue.js';

/** How data gets from one column to another. */
export type FlowKind = 'identity' | 'transformation' | 'aggregation';

export interface Flow {
  readonly from: Cell;
  readonly kind: FlowKind;
}

/** Bits of a cell's marks: the uses of `Analysis`, and what else the rewriter must know. */
export const mark = {
  output: 1,
  filter: 2,
  join: 4,
  group: 8,
  order: 16,
  write: 32,
  /** something that is not leakproof is applied to it where the server may do so before a row filter */
  exposed: 64,
  /** a WHERE that may leave rows out looks at it */
  narrows: 128,
} as const;

const useBits: readonly (readonly [Use, number])[] = [
  ['output', mark.output],
  ['filter', mark.filter],
  ['join', mark.join],
  ['group', mark.group],
  ['order', mark.order],
  ['write', mark.write],
];

/**
 * One column of one row source. Base cells belong to a relation; others are computed from cells. The graph may hold
 * circles (a recursive CTE).
 */
export interface Cell {
  readonly flows: Flow[];
  readonly base?: { readonly use: RelationUse; readonly name: string; readonly column?: Column };
  marks: number;
  /** of a query's output: what decides which rows it has */
  decided?: Deciding;
  /** OID of the type of its values; undefined: not known. For use when the query it belongs to is resolved. */
  typed?: () => number | undefined;
  /** of parameters whose type is not known: they are of this one */
  expects?: (type: number | undefined) => void;
  /** of a row, when it is one: its fields */
  fields?: () => readonly Field[] | undefined;
  /** of a row that is one of a row source: its columns */
  columns?: readonly { readonly name: string; readonly cell: Cell }[];
}

/** A field of a row, and the OID of its type where that is known. */
export interface Field {
  readonly name: string;
  readonly type: number | undefined;
}

/**
 * What decides which rows a query has, and in which groups and order, without being in their values: its
 * conditions, and those of what it reads from.
 */
export interface Deciding {
  readonly cells: Cell[];
  readonly parts: Deciding[];
}

export const newDeciding = (): Deciding => ({ cells: [], parts: [] });

/** One place where a statement names a relation. */
export interface RelationUse {
  readonly relation: Relation;
  readonly node: RangeVar;
  /** name by which columns are qualified */
  readonly alias: string;
  readonly aliased: boolean;
  /** names given by an alias's column list, in place of the first columns' own */
  readonly renamed: readonly string[];
  readonly role: 'read' | 'target';
  readonly cells: Map<string, Cell>;
  /** places of references written with the schema: byte offset of the first part, number of parts before the column */
  readonly qualified: { readonly location: number; readonly parts: number }[];
  /** byte offsets of references to the row as a whole (not `*`) */
  readonly wholeRows: number[];
  /** places where one of its columns is named: byte offset of the first part, number of parts, the column */
  readonly references: {
    readonly location: number;
    readonly parts: number;
    readonly name: string;
  }[];
  /** of an INSERT's target: how many columns its source has */
  width?: number;
  /** of an INSERT's target: columns by which ON CONFLICT finds its constraint */
  readonly inferred: Set<string>;
  /** `*` or a whole row: every column is used */
  all: boolean;
  sampled: boolean;
  locked: boolean;
}

export const derived = (flows: Flow[]): Cell => ({ flows, marks: 0 });

/** Marks a cell and everything it is computed from. */
export const markCell = (cell: Cell, bits: number): void => {
  if ((cell.marks & bits) === bits) return;
  cell.marks |= bits;
  for (const flow of cell.flows) markCell(flow.from, bits);
};

export const markFlows = (flows: readonly Flow[], bits: number): void => {
  for (const flow of flows) markCell(flow.from, bits);
};

/** Adds a flow to a cell that may be marked already. */
export const addFlow = (cell: Cell, flow: Flow): void => {
  cell.flows.push(flow);
  if (cell.marks !== 0) markCell(flow.from, cell.marks);
};

export const usesOf = (cell: Cell): readonly Use[] =>
  useBits.filter(([, bit]) => (cell.marks & bit) !== 0).map(([use]) => use);

/** The base cell of a relation's column, made on first use. */
export const baseCell = (use: RelationUse, name: string): Cell => {
  const known = use.cells.get(name);
  if (known) return known;
  const column = use.relation.columns.find((c) => c.name === name);
  const cell: Cell = { flows: [], base: { use, name, ...(column ? { column } : {}) }, marks: 0 };
  use.cells.set(name, cell);
  return cell;
};

const stronger: Readonly<Record<FlowKind, number>> = {
  identity: 0,
  transformation: 1,
  aggregation: 2,
};
const kinds: readonly FlowKind[] = ['identity', 'transformation', 'aggregation'];

/** The base cells a cell is computed from, each with the strongest kind on the way. */
export const sourcesOf = (cell: Cell): ReadonlyMap<Cell, FlowKind> => {
  const found = new Map<Cell, FlowKind>();
  const seen = new Map<Cell, number>();
  const visit = (at: Cell, strength: number): void => {
    if ((seen.get(at) ?? -1) >= strength) return;
    seen.set(at, strength);
    if (at.base) found.set(at, kinds[strength] ?? 'aggregation');
    for (const flow of at.flows) visit(flow.from, Math.max(strength, stronger[flow.kind]));
  };
  visit(cell, 0);
  return found;
};

const closed = (deciding: Deciding): ReadonlySet<Cell> => {
  const found = new Set<Cell>();
  const cells = new Set<Cell>();
  const decidings = new Set<Deciding>();
  const open: (Cell | Deciding)[] = [deciding];
  for (let at = open.pop(); at; at = open.pop()) {
    if ('parts' in at) {
      if (decidings.has(at)) continue;
      decidings.add(at);
      for (const cell of at.cells) open.push(cell);
      for (const part of at.parts) open.push(part);
      continue;
    }
    if (cells.has(at)) continue;
    cells.add(at);
    if (at.base) found.add(at);
    if (at.decided) open.push(at.decided);
    for (const { from } of at.flows) open.push(from);
  }
  return found;
};

/** Finds the base cells that decide about a cell's rows, or its part of them, without being in its value. */
export class Influences {
  readonly #closed = new Map<Deciding, ReadonlySet<Cell>>();

  of(cell: Cell): ReadonlySet<Cell> {
    const seen = new Set<Cell>();
    const decidings = new Set<Deciding>();
    const open = [cell];
    for (let at = open.pop(); at; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      if (at.decided) decidings.add(at.decided);
      for (const { from } of at.flows) open.push(from);
    }
    const [first, ...others] = [...decidings].map((deciding) => this.#closure(deciding));
    if (first === undefined) return new Set();
    return others.length === 0 ? first : new Set([first, ...others].flatMap((set) => [...set]));
  }

  #closure(deciding: Deciding): ReadonlySet<Cell> {
    let found = this.#closed.get(deciding);
    if (!found) this.#closed.set(deciding, (found = closed(deciding)));
    return found;
  }
}

/** The one base cell whose value this cell is unchanged, when it is so. */
export const identityOf = (cell: Cell): Cell | undefined => {
  let at = cell;
  for (let depth = 0; depth < 64 && !at.base; depth += 1) {
    const [only, ...others] = at.flows;
    if (!only || others.length > 0 || only.kind !== 'identity') return undefined;
    at = only.from;
  }
  return at.base ? at : undefined;
};
