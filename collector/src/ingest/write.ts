import type { postern } from '@postern/proto';
import { sql, type Transaction } from 'kysely';
import type { Tables } from '../storage/schema.js';
import type { Chain, NewEvent } from './chains.js';
import { recordColumns, sha256 } from './decoded.js';

// Rows travel as one JSON parameter: the drivers of PGlite and of PostgreSQL take it alike, and it costs
// less than one parameter for each value.

/** Records that are there already stay as they are: they are addressed by their content. */
export async function writeStatementRecords(
  tx: Transaction<Tables>,
  records: readonly postern.audit.v1.ISpoolRecord[],
): Promise<void> {
  const rows = new Map<string, object>();
  for (const { statementRecord } of records) {
    if (statementRecord == null || statementRecord.length === 0) continue;
    const digest = sha256(statementRecord).toString('base64');
    if (rows.has(digest)) continue;
    const bytes = Buffer.from(statementRecord).toString('base64');
    rows.set(digest, { digest, bytes, ...recordColumns(statementRecord) });
  }
  if (rows.size === 0) return;
  await sql`
    INSERT INTO statement_records (digest, bytes, normalised_sql, command, fingerprint, effect, relations, columns, tags)
    SELECT decode(r.digest, 'base64'), decode(r.bytes, 'base64'), r.normalised_sql, r.command, r.fingerprint, r.effect,
           r.relations, r.columns, r.tags
    FROM json_to_recordset(${JSON.stringify([...rows.values()])}::text::json) AS r(digest text, bytes text,
         normalised_sql text, command text, fingerprint text, effect text, relations text[], columns text[], tags text[])
    ON CONFLICT (digest) DO NOTHING`.execute(tx);
}

/** Leaves and events in one statement. */
export async function writeEvents(
  tx: Transaction<Tables>,
  added: readonly NewEvent[],
): Promise<void> {
  const rows = added.map(({ leafIndex, leafHash, event, flaw }) => ({
    leaf_index: leafIndex,
    leaf_hash: base64(leafHash),
    time_us: event.timeUs,
    id: event.id,
    session_id: base64(event.sessionId),
    sequence: event.sequence,
    kind: event.kind,
    outcome: event.outcome,
    record: event.record === null ? null : base64(event.record),
    detected: event.detected,
    bytes: base64(event.bytes),
    flaw,
  }));
  await sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS r(leaf_index bigint, leaf_hash text,
        time_us bigint, id uuid, session_id text, sequence bigint, kind text, outcome text, record text, detected text[], bytes text, flaw text)
    ), leaf AS (
      INSERT INTO leaves (leaf_index, leaf_hash) SELECT leaf_index, decode(leaf_hash, 'base64') FROM given
    )
    INSERT INTO events (leaf_index, time_us, id, session_id, sequence, kind, outcome, record, detected, bytes, flaw)
    SELECT leaf_index, time_us, id, decode(session_id, 'base64'), sequence, kind, outcome, decode(record, 'base64'),
           detected, decode(bytes, 'base64'), flaw
    FROM given`.execute(tx);
}

/** Where sessions stand now. Who a session is was said at its start and does not change. */
export async function writeChains(
  tx: Transaction<Tables>,
  chains: ReadonlyMap<string, Chain>,
): Promise<void> {
  const rows = [...chains].map(([id, { next, hash, start }]) => ({
    session_id: id,
    next_sequence: next,
    last_hash: base64(hash),
    ...(start === undefined ? {} : { ...start, start: base64(start.start) }),
  }));
  if (rows.length === 0) return;
  await sql`
    INSERT INTO sessions (session_id, next_sequence, last_hash, subject, name, namespace, groups, database, start)
    SELECT decode(session_id, 'hex'), next_sequence, decode(last_hash, 'base64'), subject, name, namespace, groups,
           database, decode(start, 'base64')
    FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS r(session_id text, next_sequence bigint, last_hash text,
      subject text, name text, namespace text, groups text[], database text, start text)
    ON CONFLICT (session_id) DO UPDATE SET next_sequence = excluded.next_sequence, last_hash = excluded.last_hash,
      subject = coalesce(sessions.subject, excluded.subject), name = coalesce(sessions.name, excluded.name),
      namespace = coalesce(sessions.namespace, excluded.namespace), groups = coalesce(sessions.groups, excluded.groups),
      database = coalesce(sessions.database, excluded.database), start = coalesce(sessions.start, excluded.start)`.execute(
    tx,
  );
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
