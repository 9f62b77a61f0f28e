import type { Intent } from '../audit/sink.js';
import type { GovernedStatement } from '../enforcement/verdict.js';
import type { Refusal } from './refusal.js';

/** One run of one statement, from the moment it is forwarded until its outcome is recorded. */
export interface Execution {
  readonly statement: GovernedStatement;
  readonly intent: Intent;
  /** rows and bytes sent to the client, counted over all Executes of the portal */
  readonly count: RowCount;
  /** Set once a limit was passed: nothing more of the result reaches the client. */
  cut: Refusal | undefined;
  timer: NodeJS.Timeout | undefined;
}

export interface RowCount {
  rows: number;
  bytes: number;
}
