import type { Logger } from 'pino';
import type { SessionAudit, StatementHandle, StatementOutcome } from '../audit/index.js';
import type { GovernedStatement } from '../enforcement/verdict.js';
import type { Execution, RowCount } from './execution.js';
import { limitSource } from './limits.js';
import { type Refusal, refusals } from './refusal.js';
import { ResultWatch } from './result-watch.js';

export interface ExecutionsParts {
  readonly audit: SessionAudit;
  readonly log: Logger;
  readonly cancel: () => Promise<void>;
  /** The statement under `audit: strict` must be durable before what is queued goes out. */
  readonly durableBefore: (way: 'forwarding' | 'answering') => void;
  /** The client is not heard from the first call to the second. */
  readonly cancelling: (underWay: boolean) => void;
}

const noFindings: readonly never[] = [];
const unended = {
  ...{ cut: undefined, timedOut: undefined, changedBefore: undefined },
  ...{ ended: false, timer: undefined },
};

/** The runs of a session's statements: recorded before and after, bounded in time, cut when too large. */
export class Executions {
  private readonly parts: ExecutionsParts;
  /** requests under way */
  private cancels = 0;

  constructor(parts: ExecutionsParts) {
    this.parts = parts;
  }

  /** @throws SpoolError `full` when the intent cannot be kept */
  begin(statement: GovernedStatement, count: RowCount): Execution {
    const intent = this.parts.audit.intent(statement.record, statement.audit.whenFull);
    if (statement.audit.mode === 'strict') this.parts.durableBefore('forwarding');
    const { watch } = statement;
    const watched = watch === undefined ? undefined : new ResultWatch(watch);
    const execution: Execution = { statement, intent, count, watched, ...unended };
    const milliseconds = statement.limits.statementTimeoutMs;
    if (milliseconds !== undefined) {
      execution.timer = setTimeout(() => {
        const source = limitSource(statement.limits, 'statementTimeoutMs');
        this.timeOut(execution, refusals.timeLimit(milliseconds, source));
      }, milliseconds);
    }
    return execution;
  }

  finish(
    execution: Execution,
    { kind, sqlstate, affectedRows }: Pick<StatementOutcome, 'kind' | 'sqlstate' | 'affectedRows'>,
  ): void {
    execution.ended = true;
    if (execution.timer !== undefined) clearTimeout(execution.timer);
    if (execution.statement.audit.mode === 'strict') this.parts.durableBefore('answering');
    const { rows, bytes, recorded } = execution.count;
    this.parts.audit.outcome(execution.intent, {
      kind,
      sqlstate,
      affectedRows,
      rows: rows - recorded.rows,
      bytes: bytes - recorded.bytes,
      findings: execution.watched?.findings() ?? noFindings,
    });
    recorded.rows = rows;
    recorded.bytes = bytes;
  }

  /** Ends a result that passed a limit: nothing more of it reaches the client, and the server is told to stop. */
  cut(execution: Execution, refusal: Refusal): void {
    if (execution.cut !== undefined) return;
    execution.cut = refusal;
    void this.cancel();
  }

  /** Has the server end what takes too long. If it is done before it hears of that, it is done. */
  private timeOut(execution: Execution, refusal: Refusal): void {
    execution.timedOut = refusal;
    void this.cancel();
  }

  /** Tells the server to end what runs. Resolves when the request was taken, or has failed. */
  cancel(): Promise<void> {
    this.cancels += 1;
    this.parts.cancelling(true);
    const over = (): void => {
      this.cancels -= 1;
      if (this.cancels === 0) this.parts.cancelling(false);
    };
    return this.parts.cancel().then(over, (cause: unknown) => {
      this.parts.log.warn({ err: cause }, 'cancel request failed');
      over();
    });
  }

  refuse(record: StatementHandle, refusal: Refusal): void {
    this.parts.audit.refuse(record, refusal.sqlstate);
  }
}
