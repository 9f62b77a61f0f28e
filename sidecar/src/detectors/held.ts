import { rowTooLong } from './detection-error.js';

const nothing = Buffer.alloc(0);

/** The beginning of a row whose end has not come; grows up to a limit. */
export class Held {
  private readonly limit: number;
  private buffer: Buffer = nothing;
  private size = 0;

  /** @param limit bytes of one row */
  constructor(limit: number) {
    this.limit = limit;
  }

  get length(): number {
    return this.size;
  }

  /** @throws DetectionError `row-too-long` */
  append(bytes: Uint8Array, from: number, to: number): void {
    const size = this.size + to - from;
    if (size > this.limit) throw rowTooLong(this.limit);
    if (size > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.limit, Math.max(1024, 2 * size)));
      this.buffer.copy(larger, 0, 0, this.size);
      this.buffer = larger;
    }
    this.buffer.set(bytes.subarray(from, to), this.size);
    this.size = size;
  }

  /** All of it, which is no longer held here and stays as it is. */
  take(): Buffer {
    const bytes = this.buffer.subarray(0, this.size);
    this.buffer = nothing;
    this.size = 0;
    return bytes;
  }
}
