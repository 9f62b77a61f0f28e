import { Frontier, type postern } from '@postern/proto';
import { type Kysely, sql, type Transaction } from 'kysely';
import { splitHashes } from '../log/stored-hashes.js';
import type { Tables } from '../storage/schema.js';
import { append, type Chain, placeKey, sessionKey } from './chains.js';
import { type DecodedEvent, decodeEvent, sha256 } from './decoded.js';
import { writeChains, writeEvents, writeStatementRecords } from './write.js';

/** What became durable. */
export interface Ingested {
  /** spool sequence up to which everything is durable */
  readonly acknowledged: number;
  readonly events: number;
}

/**
 * Stores one batch: in one transaction, each event exactly once, appended to the log in the order of
 * the batch. The row of the log is locked first, so that replicas take turns. What does not fit the
 * chain of its session is kept and marked, never dropped.
 */
export async function ingest(
  db: Kysely<Tables>,
  spoolId: Uint8Array,
  batch: postern.audit.v1.IBatch,
): Promise<Ingested> {
  return db.transaction().execute(async (tx) => {
    // What is acknowledged is forgotten by its proxy, so the commit must be on disk whatever the server's default.
    await sql`SELECT CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'local', true) END`.execute(
      tx,
    );
    const log = await tx
      .selectFrom('log_state')
      .selectAll()
      .where('id', '=', 1)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const first = batch.firstSequence ?? 0;
    const records = batch.records ?? [];
    const last = first + records.length - 1;
    const before = await acknowledgedSequence(tx, spoolId);
    const fresh = records.slice(Math.max(0, before + 1 - first));
    await writeStatementRecords(tx, fresh);
    const events = fresh.flatMap(({ event }) => (event == null ? [] : [decodeEvent(event)]));
    const stored = await insertEvents(
      tx,
      events,
      new Frontier(log.size, splitHashes(log.frontier)),
    );
    const acknowledged = Math.max(before, last);
    await tx
      .insertInto('spools')
      .values({ spool_id: spoolId, acknowledged })
      .onConflict((c) => c.column('spool_id').doUpdateSet({ acknowledged }))
      .execute();
    return { acknowledged, events: stored };
  });
}

/** 0 for a spool never seen. */
export async function acknowledgedSequence(
  db: Kysely<Tables>,
  spoolId: Uint8Array,
): Promise<number> {
  const row = await db
    .selectFrom('spools')
    .select('acknowledged')
    .where('spool_id', '=', spoolId)
    .executeTakeFirst();
  return row?.acknowledged ?? 0;
}

async function insertEvents(
  tx: Transaction<Tables>,
  events: readonly DecodedEvent[],
  log: Frontier,
): Promise<number> {
  if (events.length === 0) return 0;
  const chains = await loadChains(tx, events);
  const stored = await loadStored(tx, events, chains);
  const added = append(events, chains, stored, log);
  if (added.length === 0) return 0;
  await writeEvents(tx, added);
  await writeChains(tx, chains);
  await tx
    .updateTable('log_state')
    .set({ size: log.size, frontier: Buffer.concat(log.state) })
    .where('id', '=', 1)
    .execute();
  return added.length;
}

/** Hashes of what has the place of an event that comes after its successors. Usually there is none. */
async function loadStored(
  tx: Transaction<Tables>,
  events: readonly DecodedEvent[],
  chains: ReadonlyMap<string, Chain>,
): Promise<ReadonlyMap<string, readonly Buffer[]>> {
  const late = events.filter(
    ({ kind, sessionId, sequence }) =>
      kind === 'malformed' || sequence < (chains.get(sessionKey(sessionId))?.next ?? 0),
  );
  if (late.length === 0) return new Map();
  const places = late.map((event) => ({
    session_id: sessionKey(event.sessionId),
    sequence: event.sequence,
  }));
  const { rows } = await sql<{
    session_id: Uint8Array;
    sequence: number;
    bytes: Uint8Array;
  }>`
    SELECT e.session_id, e.sequence, e.bytes FROM events e
    JOIN (SELECT DISTINCT decode(session_id, 'hex') AS session_id, sequence
          FROM json_to_recordset(${JSON.stringify(places)}::text::json) AS r(session_id text, sequence bigint)) p
      ON e.session_id = p.session_id AND e.sequence = p.sequence`.execute(tx);
  const stored = new Map<string, Buffer[]>();
  for (const { session_id, sequence, bytes } of rows) {
    const key = placeKey(sessionKey(session_id), sequence);
    stored.set(key, [...(stored.get(key) ?? []), sha256(bytes)]);
  }
  return stored;
}

async function loadChains(
  tx: Transaction<Tables>,
  events: readonly DecodedEvent[],
): Promise<Map<string, Chain>> {
  const ids = [...new Set(events.map((event) => sessionKey(event.sessionId)))];
  const { rows } = await sql<{
    session_id: Uint8Array;
    next_sequence: number;
    last_hash: Uint8Array;
  }>`
    SELECT s.session_id, s.next_sequence, s.last_hash FROM sessions s
    JOIN json_array_elements_text(${JSON.stringify(ids)}::text::json) AS i(id)
      ON s.session_id = decode(i.id, 'hex')`.execute(tx);
  return new Map(
    rows.map((row) => [
      sessionKey(row.session_id),
      { next: row.next_sequence, hash: Buffer.from(row.last_hash), start: undefined },
    ]),
  );
}
