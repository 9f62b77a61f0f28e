import type { postern } from '@postern/proto';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { decodeEvent, recordColumns, sessionColumns } from '../ingest/decoded.js';
import type { Checkpoints } from '../log/checkpoints.js';
import type { Tables } from '../storage/schema.js';

type Chunk = postern.audit.v1.IExportChunk;

const pageSize = 1000;

/**
 * The whole log with what proves it: verifier key, statement records, entries in leaf order, and the
 * signed checkpoint. What the searched columns say is compared with what the bytes say, so that a
 * record which was hidden from searches is found too.
 */
export async function* exportLog(
  db: Kysely<Tables>,
  checkpoints: Checkpoints,
): AsyncGenerator<Chunk> {
  yield { verifierKey: checkpoints.verifierKey };
  const { checkpoint, trouble } = await checkpoints.currentOrLast();
  yield* statementRecords(db);
  const size = Number(checkpoint.split('\n')[1] ?? 0);
  let from = -1;
  while (from < size) {
    const to = Math.min(from + pageSize, size);
    for (const row of await page(db, sql`leaf_index >= ${from} AND leaf_index < ${to}`)) {
      yield { entry: toLogEntry(row) };
    }
    if (to === size) break;
    from = to;
  }
  // In one look: what lies beyond what the log says of itself was not logged.
  const beyond = sql`leaf_index >= greatest(${size}::bigint, (SELECT size FROM log_state WHERE id = 1)) OR leaf_index < -1`;
  for (const row of await page(db, beyond)) yield { entry: toLogEntry(row) };
  yield { checkpoint };
  // Everything was given that helps to find where; this says that there is something to find.
  if (trouble !== undefined) throw trouble;
}

/** Leaves with their events; either may be missing. */
async function page(db: Kysely<Tables>, range: RawBuilder<unknown>): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    SELECT l.leaf_index, l.leaf_hash, e.leaf_index AS event_index, e.bytes, e.time_us, e.id::text AS id,
           e.session_id, e.sequence, e.kind, e.outcome, e.record, e.detected,
           s.subject, s.name, s.namespace, s.groups, s.database, s.start
    FROM (SELECT * FROM leaves WHERE ${range}) l
    FULL JOIN (SELECT * FROM events WHERE ${range}) e ON e.leaf_index = l.leaf_index
    LEFT JOIN sessions s ON s.session_id = e.session_id
    ORDER BY coalesce(l.leaf_index, e.leaf_index), e.time_us
    LIMIT ${2 * pageSize}`.execute(db);
  return rows;
}

interface Row {
  /** 64-bit columns: a number or, from some drivers, its text */
  readonly leaf_index: number | string | null;
  readonly leaf_hash: Uint8Array | null;
  readonly event_index: number | string | null;
  readonly bytes: Uint8Array | null;
  readonly time_us: number | string | null;
  readonly id: string | null;
  readonly session_id: Uint8Array | null;
  readonly sequence: number | string | null;
  readonly kind: string | null;
  readonly outcome: string | null;
  readonly record: Uint8Array | null;
  readonly detected: readonly string[] | null;
  readonly subject: string | null;
  readonly name: string | null;
  readonly namespace: string | null;
  readonly groups: readonly string[] | null;
  readonly database: string | null;
  readonly start: Uint8Array | null;
}

async function* statementRecords(db: Kysely<Tables>): AsyncGenerator<Chunk> {
  let after: Uint8Array = Buffer.alloc(0);
  for (;;) {
    const rows = await db
      .selectFrom('statement_records')
      .selectAll()
      .where('digest', '>', after)
      .orderBy('digest')
      .limit(pageSize)
      .execute();
    for (const row of rows) {
      const told = recordColumns(row.bytes);
      const altered = Object.entries(told).flatMap(([column, value]) =>
        same(row[column as keyof typeof told], value) ? [] : [column],
      );
      yield { statementRecord: { digest: row.digest, bytes: row.bytes, altered } };
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.digest;
  }
}

const toLogEntry = (row: Row): postern.audit.v1.ILogEntry => ({
  // below zero nothing can be logged: it shows as a second event at the first leaf
  leafIndex: Math.max(0, Number(row.leaf_index ?? row.event_index ?? 0)),
  event: row.bytes ?? Buffer.alloc(0),
  leafHash: row.leaf_hash ?? Buffer.alloc(0),
  altered: alteredColumns(row),
});

/** Columns that do not say what the bytes say. */
function alteredColumns(row: Row): string[] {
  if (row.bytes === null) return [];
  const event = decodeEvent(row.bytes);
  const pairs: [string, unknown, unknown][] = [
    ['time_us', Number(row.time_us), event.timeUs],
    ['id', row.id, event.id],
    ['session_id', hex(row.session_id), event.sessionId.toString('hex')],
    ['sequence', Number(row.sequence), event.sequence],
    ['kind', row.kind, event.kind],
    ['outcome', row.outcome, event.outcome],
    ['record', hex(row.record), event.record?.toString('hex') ?? ''],
    ['detected', row.detected, event.detected],
  ];
  if (event.message.sessionStart != null) {
    const start = sessionColumns(event.message.sessionStart);
    pairs.push(
      ['subject', row.subject, start.subject],
      ['name', row.name, start.name],
      ['namespace', row.namespace, start.namespace],
      ['groups', row.groups, start.groups],
      ['database', row.database, start.database],
      ['start', hex(row.start), start.start.toString('hex')],
    );
  }
  return pairs.flatMap(([column, stored, told]) => (same(stored, told) ? [] : [column]));
}

const hex = (bytes: Uint8Array | null): string =>
  bytes === null ? '' : Buffer.from(bytes).toString('hex');

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
