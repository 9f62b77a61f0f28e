import { ProtocolError } from '../wire/protocol-error.js';
import { Detection } from './detection.js';
import type { Look, OwnTypes } from './look.js';
import { Rewriting, type Treatment } from './rewriting.js';

/** What became of a row, or of a value. */
export type Masked =
  | { readonly kind: 'unchanged' }
  /** as long as before */
  | { readonly kind: 'masked'; readonly bytes: Buffer };

export const unchanged: Masked = { kind: 'unchanged' };

/** Masks the rows of one result. */
export class RowMasker {
  readonly detection: Detection;
  private readonly looks: readonly Look[];
  private readonly rewriting: Rewriting;

  /** @param looks one a column, from `looksOf` */
  constructor(
    looks: readonly Look[],
    own?: OwnTypes,
    detection = new Detection(),
    treatment?: Treatment,
  ) {
    this.looks = looks;
    this.detection = detection;
    this.rewriting = new Rewriting(detection, own, treatment);
  }

  /**
   * One DataRow. Protocol 3.0, "Message Formats": Int16 count, then Int32 length and bytes of each value.
   *
   * @param buffer is not written to
   * @param start  first byte of the body, behind type and length
   * @param end    one past its last
   * @returns      the new body, of the same length
   * @throws       ProtocolError `malformed`: counts or lengths do not fit, or the row has more columns than were told
   */
  row(buffer: Buffer, start = 0, end = buffer.length): Masked {
    this.rewriting.begin(buffer, start, end);
    this.values(buffer, start, end);
    const bytes = this.rewriting.finish();
    return bytes === undefined ? unchanged : { kind: 'masked', bytes };
  }

  /**
   * Whole DataRow messages, one after the other, with their headers; for a treatment that copies nothing.
   *
   * @throws as `row`: rows before the one that does not fit have been dealt with
   */
  messages(buffer: Buffer, start: number, end: number): void {
    this.rewriting.begin(buffer, start, end);
    for (let at = start; at < end;) {
      // the type is no part of the length
      const next = at + 1 + buffer.readInt32BE(at + 1);
      this.values(buffer, at + 5, next);
      at = next;
    }
    this.rewriting.finish();
  }

  /** One value of the first column, by itself; for a treatment that copies nothing. @throws as `row` */
  value(buffer: Buffer, start: number, end: number): void {
    this.rewriting.begin(buffer, start, end);
    this.rewriting.value(0, this.looks[0] ?? 'text', start, end);
    this.rewriting.finish();
  }

  private values(buffer: Buffer, start: number, end: number): void {
    if (start + 2 > end) throw malformed();
    const count = buffer.readUInt16BE(start);
    if (count > this.looks.length) throw malformed();
    const { rewriting } = this;
    let at = start + 2;
    for (let column = 0; column < count; column += 1) {
      if (at + 4 > end) throw malformed();
      const length = buffer.readInt32BE(at);
      at += 4;
      if (length === -1) continue;
      if (length < 0 || at + length > end) throw malformed();
      rewriting.value(column, this.looks[column] ?? 'text', at, at + length);
      at += length;
    }
    if (at !== end) throw malformed();
  }
}

const malformed = (): ProtocolError =>
  new ProtocolError('malformed', 'insufficient data left in message');
