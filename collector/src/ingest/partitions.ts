import { type Kysely, sql } from 'kysely';
import type { Tables } from '../storage/schema.js';

/** Start of a month, Unix microseconds. */
const monthStart = (year: number, month: number): number => Date.UTC(year, month, 1) * 1000;

/** Makes the partition of a month and the next, so that none is missing when the month turns. */
export async function ensurePartitions(db: Kysely<Tables>, now: number): Promise<void> {
  const date = new Date(now);
  for (const ahead of [0, 1]) {
    const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, 1));
    const from = monthStart(first.getUTCFullYear(), first.getUTCMonth());
    const to = monthStart(first.getUTCFullYear(), first.getUTCMonth() + 1);
    const name = `events_${String(first.getUTCFullYear())}_${String(first.getUTCMonth() + 1).padStart(2, '0')}`;
    await sql
      .raw(
        `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF events FOR VALUES FROM (${String(from)}) TO (${String(to)})`,
      )
      .execute(db);
  }
}
