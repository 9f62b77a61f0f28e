import {
  type EventKind,
  eventHash,
  eventOverhead,
  statementEventBound,
  type StatementFields,
  writeEvent,
  writeStatementEvent,
} from './event.js';
import { outcomePrefixLength, recordType } from './segment.js';
import type { Uuid7 } from './uuid.js';
import type { SegmentWriter } from './writer.js';

export interface ChainParts {
  readonly writer: SegmentWriter;
  readonly ids: Uuid7;
  /** Unix milliseconds */
  readonly now: () => number;
}

/** The events of one session, each carrying the hash of the one before it. */
export class Chain {
  readonly session: Buffer;
  /** sequence of the next event */
  sequence: number;
  /** `eventHash` of the last event */
  previous: string | undefined;
  private readonly parts: ChainParts;

  constructor(parts: ChainParts, session: Buffer, sequence = 0, previous?: string) {
    this.parts = parts;
    this.session = session;
    this.sequence = sequence;
    this.previous = previous;
  }

  get time(): number {
    return Math.round(this.parts.now() * 1000);
  }

  append(kind: EventKind, body: Uint8Array): void {
    const { writer, ids } = this.parts;
    const start = writer.reserve(eventOverhead + body.length);
    const end = writeEvent(writer.buffer, start, ids, this, kind, body);
    this.advance(writer.buffer.subarray(start, end));
    writer.seal(recordType.event, end - start);
  }

  /** @param closes  ordinal of the intent that this is the outcome of */
  appendStatement(fields: StatementFields, closes: number | undefined): void {
    const { writer, ids } = this.parts;
    const prefix = closes === undefined ? 0 : outcomePrefixLength;
    const start = writer.reserve(prefix + statementEventBound(fields));
    if (closes !== undefined) writer.buffer.writeUInt32LE(closes, start);
    const end = writeStatementEvent(writer.buffer, start + prefix, ids, this, fields);
    this.advance(writer.buffer.subarray(start + prefix, end));
    writer.seal(closes === undefined ? recordType.event : recordType.outcome, end - start);
  }

  private advance(event: Buffer): void {
    this.previous = eventHash(event);
    this.sequence += 1;
  }
}
