import { type Ask, type How, readingSettings } from '../enforcement/ask.js';
import { Bind } from '../wire/frontend/bind.js';
import { Close } from '../wire/frontend/close.js';
import { Execute } from '../wire/frontend/execute.js';
import { Parse } from '../wire/frontend/parse.js';
import { Flush, Sync } from '../wire/frontend/signals.js';
import { Writer } from '../wire/writer.js';
import { owe, type OwnReply } from './owed.js';
import { ownNames } from './own-names.js';
import type { Session } from './session.js';

export type Row = readonly (string | null)[];

/** The proxy's own question was not answered. */
export class QuestionError extends Error {
  /** the server's */
  readonly sqlstate: string;

  constructor(sqlstate: string, message: string) {
    super(message);
    this.name = 'QuestionError';
    this.sqlstate = sqlstate;
  }
}

/** Of a question that is cancelled. */
const mostAttempts = 5;

const noParameters = Buffer.from([0, 0]);
/** no parameter formats, no parameters, no result formats: all text */
const noValues = Buffer.from([0, 0, 0, 0, 0, 0]);
const name = ownNames.question;

/**
 * Asks the server over the client's own authenticated session, unnoticed: in the extended protocol
 * under names of our own, since a simple query would destroy the client's unnamed statement; and with
 * Flush instead of Sync inside a batch, since a Sync would end the client's implicit transaction.
 */
export class Questions implements Ask {
  private readonly session: Session;
  private waiters: (() => void)[] = [];
  private ended = false;
  /** A question failed before its portal and statement were closed. */
  private leftOver = false;

  constructor(session: Session) {
    this.session = session;
  }

  /** @throws QuestionError with the server's SQLSTATE; `25P02` when the transaction has failed */
  async ask(sql: string, how: How = {}): Promise<readonly Row[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.askOnce(sql, how);
      } catch (cause) {
        // The client's cancel request, meant for a statement of its own, met ours: nothing is lost by asking again.
        const cancelled = cause instanceof QuestionError && cause.sqlstate === '57014';
        const { status, batchOpen } = this.session;
        if (!cancelled || status !== 'I' || batchOpen || attempt === mostAttempts) throw cause;
      }
    }
  }

  private async askOnce(sql: string, how: How): Promise<readonly Row[]> {
    const { session } = this;
    await this.quiet();
    if (session.owed.skipping || (session.status === 'E' && how.failed !== true)) {
      throw new QuestionError('25P02', 'the transaction has failed');
    }
    const rows: Row[] = [];
    let failure: QuestionError | undefined;
    const own: OwnReply = {
      row: (row) => rows.push(row),
      failed: (sqlstate, message) => {
        failure = new QuestionError(sqlstate, message);
        this.leftOver = true;
      },
      ready: () => undefined,
    };
    const inBatch = session.batchOpen;
    // The setting is undone as the question's own transaction ends; in the client's it would stay.
    const alone = !inBatch && session.status === 'I';
    if (alone && how.reading !== undefined)
      this.send(readingSettings(how.reading), { ...own, row: () => undefined });
    this.send(sql, own);
    this.end(own, inBatch);
    await this.quiet();
    if (this.ended) throw new QuestionError('08006', 'the session ended');
    if (failure !== undefined) throw failure;
    return rows;
  }

  /** Sends a question behind what the batch holds so far; the answer is heard as it comes. */
  askInBatch(sql: string, own: OwnReply): void {
    this.send(sql, {
      ...own,
      failed: (sqlstate, message) => {
        this.leftOver = true;
        own.failed(sqlstate, message);
      },
    });
    this.end(own, true);
  }

  /**
   * Resolves once nothing is owed, so that the transaction status is known, and no cancel request is under
   * way, which would hit what comes next.
   */
  async quiet(): Promise<void> {
    const { session } = this;
    if (this.isQuiet()) return;
    if (session.batchOpen) session.toServer.write(Flush);
    session.touch();
    await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  /** Called after each chunk from the server, and when a cancel request was taken. */
  settled(): void {
    if (!this.isQuiet() || this.waiters.length === 0) return;
    const { waiters } = this;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }

  abandon(): void {
    this.ended = true;
    this.settled();
  }

  private isQuiet(): boolean {
    return this.ended || (this.session.owed.size === 0 && !this.session.isCancelling);
  }

  private send(sql: string, own: OwnReply): void {
    const { owed, toServer } = this.session;
    const out = new Writer();
    if (this.leftOver) {
      this.leftOver = false;
      Close.encode({ kind: 'Close', of: 'portal', name }, out);
      Close.encode({ kind: 'Close', of: 'statement', name }, out);
      owed.push(owe('close', { own }));
      owed.push(owe('close', { own }));
    }
    Parse.encode({ kind: 'Parse', statement: name, sql, parameterTypes: noParameters }, out);
    Bind.encode({ kind: 'Bind', portal: name, statement: name, values: noValues }, out);
    Execute.encode({ kind: 'Execute', portal: name, maxRows: 0 }, out);
    Close.encode({ kind: 'Close', of: 'portal', name }, out);
    Close.encode({ kind: 'Close', of: 'statement', name }, out);
    for (const kind of ['parse', 'bind', 'execute', 'close', 'close'] as const)
      owed.push(owe(kind, { own }));
    toServer.write(out.finish());
  }

  private end(own: OwnReply, inBatch: boolean): void {
    const { owed, toServer } = this.session;
    toServer.write(inBatch ? Flush : Sync);
    if (!inBatch) owed.push(owe('sync', { own }));
    this.session.touch();
  }
}
