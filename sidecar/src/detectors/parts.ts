import { ProtocolError } from '../wire/protocol-error.js';
import { type Look, lookOf, type OwnTypes } from './look.js';

/** Called with each piece of text inside of a value. */
export type Visit = (from: number, to: number) => void;

/** Composites in composites: as deep as is followed. */
const deepest = 16;

/** Walks the binary forms of values that have others inside. */
export class Parts {
  private readonly visit: Visit;
  private readonly own: OwnTypes | undefined;
  private buffer: Buffer = Buffer.alloc(0);

  constructor(visit: Visit, own?: OwnTypes) {
    this.visit = visit;
    this.own = own;
  }

  /**
   * Visits the text in a value.
   *
   * @throws ProtocolError `malformed`: lengths inside of it do not fit
   */
  walk(buffer: Buffer, from: number, to: number, look: Look): void {
    this.buffer = buffer;
    this.value(from, to, look, 0);
  }

  private value(from: number, to: number, look: Look, depth: number): void {
    if (depth > deepest) throw malformed();
    switch (look) {
      case 'text':
        this.visit(from, to);
        return;
      case 'jsonb':
        if (to > from) this.visit(from + 1, to);
        return;
      case 'array':
        this.array(from, to, depth);
        return;
      case 'record':
        this.record(from, to, depth);
        return;
      case 'hstore':
        this.hstore(from, to);
        return;
      case 'skip':
      case 'opaque':
        return;
    }
  }

  /** array_send: dimensions, flags, element's OID; size and lower bound of each dimension; elements. */
  private array(from: number, to: number, depth: number): void {
    const dimensions = this.int32(from, to);
    if (dimensions < 0 || dimensions > 6) throw malformed();
    const look = lookOf({ dataType: this.int32(from + 8, to) >>> 0, format: 1 }, this.own);
    let at = from + 12 + 8 * dimensions;
    while (at < to) at = this.item(at, to, look, depth);
    if (at !== to) throw malformed();
  }

  /** record_send: number of columns; OID and value of each. */
  private record(from: number, to: number, depth: number): void {
    const columns = this.int32(from, to);
    let at = from + 4;
    for (let i = 0; i < columns; i += 1) {
      const look = lookOf({ dataType: this.int32(at, to) >>> 0, format: 1 }, this.own);
      at = this.item(at + 4, to, look, depth);
    }
    if (at !== to) throw malformed();
  }

  /** hstore_send: number of pairs; key and value of each. */
  private hstore(from: number, to: number): void {
    const pairs = this.int32(from, to);
    let at = from + 4;
    for (let i = 0; i < 2 * pairs; i += 1) at = this.item(at, to, 'text', 0);
    if (at !== to) throw malformed();
  }

  /** Int32 length, -1 for NULL, and so many bytes. */
  private item(at: number, to: number, look: Look, depth: number): number {
    const length = this.int32(at, to);
    if (length < -1) throw malformed();
    const end = at + 4 + Math.max(length, 0);
    if (end > to) throw malformed();
    if (length > 0) this.value(at + 4, end, look, depth + 1);
    return end;
  }

  private int32(at: number, to: number): number {
    if (at + 4 > to) throw malformed();
    return this.buffer.readInt32BE(at);
  }
}

const malformed = (): ProtocolError =>
  new ProtocolError('malformed', 'incorrect binary data format in a value');
