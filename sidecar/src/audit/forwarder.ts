import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { auditService, postern } from '@postern/proto';
import { encodeBatch, recordOverhead, type Sendable } from './batch.js';
import { Cursor, type CursorParts } from './cursor.js';
import type { Pace } from './pace.js';

type FromCollector = postern.audit.v1.IStreamResponse;

export interface ForwardingTarget {
  /** host:port of the collector */
  readonly address: string;
  /** read anew for each connection; empty where the collector asks for none */
  readonly token: string | (() => Promise<string>);
}

export interface ForwarderParts extends CursorParts {
  readonly target: ForwardingTarget;
  readonly spoolId: () => Buffer;
  readonly proxyId: string;
  readonly version: string;
  readonly lastSequence: () => number;
  /** everything up to and including this sequence is durable at the collector */
  readonly acknowledged: (sequence: number) => void;
  /** the collector holds more of this spool than the spool does: begin anew under another id */
  readonly collectorAhead: (sequence: number) => void;
  readonly failed: (cause: unknown) => void;
  readonly random: () => number;
  readonly pace: Pace;
}

const maxBatchBytes = 1024 * 1024;
const maxBatchRecords = 4096;
/** bytes sent and not acknowledged */
const window = 8 * 1024 * 1024;
/** milliseconds that records may wait for company */
const linger = 25;
const firstPause = 200;
const longestPause = 15_000;

/**
 * Sends the spool to the collector: what is durable here, in order, a bounded amount ahead of what is
 * acknowledged there. After a loss it connects again, with jitter, and goes on after the last
 * acknowledged record. Delivery is at least once.
 */
export class Forwarder {
  private readonly parts: ForwarderParts;
  private readonly client: Client;
  private stream: ClientDuplexStream<Buffer, FromCollector> | undefined;
  private cursor: Cursor | undefined;
  private pause = firstPause;
  private timer: NodeJS.Timeout | undefined;
  private lingering: NodeJS.Timeout | undefined;
  private pumping = false;
  private stopped = false;
  private sent = 0;
  private inFlight: { readonly last: number; readonly bytes: number }[] = [];
  private inFlightBytes = 0;

  constructor(parts: ForwarderParts) {
    this.parts = parts;
    this.client = new Client(parts.target.address, credentials.createInsecure(), {
      'grpc.keepalive_time_ms': 20_000,
      'grpc.max_send_message_length': -1,
      'grpc.initial_reconnect_backoff_ms': firstPause,
      'grpc.max_reconnect_backoff_ms': 2000,
    });
  }

  get connected(): boolean {
    return this.cursor !== undefined;
  }

  start(): void {
    const { token } = this.parts.target;
    Promise.resolve(typeof token === 'string' ? token : token()).then(
      (text) => this.open(text),
      (cause: unknown) => this.lost(undefined, cause),
    );
  }

  /** More is durable. */
  poke(): void {
    if (this.cursor === undefined || this.lingering !== undefined) return;
    this.parts.pace.begins();
    this.lingering = setTimeout(() => {
      this.lingering = undefined;
      this.pump();
    }, linger);
    this.lingering.unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.lingering);
    this.stream?.on('error', () => undefined);
    this.stream?.end();
    this.client.close();
    const { cursor } = this;
    this.cursor = undefined;
    await cursor?.close();
  }

  private open(token: string): void {
    if (this.stopped) return;
    const { path, responseDeserialize } = auditService.stream;
    const stream = this.client.makeBidiStreamRequest<Buffer, FromCollector>(
      path,
      (bytes) => bytes,
      responseDeserialize,
    );
    this.stream = stream;
    const { proxyId, version } = this.parts;
    const hello = { spoolId: this.parts.spoolId(), proxyId, version, token };
    stream.write(Buffer.from(postern.audit.v1.StreamRequest.encode({ hello }).finish()));
    stream.on('data', (message: FromCollector) => this.heard(stream, message));
    stream.on('drain', () => this.pump());
    stream.on('error', (cause) => this.lost(stream, cause));
    stream.on('end', () => this.lost(stream, new Error('the collector closed the stream')));
  }

  private heard(stream: ClientDuplexStream<Buffer, FromCollector>, message: FromCollector): void {
    if (stream !== this.stream || this.stopped) return;
    if (message.welcome != null) this.welcomed(message.welcome.acknowledgedSequence ?? 0);
    else if (message.acknowledgement != null) this.settled(message.acknowledgement.sequence ?? 0);
  }

  private welcomed(sequence: number): void {
    if (this.cursor !== undefined) return;
    if (sequence > this.parts.lastSequence()) {
      this.parts.collectorAhead(sequence);
      this.lost(
        this.stream,
        new Error('the collector knows this spool id further than the spool goes'),
      );
      return;
    }
    this.pause = firstPause;
    this.sent = sequence;
    this.parts.acknowledged(sequence);
    this.cursor = new Cursor(this.parts, sequence);
    this.pump();
  }

  private settled(sequence: number): void {
    if (this.cursor === undefined) return;
    const upTo = Math.min(sequence, this.sent);
    while (this.inFlight[0] !== undefined && this.inFlight[0].last <= upTo) {
      this.inFlightBytes -= this.inFlight.shift()?.bytes ?? 0;
    }
    this.parts.acknowledged(upTo);
    this.pump();
  }

  private pump(): void {
    const { cursor, stream } = this;
    if (this.pumping || cursor === undefined || stream === undefined) return;
    if (stream.writableNeedDrain || this.inFlightBytes >= window) return;
    if (!this.parts.pace.allows()) {
      this.poke();
      return;
    }
    this.pumping = true;
    cursor.next().then(
      (records) => {
        this.pumping = false;
        if (stream !== this.stream || this.stopped) return;
        if (records.length === 0) {
          this.parts.pace.caughtUp();
          return;
        }
        for (const batch of batches(records)) this.send(stream, batch);
        // The data path goes first.
        setImmediate(() => this.pump());
      },
      (cause: unknown) => {
        this.pumping = false;
        if (stream === this.stream) this.lost(stream, cause);
      },
    );
  }

  private send(
    stream: ClientDuplexStream<Buffer, FromCollector>,
    batch: readonly Sendable[],
  ): void {
    const bytes = encodeBatch(batch);
    const last = batch.at(-1)?.sequence ?? 0;
    stream.write(bytes);
    // Statement records said again are acknowledged already.
    if (last <= this.sent) return;
    this.sent = last;
    this.inFlight.push({ last, bytes: bytes.length });
    this.inFlightBytes += bytes.length;
  }

  private lost(
    stream: ClientDuplexStream<Buffer, FromCollector> | undefined,
    cause: unknown,
  ): void {
    if (this.stopped || stream !== this.stream || this.timer !== undefined) return;
    this.stream = undefined;
    const { cursor } = this;
    this.cursor = undefined;
    this.inFlight = [];
    this.inFlightBytes = 0;
    stream?.on('error', () => undefined);
    stream?.cancel();
    cursor?.close().catch((closing: unknown) => this.parts.failed(closing));
    this.parts.failed(cause);
    const delay = this.pause * (0.5 + this.parts.random());
    this.pause = Math.min(this.pause * 2, longestPause);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.start();
    }, delay);
    this.timer.unref();
  }
}

/** Cuts records into batches of consecutive sequences and bounded size. */
export function* batches(records: readonly Sendable[]): Generator<readonly Sendable[]> {
  let batch: Sendable[] = [];
  let size = 0;
  let expected = -1;
  for (const record of records) {
    const more = record.bytes.length + recordOverhead;
    const isBreak =
      record.sequence !== expected ||
      size + more > maxBatchBytes ||
      batch.length >= maxBatchRecords;
    if (isBreak && batch.length > 0) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(record);
    size += more;
    expected = record.sequence + 1;
  }
  if (batch.length > 0) yield batch;
}
