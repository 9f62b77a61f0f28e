import { CopyOutResponse } from '../wire/backend/copy-response.js';
import { RowDescription } from '../wire/backend/row-description.js';
import type { Framer } from '../wire/framer.js';
import { backendType } from '../wire/types.js';
import type { Execution } from './execution.js';
import { bodyOf } from './frame.js';
import type { Owed } from './owed.js';
import type { Refusal } from './refusal.js';
import type { ResultWatch } from './result-watch.js';
import type { Session } from './session.js';

/** What the server's messages mean to results in which values that nobody classified are looked for. */
export class Watching {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /**
   * Rows, or data of a COPY, which is passed on here.
   *
   * @returns true when nothing more of the result may go out
   */
  onData(f: Framer, execution: Execution, watched: ResultWatch): boolean {
    const why =
      f.type === backendType.dataRow
        ? watched.onRows(f)
        : watched.onCopyData(f, this.session.toClient);
    if (why !== undefined) this.giveUp(execution, why);
    return why !== undefined;
  }

  /** Is this message, which has not come whole, put together before it is passed on? */
  holds(type: number, length: number): boolean {
    if (type !== backendType.dataRow) return false;
    const execution = this.session.owed.head?.executions?.[0];
    return execution?.watched?.holds(length) === true && execution.cut === undefined;
  }

  /** The columns of a result: told of what was asked for with a Describe, or of the one that comes next. */
  onRowDescription(f: Framer, { kind, described, executions }: Owed): void {
    const watched = kind === 'describe' ? undefined : executions?.[0]?.watched;
    if (described === undefined && watched === undefined) return;
    const { fields } = RowDescription.decode(bodyOf(f));
    if (described !== undefined) described.fields = fields;
    watched?.describedAs(fields);
  }

  onNoData({ described }: Owed): void {
    if (described !== undefined) described.fields = [];
  }

  onCopyOut(f: Framer, execution: Execution | undefined): void {
    if (execution?.watched === undefined) return;
    const { format, columns } = CopyOutResponse.decode(bodyOf(f));
    execution.watched.onCopy(format, columns.length);
  }

  /** @returns as `onData` */
  onCopyDone(execution: Execution | undefined): boolean {
    const why = execution?.watched?.onCopyDone(this.session.toClient);
    if (execution !== undefined && why !== undefined) this.giveUp(execution, why);
    return why !== undefined;
  }

  /** Ends a result that cannot be gone on with; with something sent behind it that may have run, the session. */
  private giveUp(execution: Execution, why: Refusal): void {
    const { owed, ending, executions } = this.session;
    const alone =
      owed.size === 1
        ? (owed.head?.executions?.length ?? 0) < 2
        : owed.size === 2 && owed.next?.kind === 'sync';
    if (alone) executions.cut(execution, why);
    else ending.fatal(why.sqlstate, why.message, 'not-looked-at');
  }
}
