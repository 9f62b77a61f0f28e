import type { ObjectName } from '../names.js';
import type { Cell, RelationUse } from './cells.js';
import type { Resolver } from './resolver.js';

export type WriteAction = 'insert' | 'update' | 'delete' | 'merge';

/** One thing a statement does to the rows of a table. */
export interface Write {
  readonly use: RelationUse;
  readonly action: WriteAction;
  /** a condition looks at the rows; always so for an insert */
  readonly filtered: boolean;
  readonly location: number;
  /** done by a foreign key because of another one */
  readonly byKey?: true;
  /** names of the columns that get their default */
  readonly defaults?: ReadonlySet<string>;
}

/** A value that reaches a column of a table. */
export interface Assignment {
  readonly relation: ObjectName;
  readonly column: string;
  /** `create` the table is made of the query's rows */
  readonly action: 'insert' | 'update' | 'create';
  readonly cell: Cell;
}

export const noteWrite = (
  r: Resolver,
  use: RelationUse,
  action: WriteAction,
  filtered: boolean,
  location: number,
  defaults?: ReadonlySet<string>,
): void => {
  r.writes.push({ use, action, filtered, location, ...(defaults ? { defaults } : {}) });
};
