import { SpoolError } from '../audit/index.js';
import type { GovernedStatement } from '../enforcement/verdict.js';
import { type Execution, nothingSent, type RowCount } from './execution.js';
import { mostNamed, type Refusal, refusals, sqlstate } from './refusal.js';
import type { Session } from './session.js';

/**
 * Writes the intents of statements that are about to be forwarded. A full spool refuses, before
 * anything was.
 *
 * @param counts of what goes on counting where another run has ended, by place in `statements`
 */
export function begin(
  { executions, governance, names, limitedRuns, affected }: Session,
  statements: readonly GovernedStatement[],
  counts: readonly (RowCount | undefined)[] = [],
): Execution[] | Refusal {
  if (names.bytes > mostNamed && statements.some(keepsName)) return refusals.namesFull();
  const uncounted = affected.refusalOf(statements);
  if (uncounted !== undefined) return uncounted;
  const begun: Execution[] = [];
  try {
    for (const [i, statement] of statements.entries())
      begun.push(executions.begin(statement, counts[i] ?? nothingSent()));
  } catch (cause) {
    if (!(cause instanceof SpoolError && cause.code === 'full')) throw cause;
    // None of them goes out; those that were announced already get an end.
    for (const execution of begun) {
      executions.finish(execution, {
        kind: 'failed',
        sqlstate: sqlstate.diskFull,
        affectedRows: 0,
      });
    }
    return refusals.auditFull();
  }
  for (const execution of begun) {
    governance.begun(execution.statement);
    limitedRuns.begun(execution);
    affected.begun(execution);
  }
  return begun;
}

const keepsName = ({ effects }: GovernedStatement): boolean =>
  effects.some(({ kind }) => kind === 'prepare' || kind === 'declare');
