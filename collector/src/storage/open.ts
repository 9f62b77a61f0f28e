import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { CollectorError } from '../errors.js';
import { migrate } from './migrations.js';
import { pgliteDialect } from './pglite-dialect.js';
import type { Tables } from './schema.js';

export interface Storage {
  readonly db: Kysely<Tables>;
  readonly kind: 'pglite' | 'postgresql';
}

/** 64-bit integers as numbers: leaf indexes, sequences and microseconds stay below 2^53. */
const parsers = { [pg.types.builtins.INT8]: Number };

/**
 * Opens the collector's storage: PostgreSQL when a URL is given, PGlite in `directory` otherwise.
 * @throws CollectorError `storage`, saying what to do
 */
export async function openStorage(
  directory: string,
  databaseUrl: string | undefined,
): Promise<Storage> {
  const storage =
    databaseUrl === undefined ? await openPglite(directory) : openPostgres(databaseUrl);
  try {
    await migrate(storage.db);
  } catch (cause) {
    await storage.db.destroy().catch(() => undefined);
    throw explained(cause, storage.kind, directory);
  }
  return storage;
}

async function openPglite(directory: string): Promise<Storage> {
  const path = join(directory, 'pglite');
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const database = await PGlite.create(path, { parsers, relaxedDurability: false });
    return { db: new Kysely<Tables>({ dialect: pgliteDialect(database) }), kind: 'pglite' };
  } catch (cause) {
    throw explained(cause, 'pglite', directory);
  }
}

function openPostgres(url: string): Storage {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 10_000 });
  // An idle connection that breaks is replaced by the pool.
  pool.on('error', () => undefined);
  return { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), kind: 'postgresql' };
}

const advice: Readonly<Record<string, string>> = {
  '28P01': 'the password is wrong; check POSTERN_COLLECTOR_DATABASE_URL',
  '3D000': 'the database does not exist; create it first',
  '42501': 'the role may not create tables; grant it CREATE on the schema',
  ECONNREFUSED: 'nothing answers there; is PostgreSQL running, and are host and port right?',
  ENOTFOUND: 'the host name is unknown',
};

function explained(cause: unknown, kind: Storage['kind'], directory: string): CollectorError {
  for (let at: unknown = cause; at instanceof Error; at = at.cause) {
    const found = 'code' in at ? advice[String(at.code)] : undefined;
    if (found !== undefined)
      return new CollectorError('storage', `cannot open the collector's database: ${found}`, cause);
  }
  const what =
    kind === 'pglite'
      ? `cannot open the embedded database in ${directory}; if its files are damaged, move the folder away (proxies send again what they still hold)`
      : "cannot open the collector's database";
  return new CollectorError('storage', what, cause);
}
