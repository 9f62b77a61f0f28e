import type { Intent } from '../audit/sink.js';
import type { GovernedStatement } from '../enforcement/verdict.js';
import type { Refusal } from './refusal.js';
import type { ResultWatch } from './result-watch.js';

/** One run of one statement, from the moment it is forwarded until its outcome is recorded. */
export interface Execution {
  readonly statement: GovernedStatement;
  readonly intent: Intent;
  /** counted over all Executes of the portal, and all FETCHes of the cursor */
  readonly count: RowCount;
  /** of a result in which values that nobody classified are looked for */
  readonly watched: ResultWatch | undefined;
  /** Set once a limit was passed: nothing more of the result reaches the client. */
  cut: Refusal | undefined;
  /** Set once its time was over: the server was told to cancel it, and if it does, this is why. */
  timedOut: Refusal | undefined;
  /** Where the rows that it changes are counted: how many were in each table before. */
  changedBefore: ReadonlyMap<string, number> | undefined;
  /** Its outcome is on record. */
  ended: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** What of one result was sent to the client. */
export interface RowCount {
  rows: number;
  bytes: number;
  /** changed in tables, where that is counted */
  changed: number;
  /** of those, what the record has already: each run of a portal tells its own */
  readonly recorded: { rows: number; bytes: number };
}

export const nothingSent = (): RowCount => ({
  rows: 0,
  bytes: 0,
  changed: 0,
  recorded: { rows: 0, bytes: 0 },
});
