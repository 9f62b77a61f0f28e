import { ProtocolError } from '../wire/protocol-error.js';
import type { RowFormat } from './copy-rows.js';
import { DetectionError, rowTooLong } from './detection-error.js';
import type { Look } from './look.js';
import type { Rewriting } from './rewriting.js';

const nothing = Buffer.alloc(0);
const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, Int32 flags, Int32 length of what else is in the header. */
const headerLength = signature.length + 8;
/** Flags from bit 16 on change how the file is read: whoever does not know one must not read on. */
const criticalFlags = 0xffff0000;

/** What the bytes at hand belong to. */
type State =
  | { readonly at: 'header' }
  | { readonly at: 'tuple' }
  | { readonly at: 'length'; readonly columns: number }
  | { readonly at: 'done' };

/**
 * COPY's binary format: a header, which goes out before the first row; tuples of an Int16 count and, for each value,
 * Int32 length and bytes; a count of -1 at the end. PostgreSQL's manual, COPY, "Binary Format".
 */
export class CopyBinary implements RowFormat {
  private readonly looks: readonly Look[];
  private readonly rewriting: Rewriting;
  private readonly limit: number;
  private state: State = { at: 'header' };
  /** first bytes of a header, count or length of which the rest has not come */
  private pending = nothing;
  /** bytes of a header's extension or of a value that are to be passed over */
  private skipping = 0;
  private rowLength = 0;
  private headerSeen = false;

  /** @param limit bytes of one row */
  constructor(looks: readonly Look[], rewriting: Rewriting, limit: number) {
    this.looks = looks;
    this.rewriting = rewriting;
    this.limit = limit;
  }

  rowEnd(bytes: Buffer, from: number, end: number): number {
    let at = from;
    for (;;) {
      const skipped = Math.min(this.skipping, end - at);
      this.skipping -= skipped;
      at += skipped;
      if (this.skipping > 0) return -1;
      if (this.state.at === 'length' && this.state.columns === 0) {
        this.state = { at: 'tuple' };
        this.rowLength = 0;
        return at;
      }
      if (at === end) return -1;
      const needed = this.needed();
      let ended: boolean;
      if (this.pending.length === 0 && end - at >= needed) {
        ended = this.read(bytes, at);
        at += needed;
      } else {
        const taken = Math.min(needed - this.pending.length, end - at);
        this.pending = Buffer.concat([this.pending, bytes.subarray(at, at + taken)]);
        at += taken;
        if (this.pending.length < needed) return -1;
        ended = this.read(this.pending, 0);
        this.pending = nothing;
      }
      if (ended) return at;
    }
  }

  mask(bytes: Buffer, from: number, ends: readonly number[]): Buffer | undefined {
    const last = ends.at(-1);
    if (last === undefined) return undefined;
    this.rewriting.begin(bytes, from, last);
    let at = from;
    if (!this.headerSeen) {
      this.headerSeen = true;
      at += headerLength + bytes.readInt32BE(at + headerLength - 4);
    }
    while (at < last) at = this.tuple(bytes, at);
    return this.rewriting.finish();
  }

  close(held: number): void {
    if (held > 0 || this.pending.length > 0) throw malformed();
  }

  private needed(): number {
    switch (this.state.at) {
      case 'header':
        return headerLength;
      case 'tuple':
        return 2;
      case 'length':
        return 4;
      case 'done':
        throw malformed();
    }
  }

  /** Reads the field at hand, which is whole. @returns whether a row ends behind it: the trailer */
  private read(bytes: Buffer, at: number): boolean {
    if (this.state.at === 'header') {
      this.skip(this.extension(bytes, at));
      this.state = { at: 'tuple' };
    } else if (this.state.at === 'tuple') {
      const columns = bytes.readInt16BE(at);
      if (columns === -1) {
        this.state = { at: 'done' };
        return true;
      }
      if (columns < 0 || columns > this.looks.length) throw malformed();
      this.rowLength += 2;
      this.state = { at: 'length', columns };
    } else if (this.state.at === 'length') {
      const length = bytes.readInt32BE(at);
      if (length < -1) throw malformed();
      this.skip(4 + Math.max(length, 0));
      this.skipping -= 4;
      this.state = { at: 'length', columns: this.state.columns - 1 };
    }
    return false;
  }

  private extension(bytes: Buffer, at: number): number {
    if (signature.compare(bytes, at, at + signature.length) !== 0) throw malformed();
    const flags = bytes.readUInt32BE(at + signature.length);
    if ((flags & criticalFlags) !== 0) {
      throw new DetectionError('unsupported-copy', 'COPY in binary with flags that are not known');
    }
    const length = bytes.readInt32BE(at + signature.length + 4);
    if (length < 0) throw malformed();
    return length;
  }

  private skip(bytes: number): void {
    this.rowLength += bytes;
    if (this.rowLength > this.limit) throw rowTooLong(this.limit);
    this.skipping = bytes;
  }

  /** One tuple that was found whole. @returns its end */
  private tuple(bytes: Buffer, from: number): number {
    const columns = bytes.readInt16BE(from);
    let at = from + 2;
    for (let column = 0; column < columns; column += 1) {
      const length = bytes.readInt32BE(at);
      at += 4;
      if (length < 0) continue;
      this.rewriting.value(column, this.looks[column] ?? 'text', at, at + length);
      at += length;
    }
    return at;
  }
}

const malformed = (): ProtocolError => new ProtocolError('malformed', 'incorrect COPY file format');
