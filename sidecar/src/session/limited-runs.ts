import type { GovernedStatement } from '../enforcement/verdict.js';
import { frontendType } from '../wire/types.js';
import type { Execution } from './execution.js';
import type { Session } from './session.js';

/** What depends on how the statement before has ended. Only data of a COPY and a Flush do not. */
const behind = new Set<number>([
  ...[frontendType.query, frontendType.functionCall, frontendType.parse, frontendType.bind],
  ...[frontendType.execute, frontendType.describe, frontendType.close, frontendType.sync],
]);

interface Run {
  readonly execution: Execution;
  /** counted by ReadyForQuery */
  readonly cycle: number;
  /** outside a transaction block, with nothing before it in its cycle that an error would undo */
  readonly alone: boolean;
  /** the transaction block it is in was open before its cycle, and is not touched in it */
  readonly inBlock: boolean;
}

/**
 * A result that passes a limit is cut, and for the client its statement has failed. The server may have
 * finished it by then: so that it has not gone on either, and that what it goes on with is not cancelled in
 * its place, what comes behind a statement with a limit waits for the end of its result. A Sync need not
 * where an error before it would undo nothing.
 */
export class LimitedRuns {
  private readonly session: Session;
  private last: Run | undefined;
  /** Last cycle with a statement that an error in the same cycle would undo. */
  private undoable = -1;
  /** Last cycle with a statement that begins or ends a transaction block, or does what is not known. */
  private unclear = -1;

  constructor(session: Session) {
    this.session = session;
  }

  /** Has begun, and is about to be sent. */
  begun(execution: Execution): void {
    const { statement } = execution;
    const { owed, status } = this.session;
    const cycle = owed.cyclesBegun;
    if (!onlyReads(statement)) {
      this.undoable = cycle;
      if (statement.effects.length > 0) this.unclear = cycle;
    }
    const counted = statement.counts?.when === 'now';
    if (!counted && !(statement.limited && statement.sendsRows)) return;
    this.last = {
      execution,
      cycle,
      // What it has changed is asked for in its own batch.
      alone: !counted && status === 'I' && this.undoable < owed.cyclesDone,
      inBlock: !counted && this.isInBlock && owed.cyclesDone === cycle,
    };
  }

  /** Does what comes next run in a transaction block that was open before this cycle? */
  get isInBlock(): boolean {
    const { owed, status } = this.session;
    return status === 'T' && this.unclear !== owed.cyclesBegun;
  }

  /** Must a message of this type wait until nothing is owed any more? */
  mustWait(type: number): boolean {
    const { last } = this;
    // Amid the data of a COPY the server ignores a Sync.
    if (last === undefined || !behind.has(type) || this.session.copyIn.running) return false;
    const { owed } = this.session;
    const sameCycle = last.cycle === owed.cyclesBegun;
    if (sameCycle && !last.execution.ended)
      return type !== frontendType.sync || !(last.alone || last.inBlock);
    const over = sameCycle || !owed.unsettled(last.cycle);
    if (!over && !(last.execution.ended && last.execution.cut === undefined)) return true;
    this.last = undefined;
    return false;
  }

  /**
   * May this, alone in a Query, be sent as such? By itself the server would keep what it has done before
   * the client has seen all of it.
   */
  mayBeSimple(statement: GovernedStatement): boolean {
    if (statement.counts?.when === 'now') return false;
    if (!statement.limited || !statement.sendsRows || onlyReads(statement)) return true;
    const { owed, status } = this.session;
    return status === 'T' && owed.size === 0;
  }
}

/** An error behind it would undo nothing. */
const onlyReads = ({ readOnly, sendsRows, effects }: GovernedStatement): boolean =>
  readOnly && sendsRows && effects.every(({ kind }) => kind === 'fetch' || kind === 'execute');
