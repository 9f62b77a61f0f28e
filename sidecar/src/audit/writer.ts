import fs from 'node:fs';
import { type Disk, type Segment, segmentPath } from './directory.js';
import {
  isNumbered,
  recordHeaderLength,
  recordType,
  type RecordType,
  sealRecord,
  segmentHeaderLength,
  writeSegmentHeader,
} from './segment.js';
import type { StatementEntry } from './statements.js';

export interface WriterParts {
  readonly directory: string;
  readonly disk: Disk;
  /** a segment that has reached this many bytes is followed by a new one */
  readonly segmentBytes: number;
  /** encoded snapshot of the live sessions, and the statements of their open intents */
  readonly snapshot: () => {
    readonly bytes: Buffer;
    readonly statements: Iterable<StatementEntry>;
  };
  /** the current segment is complete: its file is synced once more and closed */
  readonly retired: (fd: number) => void;
}

const firstCapacity = 256 * 1024;

/**
 * Appends records to a memory buffer, and the buffer to the current segment with one write.
 * What a failed write left behind is overwritten by the next: positions are explicit.
 */
export class SegmentWriter {
  /** where records are made; changes identity when it grows, so read it after `reserve` */
  buffer: Buffer = Buffer.allocUnsafe(firstCapacity);
  current: Segment;
  /** sequence of the next numbered record */
  nextSequence: number;
  fd: number | undefined;
  private readonly parts: WriterParts;
  private length = 0;

  constructor(parts: WriterParts, ordinal: number, nextSequence: number) {
    this.parts = parts;
    this.nextSequence = nextSequence;
    this.current = this.begin(ordinal);
  }

  /** bytes not yet written */
  get pending(): number {
    return this.length;
  }

  /** Makes room for a record; returns where its payload goes. */
  reserve(payload: number): number {
    const needed = this.length + recordHeaderLength + payload;
    if (needed > this.buffer.length) this.grow(needed);
    return this.length + recordHeaderLength;
  }

  private grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, needed));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }

  /** Completes the record whose payload was written where `reserve` said. */
  seal(type: RecordType, payload: number): void {
    const offset = this.nextSequence - this.current.base;
    sealRecord(this.buffer, this.length, type, payload, offset);
    this.length += recordHeaderLength + payload;
    if (isNumbered(type)) this.nextSequence += 1;
  }

  append(type: RecordType, payload: Uint8Array): void {
    const at = this.reserve(payload.length);
    this.buffer.set(payload, at);
    this.seal(type, payload.length);
  }

  /** Puts the record of a statement into this segment unless it is there. */
  ensure(statement: StatementEntry): void {
    if (statement.segment === this.current.ordinal) return;
    this.append(recordType.statement, statement.bytes);
    statement.segment = this.current.ordinal;
  }

  /** @throws what node:fs throws; then everything is still pending */
  write(): void {
    if (this.length === 0) return;
    this.fd ??= fs.openSync(this.current.path, 'wx', 0o600);
    let done = 0;
    while (done < this.length) {
      const position = this.current.size + done;
      done += this.parts.disk.write(this.fd, this.buffer, done, this.length - done, position);
    }
    this.current.size += this.length;
    this.current.last = this.nextSequence - 1;
    this.length = 0;
    // A burst should not keep its memory for ever.
    if (this.buffer.length > 16 * firstCapacity) this.buffer = Buffer.allocUnsafe(firstCapacity);
  }

  get isLong(): boolean {
    return this.current.size >= this.parts.segmentBytes;
  }

  /** Begins the next segment; its file comes with the next write. Only after a write. */
  rotate(): void {
    if (this.fd !== undefined) this.parts.retired(this.fd);
    this.fd = undefined;
    this.current = this.begin(this.current.ordinal + 1);
  }

  private begin(ordinal: number): Segment {
    const base = this.nextSequence;
    const path = segmentPath(this.parts.directory, ordinal);
    this.current = { ordinal, path, base, last: base - 1, size: 0 };
    writeSegmentHeader({ ordinal, base }, this.buffer);
    this.length = segmentHeaderLength;
    const { bytes, statements } = this.parts.snapshot();
    this.append(recordType.snapshot, bytes);
    for (const statement of statements) this.ensure(statement);
    return this.current;
  }
}
