import { varintLength, writeVarint } from './event.js';

/** One record as it goes into a Batch. */
export interface Sendable {
  readonly sequence: number;
  /** field of SpoolRecord: 1 statement record, 2 event */
  readonly field: 1 | 2;
  readonly bytes: Uint8Array;
}

/** Upper bound of what a record adds to a batch beside its bytes. */
export const recordOverhead = 16;

const lengthDelimited = (length: number): number => 1 + varintLength(length) + length;

/**
 * Encodes StreamRequest { batch } of records with consecutive sequences. Written by hand so that the
 * encoded events are copied once and never decoded.
 */
export function encodeBatch(records: readonly Sendable[]): Buffer {
  const first = records[0]?.sequence ?? 0;
  let size = 1 + varintLength(first);
  for (const { bytes } of records) size += lengthDelimited(lengthDelimited(bytes.length));
  const out = Buffer.allocUnsafe(lengthDelimited(size));
  let at = tagged(out, 0, 0x12, size);
  out[at++] = 0x08;
  at = writeVarint(out, at, first);
  for (const { field, bytes } of records) {
    at = tagged(out, at, 0x12, lengthDelimited(bytes.length));
    at = tagged(out, at, field * 8 + 2, bytes.length);
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

function tagged(out: Buffer, at: number, tag: number, length: number): number {
  out[at] = tag;
  return writeVarint(out, at + 1, length);
}
