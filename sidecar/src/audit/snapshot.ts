/** The live sessions, at the head of a segment: what a restart must know of the segments before it. */
export interface Snapshot {
  readonly sessions: readonly LiveSession[];
}

export interface LiveSession {
  /** 16 bytes, hexadecimal; so are the digests and the hash */
  readonly id: string;
  /** sequence of its next event */
  readonly next: number;
  /** hash of its last event, empty before the first */
  readonly last: string;
  readonly statements: number;
  readonly intents: readonly OpenIntent[];
}

/** A statement that was forwarded and whose outcome is not recorded. */
export interface OpenIntent {
  readonly ordinal: number;
  /** of the statement record; eight bytes or all of it */
  readonly digest: string;
}

export const encodeSnapshot = (snapshot: Snapshot): Buffer => Buffer.from(JSON.stringify(snapshot));

/** Only ever called with bytes whose checksum holds, so what we wrote ourselves. */
export const decodeSnapshot = (bytes: Buffer): Snapshot =>
  JSON.parse(bytes.toString('utf8')) as Snapshot;

/** session 16 bytes | u32 ordinal | first 8 bytes of the statement record's digest */
export const intentLength = 28;

export function writeIntent(
  into: Buffer,
  at: number,
  session: Buffer,
  ordinal: number,
  digest: Buffer,
): void {
  session.copy(into, at);
  into.writeUInt32LE(ordinal, at + 16);
  digest.copy(into, at + 20, 0, 8);
}

export const readIntent = (
  bytes: Buffer,
): { readonly session: string; readonly intent: OpenIntent } => ({
  session: bytes.toString('hex', 0, 16),
  intent: { ordinal: bytes.readUInt32LE(16), digest: bytes.toString('hex', 20, 28) },
});
