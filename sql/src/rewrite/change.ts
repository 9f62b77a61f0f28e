import type { FormerNames } from '../classification/borne-names.js';
import type { Mask } from '../mask.js';
import type { ObjectName } from '../names.js';

/** What is to be different about a statement. Masks and filters on relations it does not read change nothing. */
export interface Change {
  readonly masks: readonly {
    readonly relation: ObjectName;
    readonly column: string;
    readonly mask: Mask;
  }[];
  /** SQL over the relation's columns with `session.*` attributes; several for one relation are ANDed */
  readonly rowFilters: readonly { readonly relation: ObjectName; readonly sql: string }[];
  /** names that columns had before: a filter that was written for one of them goes on looking at it */
  readonly former?: FormerNames;
  /** values of the session attributes, by name with `session.`: `{'session.region': 'eu'}`; an absent one is NULL */
  readonly session: Readonly<Record<string, string>>;
  /**
   * OIDs of relations whose values the catalogue must not show: in statistics, predicates of indexes, bounds of
   * partitions, missing values. With it, even when empty, nobody sees the text of statements.
   */
  readonly hidden?: ReadonlySet<number>;
  /** 32 bytes; the key of `hash` and `uuid` */
  readonly key: Uint8Array;
}

export interface Rewritten {
  /** the new text of the statement's whole slice (`start` to `end`) */
  readonly sql: string;
  readonly changed: boolean;
  /** a position (characters, from 1) in `sql` to the position in the statement's `source` */
  readonly toOriginal: (position: number) => number;
}

/** The statement's shape cannot be kept under these masks and filters. */
export class RewriteRefusal extends Error {
  /** PostgreSQL's word for what stands in the way: `RETURNING`, `FOR UPDATE`, `whole row of public.customers` */
  readonly construct: string;
  /** characters of the source, from 1 */
  readonly position: number;
  readonly hint: string;

  constructor(construct: string, position: number, message: string, hint: string) {
    super(message);
    this.name = 'RewriteRefusal';
    this.construct = construct;
    this.position = position;
    this.hint = hint;
  }
}
