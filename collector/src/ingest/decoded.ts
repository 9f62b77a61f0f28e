import { createHash } from 'node:crypto';
import { formatUuid, kindOf, outcomeName, postern } from '@postern/proto';
import { searchable, storable } from './text.js';

const { Event, StatementRecord, SessionStart } = postern.audit.v1;
type EventMessage = postern.audit.v1.Event;

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** An event with the columns that searches use; everything follows from its bytes. */
export interface DecodedEvent {
  readonly bytes: Uint8Array;
  readonly hash: Buffer;
  readonly message: EventMessage;
  readonly id: string;
  readonly sessionId: Buffer;
  readonly sequence: number;
  readonly timeUs: number;
  readonly kind: string;
  readonly outcome: string | null;
  readonly record: Buffer | null;
  /** tags, in order; null: none */
  readonly detected: readonly string[] | null;
}

/**
 * Bytes that are no event become an event of the kind `malformed`, outside any session: what a proxy
 * sent is kept, whatever it is.
 */
export function decodeEvent(bytes: Uint8Array): DecodedEvent {
  let message: EventMessage;
  try {
    message = Event.decode(bytes);
  } catch {
    // told by the kind
    return malformed(bytes);
  }
  const { id, sessionId, sequence, timeUs, statement } = message;
  if (id.length !== 16 || sessionId.length !== 16) return malformed(bytes);
  if (!Number.isSafeInteger(sequence) || !Number.isSafeInteger(timeUs)) return malformed(bytes);
  return {
    bytes,
    hash: sha256(bytes),
    message,
    id: formatUuid(id),
    sessionId: Buffer.from(sessionId),
    sequence,
    timeUs,
    kind: kindOf(message),
    outcome: statement == null ? null : outcomeName(statement.outcome),
    record: statement?.record == null ? null : Buffer.from(statement.record),
    detected: detectedIn(statement),
  };
}

function detectedIn(statement: postern.audit.v1.IStatement | null | undefined): string[] | null {
  const tags = Object.keys(statement?.detected ?? {});
  return tags.length === 0 ? null : tags.map(searchable).sort();
}

const malformed = (bytes: Uint8Array): DecodedEvent => {
  const hash = sha256(bytes);
  return {
    bytes,
    hash,
    message: new Event(),
    id: formatUuid(hash.subarray(0, 16)),
    sessionId: Buffer.alloc(16),
    sequence: 0,
    timeUs: 0,
    kind: 'malformed',
    outcome: null,
    record: null,
    detected: null,
  };
};

/** The searched columns of a statement record. */
export interface RecordColumns {
  readonly normalised_sql: string;
  readonly command: string;
  readonly fingerprint: string;
  readonly effect: string;
  readonly relations: readonly string[];
  readonly columns: readonly string[];
  readonly tags: readonly string[];
}

/** Nothing is found by bytes that are no statement record; they are kept all the same. */
export function recordColumns(bytes: Uint8Array): RecordColumns {
  const record = decodeRecord(bytes);
  const relations = new Set<string>();
  const columns = new Set<string>();
  const tags = new Set<string>();
  for (const access of record.accesses) {
    const relation = access.relation ?? '';
    if (relation !== '') relations.add(relation);
    for (const through of access.through ?? []) relations.add(through);
    for (const column of access.columns ?? []) {
      columns.add(`${relation}.${column.name ?? ''}`);
      for (const tag of column.tags ?? []) tags.add(tag);
    }
  }
  return {
    normalised_sql: storable(record.normalisedSql),
    command: searchable(record.command),
    fingerprint: searchable(record.fingerprint),
    effect: searchable(record.decision?.effect ?? ''),
    relations: [...relations].map(searchable),
    columns: [...columns].map(searchable),
    tags: [...tags].map(searchable),
  };
}

function decodeRecord(bytes: Uint8Array): postern.audit.v1.StatementRecord {
  try {
    return StatementRecord.decode(bytes);
  } catch {
    // verify finds it: the statement it belongs to says nothing
    return new StatementRecord();
  }
}

/** The searched columns of a session. */
export interface SessionColumns {
  readonly subject: string;
  readonly name: string;
  readonly namespace: string;
  readonly groups: readonly string[];
  readonly database: string;
  readonly start: Buffer;
}

export function sessionColumns(start: postern.audit.v1.ISessionStart): SessionColumns {
  const { identity } = start;
  return {
    subject: searchable(identity?.subject ?? ''),
    name: searchable(identity?.name ?? ''),
    namespace: searchable(identity?.namespace ?? ''),
    groups: (identity?.groups ?? []).map(searchable),
    database: searchable(start.database ?? ''),
    start: Buffer.from(SessionStart.encode(start).finish()),
  };
}
