import { ProtocolError } from '../wire/protocol-error.js';
import type { Described } from './described.js';
import type { Execution } from './execution.js';
import type { Refusal } from './refusal.js';

/** What the server still owes for one frontend message. */
export interface Owed {
  readonly kind:
    'parse' | 'bind' | 'close' | 'describe' | 'execute' | 'sync' | 'query' | 'copy-end';
  /** The proxy's own question: its replies never reach the client. */
  readonly own: OwnReply | undefined;
  /** Part of a simple query sent piece by piece: acknowledgements the client does not expect are dropped. */
  readonly staged: boolean;
  /** A stand-in was sent: the server's error here is replaced by this. */
  readonly refusal: Refusal | undefined;
  /** Of a stand-in: type of the message in whose place it was sent. */
  readonly inPlaceOf: number | undefined;
  /** Takes back what was registered when the message was sent, if the server never processed it. */
  readonly undo: (() => void) | undefined;
  /** Of an Execute; of a Query one for each statement still to be answered. */
  readonly executions: Execution[] | undefined;
  /** Of a rewritten statement: maps an error position back to the client's text. */
  readonly toOriginal: ((position: number) => number) | undefined;
  /** Of a Describe: who wants to know its answer, besides the client. */
  readonly described: Described | undefined;
}

// All entries have one shape, whatever they leave out: they are read for every message.

export const owe = (
  kind: Owed['kind'],
  {
    own,
    staged = false,
    refusal,
    inPlaceOf,
    undo,
    executions,
    toOriginal,
    described,
  }: Partial<Owed> = nothing,
): Owed => ({ kind, own, staged, refusal, inPlaceOf, undo, executions, toOriginal, described });

const nothing: Partial<Owed> = {};

/** Of a Bind. */
export const oweBind = (undo: () => void): Owed => ({
  kind: 'bind',
  own: undefined,
  staged: false,
  refusal: undefined,
  inPlaceOf: undefined,
  undo,
  executions: undefined,
  toOriginal: undefined,
  described: undefined,
});

/** Of an Execute. */
export const oweExecute = (
  executions: Execution[] | undefined,
  toOriginal: Owed['toOriginal'],
): Owed => ({
  kind: 'execute',
  own: undefined,
  staged: false,
  refusal: undefined,
  inPlaceOf: undefined,
  undo: undefined,
  executions,
  toOriginal,
  described: undefined,
});

/** Receives the replies to the proxy's own messages. */
export interface OwnReply {
  row(row: readonly (string | null)[]): void;
  failed(sqlstate: string, message: string): void;
  ready(): void;
}

/** Replies that nobody waits for. */
export const unheard: OwnReply = {
  row: () => undefined,
  failed: () => undefined,
  ready: () => undefined,
};

/**
 * What the server still owes the client, oldest first. Grows on frontend messages, shrinks on backend
 * ones; a failed batch loses everything up to its Sync, as the server skips it.
 * Protocol 3.0, "Extended Query" and "COPY Operations".
 */
export class OwedQueue {
  private entries: (Owed | undefined)[] = [];
  private at = 0;
  /** The server is skipping: what is sent now, up to a Sync, gets no reply. */
  skipping = false;
  /** Cycles, each ended by a ReadyForQuery, that the client has ended on its side with Sync or Query. */
  cyclesBegun = 0;
  /** Cycles the server has answered. */
  cyclesDone = 0;

  get head(): Owed | undefined {
    return this.entries[this.at];
  }

  get size(): number {
    return this.entries.length - this.at;
  }

  /** The entry after the head. */
  get next(): Owed | undefined {
    return this.entries[this.at + 1];
  }

  /** Is a reply of this kind owed, for a message of the client's? */
  owes(kind: Owed['kind']): boolean {
    return this.entries.some((owed) => owed?.kind === kind && owed.own === undefined);
  }

  /**
   * Was something sent in an earlier cycle that the server has not ended yet? It may have failed, which
   * undoes what was registered for it; within its own cycle a failure has the rest skipped.
   */
  unsettled(cycle: number): boolean {
    return cycle < this.cyclesBegun && cycle >= this.cyclesDone;
  }

  push(owed: Owed): void {
    if (owed.kind === 'sync') this.skipping = false;
    if (owed.kind === 'sync' || owed.kind === 'query') this.cyclesBegun += 1;
    this.entries.push(owed);
  }

  /** Removes the head, which must be of this kind. */
  pop(kind: Owed['kind']): Owed {
    const head = this.head;
    if (head?.kind !== kind) {
      throw new ProtocolError(
        'unexpected',
        `reply to ${kind} while ${head?.kind ?? 'nothing'} is owed`,
      );
    }
    if (kind === 'sync' || kind === 'query') this.cyclesDone += 1;
    this.entries[this.at] = undefined;
    this.at += 1;
    if (this.at === this.entries.length) {
      this.entries = [];
      this.at = 0;
    } else if (this.at > 1024) {
      this.entries = this.entries.slice(this.at);
      this.at = 0;
    }
    // The end of a copy that never began: the server ignores it, and nothing must wait for it.
    while (this.head?.kind === 'copy-end') this.pop('copy-end');
    return head;
  }

  /**
   * The server reported an error for the head. For a Query only its ReadyForQuery remains owed; in the
   * extended protocol everything up to the next Sync is dropped, a Query among it too.
   *
   * @returns what was dropped, the failed message first
   */
  fail(): readonly Owed[] {
    const head = this.head;
    if (head === undefined) throw new ProtocolError('unexpected', 'error while nothing is owed');
    if (head.kind === 'query') return [head];
    const dropped: Owed[] = [];
    while (this.head !== undefined && this.head.kind !== 'sync') {
      dropped.push(this.pop(this.head.kind));
    }
    this.skipping = this.head === undefined;
    // Undone newest first, so that a name registered twice gets its oldest meaning back.
    for (const owed of dropped.toReversed()) owed.undo?.();
    return dropped;
  }

  /**
   * The server started COPY FROM STDIN for the Execute at the head: a Sync it has been sent already,
   * before the end of the copy data, is swallowed by the copy and never answered.
   *
   * @returns true when the end of the copy data has been sent already
   */
  copyStarted(): boolean {
    const rest = this.entries.slice(this.at + 1);
    // Anything else amid the data ends the copy, with an error.
    const amid = rest.findIndex((owed) => owed?.kind !== 'sync');
    const ended = amid >= 0 && rest[amid]?.kind === 'copy-end';
    const swallowed = amid < 0 ? rest.length : amid;
    // They end nothing, and have no ReadyForQuery of their own to come.
    this.cyclesDone += swallowed;
    this.entries = [this.head, ...rest.slice(ended ? amid + 1 : swallowed)];
    this.at = 0;
    return ended;
  }

  drain(): readonly Owed[] {
    const rest = this.entries.slice(this.at).filter((owed) => owed !== undefined);
    this.entries = [];
    this.at = 0;
    return rest;
  }
}
