import fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { postern } from '@postern/proto';
import { listSegments, type Segment, segmentPath, syncDirectory, writeWhole } from './directory.js';
import { errnoOf } from './errors.js';
import { eventHash } from './event.js';
import {
  type BadRange,
  eventBytes,
  isNumbered,
  outcomePrefixLength,
  readSegmentHeader,
  recordType,
  scanSegment,
  segmentHeaderLength,
  type SegmentRecord,
} from './segment.js';
import { decodeSnapshot, type OpenIntent, readIntent } from './snapshot.js';
import { StatementEntry } from './statements.js';

/** A session that was open when the process before this one died. */
export interface Interrupted {
  /** 16 bytes */
  readonly id: Buffer;
  next: number;
  /** `eventHash` of its last event */
  last: string | undefined;
  statements: number;
  readonly intents: Map<number, OpenIntent>;
}

/** Damage found in the spool, each with what to say of it and how to mend the file. */
export interface Damage {
  readonly reason: string;
  readonly mend: () => void;
}

export interface Recovered {
  /** oldest first; without those that could not be read at all */
  readonly segments: Segment[];
  readonly lastOrdinal: number;
  readonly lastSequence: number;
  readonly sessions: readonly Interrupted[];
  /** statement records by the first eight bytes of their digest, hexadecimal */
  readonly statements: ReadonlyMap<string, StatementEntry>;
  readonly damage: readonly Damage[];
}

interface Read {
  readonly segment: Segment;
  readonly bytes: Buffer;
}

/** Reads a spool as a dead process left it. Changes nothing. */
export async function readSpool(directory: string): Promise<Recovered> {
  const segments: Segment[] = [];
  const damage: Damage[] = [];
  const ordinals = listSegments(directory);
  /** from the last segment with a snapshot on */
  let recent: Read[] = [];
  for (const ordinal of ordinals) {
    const path = segmentPath(directory, ordinal);
    const bytes = await readFile(path);
    const header = readSegmentHeader(bytes);
    if (header === undefined) {
      damage.push(unreadable(directory, path, ordinal, bytes.length));
      continue;
    }
    const segment: Segment = {
      ordinal,
      path,
      base: header.base,
      last: header.base - 1,
      size: bytes.length,
    };
    const valid: SegmentRecord[] = [];
    const bad = scanSegment(bytes, header.base, (record) => {
      if (isNumbered(record.type)) segment.last = record.sequence;
      valid.push(record);
    });
    if (bad.length > 0) {
      damage.push(damaged(directory, segment, bytes, bad, valid, ordinal === ordinals.at(-1)));
    }
    segments.push(segment);
    const hasSnapshot = valid.some((record) => record.type === recordType.snapshot);
    const read = { segment, bytes };
    recent = hasSnapshot ? [read] : [...recent, read];
  }
  return {
    segments,
    lastOrdinal: ordinals.at(-1) ?? 0,
    lastSequence: segments.reduce((last, segment) => Math.max(last, segment.last), 0),
    ...sessionsOf(recent),
    damage,
  };
}

function sessionsOf(reads: readonly Read[]): Pick<Recovered, 'sessions' | 'statements'> {
  let sessions = new Map<string, Interrupted>();
  const statements = new Map<string, StatementEntry>();
  const visit = (record: SegmentRecord): void => {
    switch (record.type) {
      case recordType.snapshot:
        sessions = fromSnapshot(record.payload);
        return;
      case recordType.statement: {
        const entry = new StatementEntry(Buffer.from(record.payload));
        statements.set(entry.digest.toString('hex', 0, 8), entry);
        return;
      }
      case recordType.intent: {
        const { session, intent } = readIntent(record.payload);
        sessions.get(session)?.intents.set(intent.ordinal, intent);
        return;
      }
      case recordType.event:
      case recordType.outcome:
        follow(sessions, record);
        return;
      default:
        record.type satisfies never;
    }
  };
  for (const { bytes, segment } of reads) scanSegment(bytes, segment.base, visit);
  return { sessions: [...sessions.values()], statements };
}

function fromSnapshot(payload: Buffer): Map<string, Interrupted> {
  return new Map(
    decodeSnapshot(payload).sessions.map((live) => [
      live.id,
      {
        id: Buffer.from(live.id, 'hex'),
        next: live.next,
        last: live.last === '' ? undefined : Buffer.from(live.last, 'hex').toString('latin1'),
        statements: live.statements,
        intents: new Map(live.intents.map((intent) => [intent.ordinal, intent])),
      },
    ]),
  );
}

function follow(sessions: Map<string, Interrupted>, record: SegmentRecord): void {
  const bytes = eventBytes(record);
  if (bytes === undefined) return;
  const event = postern.audit.v1.Event.decode(bytes);
  const id = Buffer.from(event.sessionId);
  const key = id.toString('hex');
  if (event.sessionEnd != null) {
    sessions.delete(key);
    return;
  }
  let session = sessions.get(key);
  if (session === undefined) {
    // The proxy's own events (policy changes, gaps) belong to no client: nothing to end there.
    if (event.sessionStart == null && event.statement == null) return;
    session = { id, next: 0, last: undefined, statements: 0, intents: new Map() };
    sessions.set(key, session);
  }
  session.next = event.sequence + 1;
  session.last = eventHash(bytes);
  if (event.statement != null) session.statements += 1;
  if (record.type === recordType.outcome && record.payload.length >= outcomePrefixLength) {
    session.intents.delete(record.payload.readUInt32LE(0));
  }
}

function unreadable(directory: string, path: string, ordinal: number, size: number): Damage {
  return {
    reason:
      size === 0
        ? `segment ${String(ordinal)} was empty: the proxy died while making it`
        : `segment ${String(ordinal)} (${String(size)} bytes) has no valid header; kept as .corrupt`,
    mend: () => {
      if (size === 0) fs.rmSync(path);
      else fs.renameSync(path, `${path}.corrupt`);
      syncDirectory(directory);
    },
  };
}

function damaged(
  directory: string,
  segment: Segment,
  bytes: Buffer,
  bad: readonly BadRange[],
  valid: readonly SegmentRecord[],
  isLast: boolean,
): Damage {
  const [first] = bad;
  const isTail = isLast && bad.length === 1 && first?.to === bytes.length;
  const name = `segment ${String(segment.ordinal)}`;
  if (isTail) {
    const { from } = first;
    const dropped = String(bytes.length - from);
    segment.size = from;
    return {
      reason: `torn tail: ${name} was truncated at its last valid record, ${dropped} bytes dropped`,
      mend: () => {
        fs.truncateSync(segment.path, from);
      },
    };
  }
  const kept = Buffer.concat([
    bytes.subarray(0, segmentHeaderLength),
    ...valid.map((record) => bytes.subarray(record.at, record.end)),
  ]);
  segment.size = kept.length;
  const ranges = bad.map(({ from, to }) => `${String(from)}-${String(to)}`).join(', ');
  return {
    reason: `corrupt: ${name}, bytes ${ranges} hold no valid record; the file is kept as .corrupt`,
    mend: () => {
      try {
        fs.linkSync(segment.path, `${segment.path}.corrupt`);
      } catch (cause) {
        if (errnoOf(cause) !== 'EEXIST') throw cause;
      }
      writeWhole(segment.path, kept);
      syncDirectory(directory);
    },
  };
}
