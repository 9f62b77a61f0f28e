import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import { encodeGap, encodePolicyChange, encodeRefusal } from './bodies.js';
import { Chain } from './chain.js';
import { renewSpoolId, type Segment, writeAcknowledged } from './directory.js';
import { SpoolError } from './errors.js';
import { type EventKind, eventKind } from './event.js';
import { Forwarder, type ForwardingTarget } from './forwarder.js';
import { Pace } from './pace.js';
import { RecordedSession } from './session.js';
import type { SpoolMetrics, SpoolParts } from './spool-parts.js';
import type {
  AuditSink,
  ConnectionRefusal,
  SessionAudit,
  SessionFacts,
  StatementContent,
  StatementHandle,
} from './sink.js';

/** milliseconds between two tries to write to a disk that refused */
const retryPause = 1000;
/** milliseconds between two notes of the acknowledged sequence */
const notePause = 1000;

/**
 * The audit spool of one proxy: an append-only record on disk that outlives the process, sent on to a
 * collector in the background.
 */
export class Spool implements AuditSink {
  private readonly parts: SpoolParts;
  private readonly own: Chain;
  private forwarder: Forwarder | undefined;
  private spoolId: Buffer;
  private acknowledged: number;
  private noted: number;
  private noting: NodeJS.Timeout | undefined;
  private retrying: NodeJS.Timeout | undefined;
  /** a statement under `whenFull: Refuse` depends on what is in the buffer */
  private depends = false;
  private gapIsSaid = false;
  private isClosed = false;
  private error: { readonly cause: unknown; readonly time: number } | undefined;
  private drained: (() => void) | undefined;

  constructor(parts: SpoolParts) {
    this.parts = parts;
    this.own = new Chain(parts, parts.ids.next());
    this.spoolId = parts.spoolId;
    this.acknowledged = parts.acknowledged;
    this.noted = parts.acknowledged;
  }

  get full(): boolean {
    return this.isClosed || this.parts.admission.full;
  }

  /** What went wrong last, on disk or on the way to the collector; undefined: nothing did. */
  get lastError(): { readonly cause: unknown; readonly time: number } | undefined {
    return this.error;
  }

  openSession(start: SessionFacts): SessionAudit {
    this.checkOpen();
    const session = new RecordedSession(
      {
        writer: this.parts.writer,
        ids: this.parts.ids,
        now: this.parts.now,
        admission: this.parts.admission,
        clock: () => performance.now(),
        proxyId: this.parts.proxyId,
        depend: this.depend,
        ended: (ended) => this.parts.live.delete(ended),
      },
      start,
    );
    this.parts.live.add(session);
    return session;
  }

  refused(refusal: ConnectionRefusal): void {
    this.record(eventKind.refusal, () => encodeRefusal(refusal));
  }

  policyChanged(digest: string, previous: string): void {
    this.record(eventKind.policyChange, () => encodePolicyChange(digest, previous));
  }

  statementRecord(content: StatementContent): StatementHandle {
    return this.parts.statements.of(content);
  }

  /** Records that events are missing. `events` 0: nobody knows how many. */
  gap(events: number, reason: string): void {
    this.own.append(eventKind.gap, encodeGap(events, reason));
  }

  private record(kind: EventKind, body: () => Uint8Array): void {
    if (this.isClosed || !this.parts.admission.other()) return;
    this.own.append(kind, body());
    // No statement waits for these: whoever records them need not commit.
    setImmediate(() => {
      if (!this.isClosed && this.parts.writer.pending > 0) this.write();
    });
  }

  commit(): void {
    this.tellGap();
    if (this.parts.writer.pending === 0) return;
    const error = this.write();
    if (error === undefined || !this.depends) return;
    // Whoever depended on it is told now; the records are written when the disk takes them again.
    this.depends = false;
    throw error;
  }

  async durable(): Promise<void> {
    this.depends ||= this.parts.writer.pending > 0;
    this.commit();
    await this.parts.sync.durable();
  }

  /** Sends everything recorded, from the oldest not yet acknowledged, to a collector; once. */
  startForwarding(target: ForwardingTarget): void {
    this.checkOpen();
    if (this.forwarder !== undefined) throw new TypeError('forwarding has begun already');
    this.forwarder = new Forwarder({
      target,
      spoolId: () => this.spoolId,
      proxyId: this.parts.proxyId,
      version: this.parts.version,
      segments: () => this.segments,
      durable: () => this.parts.sync.mark,
      damaged: (segment, from, to) => {
        const range = `bytes ${String(from)}-${String(to)}`;
        this.gap(0, `corrupt: segment ${String(segment.ordinal)}, ${range} became unreadable`);
        this.failed(new SpoolError('io', `the spool became unreadable: ${segment.path} ${range}`));
      },
      lastSequence: () => this.lastSequence,
      acknowledged: (sequence) => this.settle(sequence),
      collectorAhead: () => this.renewId(),
      failed: (cause) => this.failed(cause),
      random: this.parts.random,
      pace: new Pace({
        now: () => performance.now(),
        utilization: this.parts.utilization,
        pressing: () => this.drained !== undefined || this.parts.admission.pressing,
      }),
    });
    this.forwarder.start();
  }

  metrics(): SpoolMetrics & Readonly<Record<string, number>> {
    return {
      bytes: this.used,
      segments: this.segments.length,
      written: this.lastSequence,
      acknowledged: this.acknowledged,
      backlog: Math.max(0, this.lastSequence - this.acknowledged),
      connected: this.forwarder?.connected === true ? 1 : 0,
      full: this.full ? 1 : 0,
      missed: this.parts.admission.missed,
    };
  }

  /**
   * Ends open sessions (`drained`), writes and syncs everything, then gives the directory back.
   *
   * @param graceMs  how long a connected collector may take to acknowledge the rest; what it does not
   *                 is sent by the next start
   */
  async close(graceMs = 2000): Promise<void> {
    if (this.isClosed) return;
    for (const session of [...this.parts.live]) session.end('drained');
    try {
      await this.durable();
      if (this.forwarder?.connected === true && this.acknowledged < this.lastSequence) {
        await this.drain(graceMs);
      }
    } finally {
      this.isClosed = true;
      clearTimeout(this.retrying);
      clearTimeout(this.noting);
      await this.forwarder?.stop();
      await this.parts.sync.stop();
      this.note();
      if (this.parts.writer.fd !== undefined) fs.closeSync(this.parts.writer.fd);
      fs.closeSync(this.parts.directoryFd);
      this.parts.unlock();
    }
  }

  /** More became durable. */
  readonly synced = (): void => this.forwarder?.poke();

  readonly failed = (cause: unknown): void => {
    this.error = { cause, time: this.parts.now() };
    this.parts.failed(cause);
  };

  private readonly depend = (): void => {
    this.depends = true;
  };

  private get segments(): readonly Segment[] {
    return [...this.parts.segments.all, this.parts.writer.current];
  }

  private get used(): number {
    const { segments, writer } = this.parts;
    return segments.bytes + writer.current.size + writer.pending;
  }

  private get lastSequence(): number {
    const { current } = this.parts.writer;
    return current.last;
  }

  /** Never throws: also timers call it. */
  private write(): SpoolError | undefined {
    const { writer, admission, sync } = this.parts;
    try {
      writer.write();
    } catch (cause) {
      return this.refusedByDisk(SpoolError.from(cause, 'cannot write the spool'));
    }
    admission.blocked = undefined;
    this.depends = false;
    sync.wrote();
    if (writer.isLong) this.rotate();
    return undefined;
  }

  private refusedByDisk(error: SpoolError): SpoolError {
    this.failed(error);
    this.parts.admission.blocked = error;
    this.retrying ??= setTimeout(() => {
      this.retrying = undefined;
      if (!this.isClosed) this.write();
    }, retryPause).unref();
    return error;
  }

  private rotate(): void {
    const { writer, segments } = this.parts;
    segments.add(writer.current);
    writer.rotate();
  }

  private tellGap(): void {
    const { admission } = this.parts;
    if (admission.missed === 0) return;
    if (!admission.full) {
      this.gap(admission.missed, 'spool full: these ran or happened unrecorded');
      admission.missed = 0;
      this.gapIsSaid = false;
    } else if (!this.gapIsSaid && admission.blocked === undefined) {
      this.gap(0, 'spool full: events are missing from here on');
      this.gapIsSaid = true;
    }
  }

  private settle(sequence: number): void {
    if (sequence <= this.acknowledged) return;
    this.acknowledged = sequence;
    try {
      const wasFull = this.parts.admission.full;
      // A full spool that is wholly acknowledged gets its room back from the current segment too.
      const { writer } = this.parts;
      if (wasFull && writer.pending === 0 && writer.current.last <= sequence) this.rotate();
      if (this.parts.segments.release(sequence)) this.note();
      if (wasFull && !this.full) this.commit();
    } catch (cause) {
      this.failed(cause);
    }
    this.noting ??= setTimeout(() => {
      this.noting = undefined;
      this.note();
    }, notePause).unref();
    if (sequence >= this.lastSequence) this.drained?.();
  }

  private note(): void {
    if (this.noted === this.acknowledged) return;
    this.noted = this.acknowledged;
    try {
      writeAcknowledged(this.parts.directory, this.acknowledged);
    } catch (cause) {
      this.failed(cause);
    }
  }

  private renewId(): void {
    try {
      this.spoolId = renewSpoolId(this.parts.directory, this.parts.freshId);
      this.acknowledged = 0;
    } catch (cause) {
      this.failed(cause);
    }
  }

  private drain(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.drained = () => {
        clearTimeout(timer);
        resolve();
      };
      this.forwarder?.poke();
    });
  }

  private checkOpen(): void {
    if (this.isClosed) throw new SpoolError('closed', 'the spool is closed');
  }
}
