import type { postern } from '@postern/proto';
import { type Kysely, sql } from 'kysely';
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
  const checkpoint = await checkpoints.current();
  yield* statementRecords(db);
  const size = Number(checkpoint.split('\n')[1] ?? 0);
  for (let from = 0; ; from += pageSize) {
    const { rows } = await sql<Row>`
      SELECT l.leaf_index, l.leaf_hash, e.leaf_index AS event_index, e.bytes, e.time_us, e.id::text AS id,
             e.session_id, e.sequence, e.kind, e.outcome, e.record,
             s.subject, s.name, s.namespace, s.groups, s.database, s.start
      FROM leaves l
      FULL JOIN (SELECT * FROM events WHERE leaf_index >= ${from} AND leaf_index < ${from + pageSize}) e
        ON e.leaf_index = l.leaf_index
      LEFT JOIN sessions s ON s.session_id = e.session_id
      WHERE coalesce(l.leaf_index, e.leaf_index) >= ${from} AND coalesce(l.leaf_index, e.leaf_index) < ${from + pageSize}
      ORDER BY coalesce(l.leaf_index, e.leaf_index), e.time_us`.execute(db);
    for (const row of rows) yield { entry: toLogEntry(row) };
    if (from + pageSize >= size && rows.length === 0) break;
  }
  yield { checkpoint };
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
      const told = recordColumnsOrNothing(row.bytes);
      const altered =
        told === undefined
          ? ['bytes']
          : Object.entries(told).flatMap(([column, value]) =>
              same(row[column as keyof typeof told], value) ? [] : [column],
            );
      yield { statementRecord: { digest: row.digest, bytes: row.bytes, altered } };
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.digest;
  }
}

const recordColumnsOrNothing = (
  bytes: Uint8Array,
): ReturnType<typeof recordColumns> | undefined => {
  try {
    return recordColumns(bytes);
  } catch {
    return undefined;
  }
};

const toLogEntry = (row: Row): postern.audit.v1.ILogEntry => ({
  leafIndex: Number(row.leaf_index ?? row.event_index ?? 0),
  event: row.bytes ?? Buffer.alloc(0),
  leafHash: row.leaf_hash ?? Buffer.alloc(0),
  altered: alteredColumns(row),
});

/** Columns that do not say what the bytes say. */
function alteredColumns(row: Row): string[] {
  if (row.bytes === null) return [];
  const event = decodeEvent(row.bytes);
  if (event === undefined) return ['bytes'];
  const pairs: [string, unknown, unknown][] = [
    ['time_us', Number(row.time_us), event.timeUs],
    ['id', row.id, event.id],
    ['session_id', hex(row.session_id), event.sessionId.toString('hex')],
    ['sequence', Number(row.sequence), event.sequence],
    ['kind', row.kind, event.kind],
    ['outcome', row.outcome, event.outcome],
    ['record', hex(row.record), event.record?.toString('hex') ?? ''],
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
