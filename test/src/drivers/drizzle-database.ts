import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { failing } from './driver.js';
import type * as schema from './drizzle-schema.js';

export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** Drizzle wraps what its driver threw. */
export const failure = (act: () => Promise<unknown>): Promise<unknown> =>
  failing(async () => {
    try {
      return await act();
    } catch (thrown) {
      throw thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
    }
  });
