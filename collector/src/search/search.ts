import { postern } from '@postern/proto';
import { type Kysely, sql } from 'kysely';
import { CollectorError } from '../errors.js';
import { sha256 } from '../ingest/decoded.js';
import type { Tables } from '../storage/schema.js';
import { conditions, type SearchRequest } from './filters.js';

const { Event, StatementRecord, SessionStart } = postern.audit.v1;
type IEntry = postern.audit.v1.IEntry;

const defaultLimit = 50;
const maxLimit = 1000;

interface Row {
  /** a number or, from some drivers, its text */
  readonly leaf_index: number | string;
  readonly bytes: Uint8Array;
  readonly record_bytes: Uint8Array | null;
  readonly start: Uint8Array | null;
}

/**
 * Finds events; what is returned is decoded from the bytes that are hashed, not from the columns.
 * @throws CollectorError `request`
 */
export async function search(
  db: Kysely<Tables>,
  request: SearchRequest,
): Promise<{ readonly entries: IEntry[]; readonly next: string }> {
  const limit = request.limit ?? 0;
  if (limit > maxLimit) throw new CollectorError('request', `limit is at most ${String(maxLimit)}`);
  const size = limit === 0 ? defaultLimit : limit;
  const ascending = request.ascending === true;
  const after = request.after ?? '';
  if (after !== '' && !/^\d{1,15}$/.test(after)) {
    throw new CollectorError(
      'request',
      'the cursor is not one of ours; take it from `next` of the page before',
    );
  }
  const where = conditions(request);
  if (after !== '') {
    where.push(
      ascending
        ? sql<boolean>`e.leaf_index > ${Number(after)}`
        : sql<boolean>`e.leaf_index < ${Number(after)}`,
    );
  }
  const rows = await select(db, where, ascending, size);
  const last = rows.at(-1);
  return {
    entries: rows.map(toEntry),
    next: rows.length === size && last !== undefined ? String(last.leaf_index) : '',
  };
}

/** @throws CollectorError `not-found` | `request` */
export async function get(db: Kysely<Tables>, id: string): Promise<IEntry> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    throw new CollectorError('request', 'an event is named by its UUID');
  }
  const [row] = await select(db, [sql<boolean>`e.id = ${id}::uuid`], true, 1);
  if (row === undefined) throw new CollectorError('not-found', `no event ${id}`);
  return toEntry(row);
}

async function select(
  db: Kysely<Tables>,
  where: readonly ReturnType<typeof conditions>[number][],
  ascending: boolean,
  limit: number,
): Promise<readonly Row[]> {
  const condition = where.length === 0 ? sql`true` : sql.join([...where], sql` AND `);
  const order = ascending ? sql`ASC` : sql`DESC`;
  const { rows } = await sql<Row>`
    SELECT e.leaf_index, e.bytes, r.bytes AS record_bytes, s.start
    FROM events e
    LEFT JOIN statement_records r ON r.digest = e.record
    LEFT JOIN sessions s ON s.session_id = e.session_id
    WHERE ${condition}
    ORDER BY e.leaf_index ${order} LIMIT ${limit}`.execute(db);
  return rows;
}

const toEntry = (row: Row): IEntry => ({
  event: Event.decode(row.bytes),
  ...(row.record_bytes === null
    ? {}
    : { statementRecord: StatementRecord.decode(row.record_bytes) }),
  ...(row.start === null ? {} : { session: SessionStart.decode(row.start) }),
  leafIndex: Number(row.leaf_index),
  hash: sha256(row.bytes),
});
