import { ProtocolError } from './protocol-error.js';

/** type byte and length */
export const headerLength = 5;

export interface FramerOptions {
  /** whose messages, for errors */
  readonly from: 'frontend' | 'backend';
  /** Messages passed on in pieces as they arrive; `length` is that of the body. */
  readonly streams: (type: number, length: number) => boolean;
  /** Bytes the first piece of a streamed message has at least, header included; default: any. */
  readonly head?: number;
  /** A message longer than this, not streamed and not arrived whole, waits for `grant()`; default: none, bytes. */
  readonly free?: number;
  /** Longest body accepted, in bytes; 0 for a type that does not exist in this direction. */
  readonly limit: (type: number) => number;
}

/**
 * Cuts one direction of a session into messages without copying complete ones.
 *
 * After `push(chunk)`, call `next()` until it returns false. Each time it returns true, `buffer`
 * from `start` to `end` holds either one whole message including its header (`fragment` false), or a
 * piece of a streamed one (`fragment` true; `first` when the piece begins with the header).
 * The length is checked at the header, before anything is buffered.
 */
export class Framer {
  buffer: Buffer = empty;
  start = 0;
  end = 0;
  type = 0;
  /** body length of the current message */
  length = 0;
  fragment = false;
  first = false;
  /** Length of a message that goes on only after `grant()`; 0: none, bytes. */
  wants = 0;

  private readonly options: FramerOptions;
  private chunk: Buffer = empty;
  private at = 0;
  /** bytes of a streamed message still to come */
  private streaming = 0;
  /** a message that did not fit its chunk, being put together */
  private partial: Buffer | undefined;
  private filled = 0;
  private granted = false;

  constructor(options: FramerOptions) {
    this.options = options;
  }

  push(chunk: Buffer): void {
    const left = this.chunk.length - this.at;
    this.chunk = left === 0 ? chunk : Buffer.concat([this.chunk.subarray(this.at), chunk]);
    this.at = 0;
  }

  /** Bytes received but not handed out yet. */
  get pending(): number {
    return this.chunk.length - this.at + this.filled;
  }

  /** There is room for the message that `wants` it. */
  grant(): void {
    this.wants = 0;
    this.granted = true;
  }

  /** A message is being put together, or may be from now on. */
  get holding(): boolean {
    return this.partial !== undefined || this.granted;
  }

  /** A message was handed out in part. */
  get midMessage(): boolean {
    return this.streaming > 0;
  }

  /** Type of the message that is next, before its length is looked at; undefined: nothing came yet. */
  get nextType(): number | undefined {
    return this.holding ? this.type : this.chunk[this.at];
  }

  /** Takes back everything not handed out, e.g. to start TLS on the socket. */
  takePending(): Buffer {
    const rest = this.chunk.subarray(this.at);
    this.chunk = empty;
    this.at = 0;
    return rest;
  }

  /** @throws ProtocolError `invalid-length` | `message-too-large` | `invalid-type` */
  next(): boolean {
    const available = this.chunk.length - this.at;
    if (available === 0) return false;
    if (this.streaming > 0) return this.nextPiece(available);
    if (this.partial !== undefined) return this.fillPartial(this.partial, available);
    if (available < headerLength) return false;

    const chunk = this.chunk;
    const type = chunk[this.at] ?? 0;
    const length = chunk.readInt32BE(this.at + 1) - 4;
    this.checkHeader(type, length);
    this.type = type;
    this.length = length;
    const total = length + headerLength;
    this.buffer = chunk;
    this.start = this.at;
    if (total <= available) {
      this.fragment = false;
      this.at += total;
      this.end = this.at;
      return true;
    }
    if (this.options.streams(type, length)) {
      if (available < Math.min(total, this.options.head ?? headerLength)) return false;
      this.fragment = true;
      this.first = true;
      this.streaming = total - available;
      this.end = chunk.length;
      this.at = chunk.length;
      return true;
    }
    if (total > (this.options.free ?? Infinity) && !this.granted) {
      this.wants = total;
      return false;
    }
    this.granted = false;
    // One allocation of the checked size, so that a message in many chunks is copied once.
    this.partial = Buffer.allocUnsafe(total);
    this.filled = 0;
    return this.fillPartial(this.partial, available);
  }

  /**
   * Adds the whole messages of the same type that follow the current whole one to it: `end` moves
   * on, `type` and `length` stay. One loop over a result's rows instead of one turn for each.
   *
   * @returns how many were added
   */
  takeAlike(): number {
    const { chunk } = this;
    if (this.fragment || this.buffer !== chunk || this.end !== this.at) return 0;
    const limit = this.options.limit(this.type);
    let at = this.at;
    let added = 0;
    // A header that is not right stays for next(), which says so.
    while (at + headerLength <= chunk.length && chunk[at] === this.type) {
      const length = chunk.readInt32BE(at + 1) - 4;
      const end = at + headerLength + length;
      if (length < 0 || length > limit || end > chunk.length) break;
      at = end;
      added += 1;
    }
    this.at = at;
    this.end = at;
    return added;
  }

  private checkHeader(type: number, length: number): void {
    const limit = this.options.limit(type);
    if (limit === 0) {
      throw new ProtocolError(
        'invalid-type',
        `invalid ${this.options.from} message type ${String(type)}`,
      );
    }
    if (length < 0) throw new ProtocolError('invalid-length', 'invalid message length');
    if (length > limit) {
      throw new ProtocolError(
        'message-too-large',
        `message of ${String(length)} bytes is too large`,
      );
    }
  }

  private nextPiece(available: number): boolean {
    const taken = Math.min(available, this.streaming);
    this.buffer = this.chunk;
    this.start = this.at;
    this.at += taken;
    this.end = this.at;
    this.streaming -= taken;
    this.fragment = true;
    this.first = false;
    return true;
  }

  private fillPartial(partial: Buffer, available: number): boolean {
    const taken = Math.min(available, partial.length - this.filled);
    this.chunk.copy(partial, this.filled, this.at, this.at + taken);
    this.at += taken;
    this.filled += taken;
    if (this.filled < partial.length) return false;
    this.partial = undefined;
    this.filled = 0;
    this.buffer = partial;
    this.start = 0;
    this.end = partial.length;
    this.fragment = false;
    return true;
  }
}

const empty: Buffer = Buffer.alloc(0);
