import { ProtocolError } from './protocol-error.js';

/** Reads the fields of one message body in order. Bounds are checked at each field. */
export class Body {
  private readonly buffer: Buffer;
  private readonly end: number;
  private at: number;

  /** @param start first byte after the header; @param end one past the last byte */
  constructor(buffer: Buffer, start: number, end: number) {
    this.buffer = buffer;
    this.at = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  /** Offset of the next field in the underlying buffer. */
  get offset(): number {
    return this.at;
  }

  uint8(): number {
    return this.buffer.readUInt8(this.take(1));
  }

  uint16(): number {
    return this.buffer.readUInt16BE(this.take(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.take(4));
  }

  uint32(): number {
    return this.buffer.readUInt32BE(this.take(4));
  }

  /** A NUL-terminated string, decoded as UTF-8. */
  cstring(): string {
    return this.terminated('utf8');
  }

  /** A NUL-terminated name as bytes, one a character: it means the same whatever its encoding. */
  name(): string {
    return this.terminated('latin1');
  }

  /** A view, not a copy. */
  bytes(length: number): Buffer {
    const from = this.take(length);
    return this.buffer.subarray(from, from + length);
  }

  rest(): Buffer {
    return this.bytes(this.remaining);
  }

  private terminated(encoding: 'utf8' | 'latin1'): string {
    // The unnamed statement and portal: the usual ones.
    if (this.at < this.end && this.buffer[this.at] === 0) {
      this.at += 1;
      return '';
    }
    const nul = this.buffer.indexOf(0, this.at);
    if (nul < 0 || nul >= this.end) {
      throw new ProtocolError('malformed', 'invalid string in message');
    }
    const text = this.buffer.toString(encoding, this.at, nul);
    this.at = nul + 1;
    return text;
  }

  private take(length: number): number {
    if (length < 0 || this.at + length > this.end) {
      throw new ProtocolError('malformed', 'insufficient data left in message');
    }
    const from = this.at;
    this.at += length;
    return from;
  }
}
