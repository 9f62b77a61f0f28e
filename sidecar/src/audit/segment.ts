import { crc32 } from 'node:zlib';

/**
 * A segment file: a header, then records. Numbers are little-endian.
 *
 * header   magic "PSTRNSG1" | u64 ordinal | u64 base sequence | u32 CRC of what is before it
 * record   u32 CRC of what is after it | u32 payload length | u8 type | u32 sequence - base | payload
 *
 * Records that go to the collector (`statement`, `event`, `outcome`) are numbered; each carries its own
 * number, so that a damaged neighbour does not shift it. The others carry the number that comes next.
 * A segment stands alone: it begins with a snapshot of the live sessions, and holds a statement's record
 * before the first record that refers to it.
 */
export const recordType = {
  /** encoded StatementRecord */
  statement: 1,
  /** encoded Event */
  event: 2,
  /** u32 ordinal of the intent it closes, then the encoded Event */
  outcome: 3,
  /** see intent.ts */
  intent: 4,
  /** JSON, see snapshot.ts */
  snapshot: 5,
} as const;

export type RecordType = (typeof recordType)[keyof typeof recordType];

export const segmentHeaderLength = 28;
export const recordHeaderLength = 13;
/** Bytes of an outcome's payload before the Event. */
export const outcomePrefixLength = 4;
/** No writer makes longer ones; a larger length is damage. */
export const maxPayload = 32 * 1024 * 1024;

const magic = Buffer.from('PSTRNSG1', 'latin1');

export interface SegmentHeader {
  readonly ordinal: number;
  /** sequence of the first numbered record, if there will be one */
  readonly base: number;
}

export function writeSegmentHeader(header: SegmentHeader, into: Buffer): void {
  magic.copy(into, 0);
  into.writeBigUInt64LE(BigInt(header.ordinal), 8);
  into.writeBigUInt64LE(BigInt(header.base), 16);
  into.writeUInt32LE(crc32(into.subarray(0, 24)), 24);
}

export function readSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < segmentHeaderLength || !bytes.subarray(0, 8).equals(magic)) return undefined;
  if (crc32(bytes.subarray(0, 24)) !== bytes.readUInt32LE(24)) return undefined;
  return {
    ordinal: Number(bytes.readBigUInt64LE(8)),
    base: Number(bytes.readBigUInt64LE(16)),
  };
}

/** Completes the record whose payload already lies at `at + recordHeaderLength`. */
export function sealRecord(
  into: Buffer,
  at: number,
  type: RecordType,
  length: number,
  sequenceOffset: number,
): void {
  into.writeUInt32LE(length, at + 4);
  into[at + 8] = type;
  into.writeUInt32LE(sequenceOffset, at + 9);
  into.writeUInt32LE(crc32(into.subarray(at + 4, at + recordHeaderLength + length)), at);
}

export interface SegmentRecord {
  readonly kind: 'record';
  readonly type: RecordType;
  readonly sequence: number;
  /** a view, not a copy */
  readonly payload: Buffer;
  readonly at: number;
  readonly end: number;
}

/** `incomplete`: the bytes end before the record does, `length` tells how long it says it is. */
export type Parsed =
  | SegmentRecord
  | { readonly kind: 'incomplete'; readonly length: number }
  | { readonly kind: 'bad' };

const isType = (n: number | undefined): n is RecordType => n !== undefined && n >= 1 && n <= 5;

export function parseRecord(bytes: Buffer, at: number, base: number): Parsed {
  const start = at + recordHeaderLength;
  if (start > bytes.length) return { kind: 'incomplete', length: recordHeaderLength };
  const length = bytes.readUInt32LE(at + 4);
  const type = bytes[at + 8];
  if (length > maxPayload || !isType(type)) return { kind: 'bad' };
  const end = start + length;
  if (end > bytes.length) return { kind: 'incomplete', length: recordHeaderLength + length };
  if (crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32LE(at)) return { kind: 'bad' };
  const sequence = base + bytes.readUInt32LE(at + 9);
  return { kind: 'record', type, sequence, payload: bytes.subarray(start, end), at, end };
}

/** Where the next valid record begins at or after `from`; `bytes.length` when there is none. */
export function resync(bytes: Buffer, from: number, base: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (parseRecord(bytes, at, base).kind === 'record') return at;
  }
  return bytes.length;
}

/** Bytes of a segment that hold no valid record. */
export interface BadRange {
  readonly from: number;
  readonly to: number;
}

/** Visits every valid record of a whole segment file and returns what lay between them. */
export function scanSegment(
  bytes: Buffer,
  base: number,
  visit: (record: SegmentRecord) => void,
): readonly BadRange[] {
  const bad: BadRange[] = [];
  let at = segmentHeaderLength;
  while (at < bytes.length) {
    const parsed = parseRecord(bytes, at, base);
    if (parsed.kind === 'record') {
      visit(parsed);
      at = parsed.end;
    } else {
      const to = resync(bytes, at + 1, base);
      bad.push({ from: at, to });
      at = to;
    }
  }
  return bad;
}

export const isNumbered = (type: RecordType): boolean => type <= recordType.outcome;

/** The encoded Event of a record, or undefined. */
export function eventBytes(record: SegmentRecord): Buffer | undefined {
  if (record.type === recordType.event) return record.payload;
  if (record.type === recordType.outcome) return record.payload.subarray(outcomePrefixLength);
  return undefined;
}
