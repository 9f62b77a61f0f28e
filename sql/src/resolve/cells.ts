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
}

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
