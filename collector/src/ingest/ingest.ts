import { Frontier, type Hash, leafHash, type postern } from '@postern/proto';
import { type Kysely, sql, type Transaction } from 'kysely';
import { splitHashes } from '../log/stored-hashes.js';
import type { Tables } from '../storage/schema.js';
import {
  type DecodedEvent,
  decodeEvent,
  recordColumns,
  sessionColumns,
  sha256,
} from './decoded.js';

/** What became durable. */
export interface Ingested {
  /** spool sequence up to which everything is durable */
  readonly acknowledged: number;
  readonly events: number;
}

interface Chain {
  next: number;
  hash: Buffer;
  start: ReturnType<typeof sessionColumns> | undefined;
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
    await insertStatementRecords(tx, fresh);
    const events = fresh.flatMap(({ event }) => {
      const decoded = event == null || event.length === 0 ? undefined : decodeEvent(event);
      return decoded === undefined ? [] : [decoded];
    });
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

async function insertStatementRecords(
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

async function insertEvents(
  tx: Transaction<Tables>,
  events: readonly DecodedEvent[],
  log: Frontier,
): Promise<number> {
  const chains = await loadChains(tx, events);
  const rows: object[] = [];
  for (const event of events) {
    const key = event.sessionId.toString('base64');
    const chain = chains.get(key) ?? { next: 0, hash: Buffer.alloc(0), start: undefined };
    chains.set(key, chain);
    // Stored before: a proxy sends again what it did not see acknowledged.
    if (event.sequence < chain.next) continue;
    const hash = leafHash(event.bytes);
    rows.push({
      leaf_index: log.size,
      leaf_hash: base64(hash),
      time_us: event.timeUs,
      id: event.id,
      session_id: key,
      sequence: event.sequence,
      kind: event.kind,
      outcome: event.outcome,
      record: event.record?.toString('base64') ?? null,
      bytes: Buffer.from(event.bytes).toString('base64'),
      flaw: flawOf(event, chain),
    });
    log.append(hash);
    chain.next = event.sequence + 1;
    chain.hash = event.hash;
    if (event.message.sessionStart != null)
      chain.start = sessionColumns(event.message.sessionStart);
  }
  if (rows.length === 0) return 0;
  await writeEvents(tx, rows);
  await writeChains(tx, chains);
  await tx
    .updateTable('log_state')
    .set({ size: log.size, frontier: Buffer.concat(log.state) })
    .where('id', '=', 1)
    .execute();
  return rows.length;
}

function flawOf(event: DecodedEvent, chain: Chain): string | null {
  if (event.sequence > chain.next) return 'missing-sequence';
  return Buffer.from(event.message.previousHash).equals(chain.hash) ? null : 'previous-hash';
}

async function loadChains(
  tx: Transaction<Tables>,
  events: readonly DecodedEvent[],
): Promise<Map<string, Chain>> {
  const ids = [...new Set(events.map((event) => event.sessionId.toString('base64')))];
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{
    session_id: Uint8Array;
    next_sequence: number;
    last_hash: Uint8Array;
  }>`
    SELECT s.session_id, s.next_sequence, s.last_hash FROM sessions s
    JOIN json_array_elements_text(${JSON.stringify(ids)}::text::json) AS i(id) ON s.session_id = decode(i.id, 'base64')`.execute(
    tx,
  );
  return new Map(
    rows.map((row) => [
      Buffer.from(row.session_id).toString('base64'),
      { next: Number(row.next_sequence), hash: Buffer.from(row.last_hash), start: undefined },
    ]),
  );
}

async function writeEvents(tx: Transaction<Tables>, rows: readonly object[]): Promise<void> {
  await sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS r(leaf_index bigint, leaf_hash text,
        time_us bigint, id uuid, session_id text, sequence bigint, kind text, outcome text, record text, bytes text, flaw text)
    ), leaf AS (
      INSERT INTO leaves (leaf_index, leaf_hash) SELECT leaf_index, decode(leaf_hash, 'base64') FROM given
    )
    INSERT INTO events (leaf_index, time_us, id, session_id, sequence, kind, outcome, record, bytes, flaw)
    SELECT leaf_index, time_us, id, decode(session_id, 'base64'), sequence, kind, outcome, decode(record, 'base64'),
           decode(bytes, 'base64'), flaw
    FROM given`.execute(tx);
}

async function writeChains(
  tx: Transaction<Tables>,
  chains: ReadonlyMap<string, Chain>,
): Promise<void> {
  const rows = [...chains].map(([id, { next, hash, start }]) => ({
    session_id: id,
    next_sequence: next,
    last_hash: hash.toString('base64'),
    ...(start === undefined ? {} : { ...start, start: start.start.toString('base64') }),
  }));
  await sql`
    INSERT INTO sessions (session_id, next_sequence, last_hash, subject, name, namespace, groups, database, start)
    SELECT decode(session_id, 'base64'), next_sequence, decode(last_hash, 'base64'), subject, name, namespace, groups,
           database, decode(start, 'base64')
    FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS r(session_id text, next_sequence bigint, last_hash text,
      subject text, name text, namespace text, groups text[], database text, start text)
    ON CONFLICT (session_id) DO UPDATE SET next_sequence = excluded.next_sequence, last_hash = excluded.last_hash,
      subject = coalesce(excluded.subject, sessions.subject), name = coalesce(excluded.name, sessions.name),
      namespace = coalesce(excluded.namespace, sessions.namespace), groups = coalesce(excluded.groups, sessions.groups),
      database = coalesce(excluded.database, sessions.database), start = coalesce(excluded.start, sessions.start)`.execute(
    tx,
  );
}

const base64 = (hash: Hash): string => Buffer.from(hash).toString('base64');
