/**
 * UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, 12 bits of counter, 62 random bits. Each is
 * greater than the one before it, also when the clock stands still or goes back.
 */
export class Uuid7 {
  private readonly now: () => number;
  private readonly fill: (into: Buffer) => void;
  private readonly pool = Buffer.allocUnsafe(4096);
  private used = this.pool.length;
  private millisecond = 0;
  private counter = 0;

  /** @param now  Unix milliseconds */
  constructor(now: () => number, fill: (into: Buffer) => void) {
    this.now = now;
    this.fill = fill;
  }

  /** Writes 16 bytes at `at`. */
  write(into: Buffer, at: number): void {
    if (this.used === this.pool.length) {
      this.fill(this.pool);
      this.used = 0;
    }
    const now = this.now();
    if (now > this.millisecond) {
      this.millisecond = now;
      this.counter = (this.pool[this.used] ?? 0) & 0x7f;
    } else {
      this.counter += 1;
      if (this.counter > 0xfff) {
        this.millisecond += 1;
        this.counter = 0;
      }
    }
    into.writeUIntBE(this.millisecond, at, 6);
    into[at + 6] = 0x70 | (this.counter >> 8);
    into[at + 7] = this.counter & 0xff;
    this.pool.copy(into, at + 8, this.used, this.used + 8);
    into[at + 8] = 0x80 | ((into[at + 8] ?? 0) & 0x3f);
    this.used += 8;
  }

  next(): Buffer {
    const id = Buffer.allocUnsafe(16);
    this.write(id, 0);
    return id;
  }
}

export function uuidText(id: Uint8Array): string {
  const hex = Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
