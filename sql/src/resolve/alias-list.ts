import { fail, type Resolver } from './resolver.js';
import { rename, type Named } from './scope.js';

/** @throws SqlError `column-count` when an alias list has more names than there are columns */
export const checkAliasList = (
  r: Resolver,
  what: string,
  available: number,
  names: readonly string[],
  location?: number,
): void => {
  if (names.length > available)
    throw fail(
      r,
      'column-count',
      `${what} has ${available} columns available but ${names.length} columns specified`,
      location,
    );
};

/** Columns under the names of an alias list. @throws SqlError `column-count` */
export const aliased = (
  r: Resolver,
  what: string,
  columns: readonly Named[],
  names: readonly string[],
  location?: number,
): readonly Named[] => {
  checkAliasList(r, what, columns.length, names, location);
  return rename(columns, names);
};
