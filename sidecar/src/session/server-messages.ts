import type { StatementOutcome } from '../audit/sink.js';
import { Body } from '../wire/body.js';
import { commandRows, countsChanges } from '../wire/backend/command-complete.js';
import { decodeTextRow } from '../wire/backend/data-row.js';
import {
  decodeErrorFields,
  encodeErrorResponse,
  encodeNoticeResponse,
  type ErrorFields,
} from '../wire/backend/error-response.js';
import { decodeTransactionStatus } from '../wire/backend/ready-for-query.js';
import { type Framer, headerLength } from '../wire/framer.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { backendType } from '../wire/types.js';
import type { Execution } from './execution.js';
import { LateFailure } from './late-failure.js';
import { passLimit } from './limits.js';
import type { Owed } from './owed.js';
import { aboutMessage, type Refusal, refusalFields, sqlstate, standIn } from './refusal.js';
import type { Session } from './session.js';
import { Watching } from './watching.js';
import { rowFilterError } from './row-filter.js';
import { withheld } from './withhold.js';

/** What the server says, in order: counted, recorded, cut or replaced where policy says so, else passed on. */
export class ServerMessages {
  private readonly session: Session;
  /** The row at hand does not reach the client. */
  private withholding = false;
  private readonly lateFailure: LateFailure;
  readonly watching: Watching;

  constructor(session: Session) {
    this.session = session;
    this.lateFailure = new LateFailure(session);
    this.watching = new Watching(session);
  }

  handle(f: Framer): void {
    switch (f.type) {
      case backendType.dataRow:
      case backendType.copyData:
        this.onData(f);
        return;
      case backendType.functionCallResponse:
        this.onComplete(f, 'called');
        return;
      case backendType.commandComplete:
        this.onComplete(f, 'complete');
        return;
      case backendType.emptyQueryResponse:
        this.onComplete(f, 'empty');
        return;
      case backendType.portalSuspended:
        this.onComplete(f, 'suspended');
        return;
      case backendType.readyForQuery:
        this.onReady(f);
        return;
      case backendType.errorResponse:
        this.onError(f);
        return;
      case backendType.noticeResponse:
        this.onNotice(f);
        return;
      case backendType.parameterStatus: {
        const body = bodyOf(f);
        this.session.parameterChanged(body.cstring(), body.cstring());
        this.pass(f);
        return;
      }
      case backendType.notificationResponse:
        this.pass(f);
        return;
      case backendType.parseComplete:
        this.onReply(f, 'parse');
        return;
      case backendType.bindComplete:
        this.onReply(f, 'bind');
        return;
      case backendType.closeComplete:
        this.onReply(f, 'close');
        return;
      case backendType.noData:
        this.watching.onNoData(this.head());
        this.onReply(f, 'describe');
        return;
      case backendType.rowDescription:
        this.onRowDescription(f);
        return;
      case backendType.parameterDescription:
        this.passUnlessOwn(f);
        return;
      case backendType.copyOutResponse:
        this.watching.onCopyOut(f, running(this.head()));
        this.passUnlessOwn(f);
        return;
      case backendType.copyDone:
        this.onCopyDone(f);
        return;
      case backendType.copyInResponse:
        this.onCopyIn(f);
        return;
      default:
        throw new ProtocolError('unexpected', `server message type ${String(f.type)} in a session`);
    }
  }

  private onData(f: Framer): void {
    const head = this.head();
    if (head.own !== undefined) {
      head.own.row(decodeTextRow(bodyOf(f)));
      return;
    }
    const execution = running(head);
    if (execution === undefined) {
      this.pass(f);
      return;
    }
    // A message begun cannot be taken back: only at its first piece may it be withheld.
    const begins = !f.fragment || f.first;
    if (execution.cut !== undefined && (begins || this.withholding)) {
      this.withholding = true;
      return;
    }
    const { count } = execution;
    const bytes = f.end - f.start;
    if (begins && execution.statement.limited) {
      const over = passLimit(execution, 1, bytes);
      if (over !== undefined) {
        this.withholding = true;
        this.session.executions.cut(execution, over);
        return;
      }
    }
    this.withholding = false;
    const more = execution.statement.limited ? 0 : f.takeAlike();
    const { watched } = execution;
    if (watched !== undefined && this.watching.onData(f, execution, watched)) {
      this.withholding = true;
      return;
    }
    count.rows += begins ? 1 + more : more;
    count.bytes += f.end - f.start;
    if (watched === undefined || f.type === backendType.dataRow) this.pass(f);
  }

  private onComplete(f: Framer, how: 'complete' | 'empty' | 'suspended' | 'called'): void {
    const { session } = this;
    const head = this.head();
    if (head.own !== undefined) {
      session.owed.pop(head.kind);
      return;
    }
    const execution = running(head);
    if (head.kind === 'execute') session.owed.pop('execute');
    else if (head.kind === 'query') head.executions?.shift();
    else throw new ProtocolError('unexpected', `completion while ${head.kind} is owed`);
    if (head.refusal !== undefined && execution === undefined) {
      // The stand-in must fail; a server on which it succeeds is not one we can govern.
      throw new ProtocolError('unexpected', 'the stand-in of a refused statement succeeded');
    }
    if (execution === undefined) {
      this.pass(f);
      return;
    }
    if (execution.cut !== undefined) {
      this.finish(execution, { kind: 'cut', sqlstate: execution.cut.sqlstate, affectedRows: 0 });
      this.failLate(execution.cut);
      return;
    }
    if (execution.changedBefore !== undefined) {
      this.judge(execution, f, how);
      return;
    }
    const start = f.start + headerLength;
    const affectedRows =
      how === 'complete' && countsChanges(f.buffer, start)
        ? commandRows(f.buffer, start, f.end)
        : 0;
    if (how === 'called') execution.watched?.onValue(f.buffer, f.start, f.end);
    this.finish(execution, { kind: 'completed', sqlstate: '', affectedRows });
    session.applyEffects(execution.statement, 'completed');
    this.pass(f);
  }

  /** The client hears of the end when it is known how many rows were changed. */
  private judge(execution: Execution, f: Framer, how: string): void {
    const { session } = this;
    const { statement } = execution;
    const held = Buffer.from(f.buffer.subarray(f.start, f.end));
    const tag = how === 'complete' ? held.toString('latin1', headerLength, held.length - 1) : '';
    const changes =
      statement.counts?.loads === true
        ? /^(?:INSERT|UPDATE|DELETE|MERGE|COPY) /
        : /^(?:INSERT|UPDATE|DELETE|MERGE) /;
    const tagged = changes.test(tag) ? commandRows(held, headerLength, held.length) : 0;
    const undone = (kind: 'cut' | 'failed', sqlstate: string): void => {
      this.finish(execution, { kind, sqlstate, affectedRows: 0 });
      session.applyEffects(statement, 'failed');
    };
    session.affected.settle({
      ...{ execution, tagged },
      within: () => {
        this.finish(execution, { kind: 'completed', sqlstate: '', affectedRows: tagged });
        session.applyEffects(statement, 'completed');
        session.toClient.write(held);
      },
      over: (refusal) => {
        execution.cut = refusal;
        undone('cut', refusal.sqlstate);
        this.failLate(refusal);
      },
      failed: (code) => {
        const why = cutBy(execution, code);
        undone(why === undefined ? 'failed' : 'cut', why?.sqlstate ?? code);
        return why;
      },
    });
  }

  /** The server finished the result before our cancel reached it: now its statement fails all the same. */
  private failLate(refusal: Refusal): void {
    const { session } = this;
    const { head } = session.owed;
    // What is still to come of our own question is nothing that was sent behind it.
    if (head === undefined || head.own !== undefined) {
      session.failBatch(refusal);
      return;
    }
    if (head.kind !== 'query' && head.kind !== 'sync')
      throw new ProtocolError('unexpected', 'something was sent behind a result that was cut');
    session.toClient.write(encodeErrorResponse(refusalFields(refusal)));
    this.lateFailure.arrange();
  }

  private onReady(f: Framer): void {
    const { session } = this;
    const status = decodeTransactionStatus(f.buffer[f.start + headerLength]);
    const head = session.owed.head;
    if (head?.kind === 'query') {
      session.owed.pop('query');
      this.interrupted(head.executions ?? [], session.lastError);
    } else if (head === undefined && session.copyIn.answersSync()) {
      session.owed.skipping = false;
    } else {
      session.owed.pop('sync');
    }
    session.lastError = '';
    session.affected.forget();
    session.toClient.gathers = false;
    session.transactionStatus(status);
    if (head?.own !== undefined) {
      head.own.ready();
      return;
    }
    if (this.lateFailure.replaces(status)) return;
    this.pass(f);
  }

  private onError(f: Framer): void {
    const { session } = this;
    const fields = decodeErrorFields(bodyOf(f));
    const code = (rowFilterError(fields) ?? fields).get('C') ?? 'XX000';
    const severity = fields.get('V') ?? fields.get('S');
    if (severity === 'FATAL' || severity === 'PANIC') session.ending.serverFatal = true;
    const head = session.owed.head;
    if (head?.kind === 'sync' && this.lateFailure.due && code === sqlstate.queryCanceled) {
      // Our cancel, which came later than the result's end: the client has its error already.
      return;
    }
    if (head === undefined || head.kind === 'sync') {
      // FATAL while idle (57P01), or a deferred constraint that fails as the Sync commits
      session.toClient.write(encodeErrorResponse(withheld(fields, session.withholding(undefined))));
      return;
    }
    session.lastError = code;
    session.toClient.urgent = true;
    const execution = running(head);
    const behind = session.owed.next?.inPlaceOf;
    const dropped = session.owed.fail();
    if (head.own !== undefined) {
      head.own.failed(code, fields.get('M') ?? '');
      if (!session.ending.serverFatal && dropped.every((owed) => owed.own !== undefined)) return;
    }
    if (execution !== undefined) {
      const why = cutBy(execution, code);
      const kind = why === undefined ? 'failed' : 'cut';
      this.finish(execution, { kind, sqlstate: why?.sqlstate ?? code, affectedRows: 0 });
      session.applyEffects(execution.statement, 'failed');
      if (head.kind === 'query') head.executions?.shift();
    }
    session.copyIn.failed();
    session.governance.serverSaid(code);
    if (head.kind !== 'query') {
      this.interrupted(
        dropped.slice(1).flatMap((owed) => owed.executions ?? []),
        code,
      );
    }
    this.session.toClient.write(
      encodeErrorResponse(this.errorFor(head, execution, fields, code, behind)),
    );
  }

  /**
   * Which error the client sees.
   *
   * @param behind if a stand-in was sent next: the type of the message in whose place
   */
  private errorFor(
    head: Owed,
    execution: Execution | undefined,
    fields: ErrorFields,
    code: string,
    behind: number | undefined,
  ): ErrorFields {
    const why = execution === undefined ? standInFor(head, code) : cutBy(execution, code);
    if (why !== undefined) return refusalFields(why);
    const hidden = rowFilterError(fields);
    if (hidden !== undefined) return hidden;
    const { session } = this;
    const about =
      behind === undefined || code !== sqlstate.protocolViolation
        ? fields
        : aboutMessage(fields, behind);
    const mapped = session.mapPosition(head, about);
    return withheld(mapped, session.withholding(execution?.statement));
  }

  private onNotice(f: Framer): void {
    const { session } = this;
    const head = session.owed.head;
    if (head?.own !== undefined) return;
    session.toClient.urgent = true;
    const statement = head === undefined ? undefined : running(head)?.statement;
    if (!session.withholding(statement)) {
      this.pass(f);
      return;
    }
    this.session.toClient.write(encodeNoticeResponse(withheld(decodeErrorFields(bodyOf(f)), true)));
  }

  private onReply(f: Framer, kind: 'parse' | 'bind' | 'close' | 'describe'): void {
    const owed = this.session.owed.pop(kind);
    if (owed.refusal !== undefined) {
      throw new ProtocolError('unexpected', 'the stand-in of a refused statement succeeded');
    }
    if (owed.own === undefined && !owed.staged) this.pass(f);
  }

  private onRowDescription(f: Framer): void {
    const head = this.head();
    this.watching.onRowDescription(f, head);
    if (head.kind === 'describe') this.session.owed.pop('describe');
    if (head.own === undefined) this.pass(f);
  }

  private onCopyDone(f: Framer): void {
    const execution = running(this.head());
    // Of a COPY that is cut comes an error, and no end.
    if (execution?.cut !== undefined || this.watching.onCopyDone(execution)) return;
    this.passUnlessOwn(f);
  }

  private onCopyIn(f: Framer): void {
    const head = this.head();
    if (head.own === undefined) {
      this.session.toClient.urgent = true;
      // A Sync that was sent already is swallowed, and with it the end of the batch.
      if (head.kind === 'execute') this.session.batchOpen = true;
      this.session.copyStarted(this.session.owed.copyStarted());
    }
    this.pass(f);
  }

  private passUnlessOwn(f: Framer): void {
    if (this.head().own === undefined) this.pass(f);
  }

  private head(): Owed {
    const head = this.session.owed.head;
    if (head === undefined)
      throw new ProtocolError('unexpected', 'server message while nothing is owed');
    return head;
  }

  private pass(f: Framer): void {
    this.session.toClient.pass(f.buffer, f.start, f.end);
  }

  private finish(
    execution: Execution,
    end: Pick<StatementOutcome, 'kind' | 'sqlstate' | 'affectedRows'>,
  ): void {
    this.session.executions.finish(execution, end);
  }

  /** Statements of a failed batch that the server never ran. */
  private interrupted(executions: readonly Execution[], code: string): void {
    for (const execution of executions) {
      this.finish(execution, { kind: 'failed', sqlstate: code, affectedRows: 0 });
    }
  }
}

const bodyOf = (f: Framer): Body => new Body(f.buffer, f.start + headerLength, f.end);

/** Of a statement that failed: was that our doing? */
const cutBy = ({ cut, timedOut }: Execution, code: string): Refusal | undefined =>
  cut ?? (code === sqlstate.queryCanceled ? timedOut : undefined);

/** Of a stand-in that failed, as it should or by a cancel that came late: what it stands for. */
const standInFor = ({ refusal }: Owed, code: string): Refusal | undefined =>
  refusal !== undefined &&
  (code === standIn[refusal.stage].sqlstate || code === sqlstate.queryCanceled)
    ? refusal
    : undefined;

/** The statement that the replies at the head of the queue are about. */
const running = (head: Owed): Execution | undefined => head.executions?.[0];
