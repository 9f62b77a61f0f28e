import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from '../storage/schema.js';

/** Start of a month, Unix microseconds. */
const monthStart = (year: number, month: number): number => Date.UTC(year, month, 1) * 1000;

/** for replicas that start at once; any number that nothing else here uses */
const lock = 7_305_142;

/**
 * Makes the partition of this month and the next, so that none is missing when the month turns.
 *
 * @param now Unix milliseconds
 */
export async function ensurePartitions(db: Kysely<Tables>, now: number): Promise<void> {
  const date = new Date(now);
  await db.transaction().execute(async (tx) => {
    await sql`SELECT pg_advisory_xact_lock(${lock}::bigint)`.execute(tx);
    for (const ahead of [0, 1]) {
      await ensureMonth(tx, new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead)));
    }
  });
}

async function ensureMonth(tx: Transaction<Tables>, first: Date): Promise<void> {
  const [year, month] = [first.getUTCFullYear(), first.getUTCMonth()];
  const name = `events_${String(year)}_${String(month + 1).padStart(2, '0')}`;
  const { rows } = await sql<{
    known: string | null;
  }>`SELECT to_regclass(${name})::text AS known`.execute(tx);
  if (rows[0]?.known != null) return;
  const from = monthStart(year, month);
  const to = monthStart(year, month + 1);
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(tx);
  await run(`CREATE TABLE ${name} (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
  // A proxy whose clock was ahead: its events wait in the default partition, which must give them up first.
  await run(`WITH moved AS (DELETE FROM events_default WHERE time_us >= ${String(from)} AND time_us < ${String(to)} RETURNING *)
    INSERT INTO ${name} SELECT * FROM moved`);
  await run(
    `ALTER TABLE events ATTACH PARTITION ${name} FOR VALUES FROM (${String(from)}) TO (${String(to)})`,
  );
}
