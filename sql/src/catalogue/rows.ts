import { SqlError } from '../errors.js';

/** Values in text format; NULL as null. */
export type Row = readonly (string | null)[];
export type Rows = readonly Row[];

type Cell = string | null | undefined;

export const text = (cell: Cell): string => cell ?? '';

/** @throws SqlError `bad-catalogue` */
export const num = (cell: Cell): number => {
  const value = Number(cell);
  if (cell === null || cell === undefined || Number.isNaN(value))
    throw new SqlError('bad-catalogue', `the catalogue query gave ${cell ?? 'NULL'} for a number`);
  return value;
};

export const flag = (cell: Cell): boolean => cell === 't' || cell === 'true';

/** An array that the server wrote as JSON. */
export const list = (cell: Cell): readonly unknown[] => {
  const value: unknown = cell ? JSON.parse(cell) : [];
  return Array.isArray(value) ? value : [];
};

export const strings = (cell: Cell): readonly string[] =>
  list(cell).map((x) => (typeof x === 'string' ? x : ''));

/** Numbers after commas; none for NULL. */
export const numbers = (cell: Cell): readonly number[] => (cell ? cell.split(',').map(Number) : []);
