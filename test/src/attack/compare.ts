import type { Frame } from '../wire/peer.js';
import { search } from './search.js';
import type { Ran } from './session.js';

interface Column {
  readonly name: string;
  readonly type: number;
  readonly typmod: number;
}

/** What is compared of a message; rows keep their cells, so that masked ones can be left out. */
type Said =
  | {
      readonly kind: 'row';
      readonly cells: readonly (Buffer | null)[];
      readonly columns: readonly Column[];
    }
  | { readonly kind: 'other'; readonly text: string };

const columnsOf = (body: Buffer): readonly Column[] => {
  const columns: Column[] = [];
  let at = 2;
  for (let i = 0; i < body.readUInt16BE(0); i += 1) {
    const end = body.indexOf(0, at);
    const name = body.toString('utf8', at, end);
    columns.push({ name, type: body.readInt32BE(end + 7), typmod: body.readInt32BE(end + 13) });
    at = end + 19;
  }
  return columns;
};

const cellsOf = (body: Buffer): readonly (Buffer | null)[] => {
  const cells: (Buffer | null)[] = [];
  let at = 2;
  for (let i = 0; i < body.readUInt16BE(0); i += 1) {
    const length = body.readInt32BE(at);
    at += 4;
    cells.push(length < 0 ? null : body.subarray(at, at + length));
    at += Math.max(0, length);
  }
  return cells;
};

const saidOf = (frames: readonly Frame[]): readonly Said[] => {
  let columns: readonly Column[] = [];
  const said: Said[] = [];
  for (const { type, body, short } of frames) {
    if (type === 'T') {
      columns = columnsOf(body);
      const shown = columns.map(
        ({ name, type: oid, typmod }) => `${name} ${oid < 16_384 ? oid : 'own'} ${typmod}`,
      );
      said.push({ kind: 'other', text: `T ${shown.join(', ')}` });
    } else if (type === 'D') said.push({ kind: 'row', cells: cellsOf(body), columns });
    else if (type === 'd') said.push({ kind: 'row', cells: [body], columns: [] });
    // notices may be withheld; statistics of the log-in differ
    else if (type !== 'N' && type !== 'R' && type !== 'K')
      said.push({ kind: 'other', text: short });
  }
  return said;
};

/** Cells that hold a planted value directly may be anything; so may those of masked columns. */
const same = (direct: Said, governed: Said, masked: readonly string[]): boolean => {
  if (direct.kind === 'other' || governed.kind === 'other')
    return direct.kind === 'other' && governed.kind === 'other' && direct.text === governed.text;
  return (
    direct.cells.length === governed.cells.length &&
    direct.cells.every((cell, i) => {
      const other = governed.cells[i] ?? null;
      if (cell === other || (cell !== null && other !== null && cell.equals(other))) return true;
      return (
        masked.includes(direct.columns[i]?.name ?? '') || (cell !== null && search(cell).length > 0)
      );
    })
  );
};

const inShort = (said: Said | undefined): string => {
  if (said === undefined) return 'nothing';
  if (said.kind === 'other') return said.text.slice(0, 300);
  return `D ${said.cells.map((cell) => cell?.toString('utf8') ?? 'NULL').join('|')}`.slice(0, 300);
};

const sortKey = (said: Said, masked: readonly string[]): string =>
  said.kind === 'row'
    ? said.cells
        .map((cell, i) =>
          masked.includes(said.columns[i]?.name ?? '') ? '' : cell?.toString('latin1'),
        )
        .join('|')
    : '';

/** Rows next to each other in the order of their text: only ORDER BY promises another. */
const sorted = (said: readonly Said[], masked: readonly string[]): readonly Said[] => {
  const result: Said[] = [];
  let rows: Said[] = [];
  const settle = (): void => {
    result.push(...rows.sort((a, b) => (sortKey(a, masked) < sortKey(b, masked) ? -1 : 1)));
    rows = [];
  };
  for (const each of said) {
    if (each.kind === 'row') rows.push(each);
    else {
      settle();
      result.push(each);
    }
  }
  settle();
  return result;
};

const firstDifference = (
  direct: readonly Said[],
  governed: readonly Said[],
  masked: readonly string[],
): string | undefined => {
  for (let i = 0; i < Math.max(direct.length, governed.length); i += 1) {
    const [one, other] = [direct[i], governed[i]];
    if (one === undefined || other === undefined || !same(one, other, masked))
      return `directly ${inShort(one)} / governed ${inShort(other)}`;
  }
  return undefined;
};

/** @returns the first difference; undefined: the client got the same */
export const differenceOf = (
  direct: Ran,
  governed: Ran,
  masked: readonly string[],
): string | undefined => {
  if (direct.stuck !== undefined) return `directly: ${direct.stuck}`;
  if (governed.stuck !== undefined) return `governed: ${governed.stuck}`;
  for (const [i, frames] of direct.heard.entries()) {
    const one = saidOf(frames);
    const other = saidOf(governed.heard[i] ?? []);
    const plain = firstDifference(one, other, masked);
    if (plain === undefined) continue;
    if (firstDifference(sorted(one, masked), sorted(other, masked), masked) !== undefined)
      return plain;
  }
  return undefined;
};

/** Work that fails without Postern shows nothing. */
export const failed = (ran: Ran): string | undefined =>
  ran.stuck ?? ran.heard.flat().find(({ type }) => type === 'E')?.short;
