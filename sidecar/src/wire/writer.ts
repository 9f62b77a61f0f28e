/** Builds one or several messages; grows as needed. Lengths are filled in when a message ends. */
export class Writer {
  private buffer = Buffer.allocUnsafe(256);
  private at = 0;

  /** A typed message: type byte, length, body. Protocol 3.0, "Message Formats". */
  message(type: number, body: (w: Writer) => void): this {
    this.uint8(type);
    return this.lengthPrefixed(body);
  }

  /** An untyped one (start-up packets): length, body. */
  lengthPrefixed(body: (w: Writer) => void): this {
    const start = this.at;
    this.int32(0);
    body(this);
    this.buffer.writeInt32BE(this.at - start, start);
    return this;
  }

  uint8(value: number): this {
    this.reserve(1);
    this.at = this.buffer.writeUInt8(value, this.at);
    return this;
  }

  uint16(value: number): this {
    this.reserve(2);
    this.at = this.buffer.writeUInt16BE(value, this.at);
    return this;
  }

  int32(value: number): this {
    this.reserve(4);
    this.at = this.buffer.writeInt32BE(value, this.at);
    return this;
  }

  cstring(text: string): this {
    const length = Buffer.byteLength(text);
    this.reserve(length + 1);
    this.at += this.buffer.write(text, this.at, length, 'utf8');
    return this.uint8(0);
  }

  /** What `Body.name` read. */
  name(text: string): this {
    this.reserve(text.length + 1);
    this.at += this.buffer.write(text, this.at, text.length, 'latin1');
    return this.uint8(0);
  }

  bytes(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }

  /** What was written so far; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  private reserve(length: number): void {
    if (this.at + length <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + length));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}
