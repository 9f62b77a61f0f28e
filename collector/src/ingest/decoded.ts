import { createHash } from 'node:crypto';
import { formatUuid, kindOf, outcomeName, postern } from '@postern/proto';

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
}

/** @returns undefined for bytes that are no Event */
export function decodeEvent(bytes: Uint8Array): DecodedEvent | undefined {
  let message: EventMessage;
  try {
    message = Event.decode(bytes);
  } catch {
    return undefined;
  }
  if (message.id.length !== 16 || message.sessionId.length !== 16) return undefined;
  const { statement } = message;
  return {
    bytes,
    hash: sha256(bytes),
    message,
    id: formatUuid(message.id),
    sessionId: Buffer.from(message.sessionId),
    sequence: message.sequence,
    timeUs: message.timeUs,
    kind: kindOf(message),
    outcome: statement == null ? null : outcomeName(statement.outcome),
    record: statement?.record == null ? null : Buffer.from(statement.record),
  };
}

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

export function recordColumns(bytes: Uint8Array): RecordColumns {
  const record = StatementRecord.decode(bytes);
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
    normalised_sql: record.normalisedSql,
    command: record.command,
    fingerprint: record.fingerprint,
    effect: record.decision?.effect ?? '',
    relations: [...relations],
    columns: [...columns],
    tags: [...tags],
  };
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
    subject: identity?.subject ?? '',
    name: identity?.name ?? '',
    namespace: identity?.namespace ?? '',
    groups: identity?.groups ?? [],
    database: start.database ?? '',
    start: Buffer.from(SessionStart.encode(start).finish()),
  };
}
