import type { RelationUse } from './cells.js';
import type { Resolver } from './resolver.js';

export type WriteAction = 'insert' | 'update' | 'delete' | 'merge';

/** One thing a statement does to the rows of a table. */
export interface Write {
  readonly use: RelationUse;
  readonly action: WriteAction;
  /** a condition looks at the rows; always so for an insert */
  readonly filtered: boolean;
  readonly location: number;
}

export const noteWrite = (
  r: Resolver,
  use: RelationUse,
  action: WriteAction,
  filtered: boolean,
  location: number,
): void => {
  r.writes.push({ use, action, filtered, location });
};
