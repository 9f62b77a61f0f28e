import { open, type FileHandle } from 'node:fs/promises';
import type { Sendable } from './batch.js';
import type { Segment } from './directory.js';
import {
  eventBytes,
  isNumbered,
  parseRecord,
  recordType,
  resync,
  segmentHeaderLength,
  type SegmentRecord,
} from './segment.js';
import type { Mark } from './sync.js';

export interface CursorParts {
  /** oldest first, the current one last */
  readonly segments: () => readonly Segment[];
  /** nothing after it is read */
  readonly durable: () => Mark;
  /** bytes of a segment that turned bad after they were written */
  readonly damaged: (segment: Segment, from: number, to: number) => void;
}

const chunkBytes = 256 * 1024;

/**
 * Reads the numbered records of a spool in order, live and backlog alike. It begins at the segment that
 * holds the first record after `acknowledged`; of what is acknowledged there it yields the statement
 * records alone, so that every stream carries a statement before the events that refer to it.
 */
export class Cursor {
  private readonly parts: CursorParts;
  private readonly acknowledged: number;
  private ordinal = 0;
  private offset = 0;
  private base = 0;
  private file: FileHandle | undefined;
  private isClosed = false;

  constructor(parts: CursorParts, acknowledged: number) {
    this.parts = parts;
    this.acknowledged = acknowledged;
  }

  /** The next records, about 256 KiB of them; none: nothing new is durable. */
  async next(): Promise<readonly Sendable[]> {
    for (;;) {
      const segment = await this.settle();
      if (segment === undefined) return [];
      const limit = this.limitOf(segment);
      if (this.offset >= limit) return [];
      const records = await this.read(segment, limit);
      if (records.length > 0) return records;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.leave();
  }

  private async leave(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.close();
  }

  private limitOf(segment: Segment): number {
    const { ordinal, offset } = this.parts.durable();
    if (segment.ordinal < ordinal) return segment.size;
    return segment.ordinal === ordinal ? Math.min(offset, segment.size) : 0;
  }

  /** Moves to the segment to read from, past those that are read or need no reading. */
  private async settle(): Promise<Segment | undefined> {
    const segments = this.parts.segments();
    const here = segments.find((segment) => segment.ordinal === this.ordinal);
    const current = segments.at(-1);
    if (here !== undefined && this.file !== undefined) {
      const isRead = here !== current && this.offset >= here.size;
      if (!isRead || this.limitOf(here) < here.size) return here;
    }
    const next = segments.find(
      (segment) =>
        segment.ordinal > this.ordinal && (segment === current || segment.last > this.acknowledged),
    );
    if (next === undefined || this.limitOf(next) < segmentHeaderLength) return undefined;
    await this.leave();
    const file = await open(next.path, 'r');
    if (this.isClosed) {
      await file.close();
      return undefined;
    }
    this.file = file;
    this.ordinal = next.ordinal;
    this.offset = segmentHeaderLength;
    this.base = next.base;
    return next;
  }

  private async read(segment: Segment, limit: number): Promise<readonly Sendable[]> {
    let bytes = await this.load(Math.min(chunkBytes, limit - this.offset));
    const first = parseRecord(bytes, 0, this.base);
    if (first.kind === 'incomplete' && first.length <= limit - this.offset) {
      bytes = await this.load(first.length);
    }
    const records: Sendable[] = [];
    let at = 0;
    while (at < bytes.length || at === 0) {
      const parsed = parseRecord(bytes, at, this.base);
      if (parsed.kind === 'record') {
        this.take(parsed, records);
        at = parsed.end;
        continue;
      }
      const mayGoOn = parsed.kind === 'incomplete' && this.offset + at + parsed.length <= limit;
      if (mayGoOn && at > 0) break;
      const left = limit - this.offset - at;
      const rest = await this.load(left, at);
      const good = rest.length < left ? left : resync(rest, 1, this.base);
      this.parts.damaged(segment, this.offset + at, this.offset + at + good);
      at += good;
      break;
    }
    this.offset += at;
    return records;
  }

  private take(record: SegmentRecord, records: Sendable[]): void {
    if (!isNumbered(record.type)) return;
    const { sequence } = record;
    if (record.type === recordType.statement) {
      records.push({ sequence, field: 1, bytes: record.payload });
      return;
    }
    const bytes = eventBytes(record);
    if (bytes === undefined || sequence <= this.acknowledged) return;
    records.push({ sequence, field: 2, bytes });
  }

  private async load(length: number, skip = 0): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    const read = await this.file?.read(bytes, 0, length, this.offset + skip);
    return bytes.subarray(0, read?.bytesRead ?? 0);
  }
}
