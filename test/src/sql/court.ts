import { loadParser } from '@postern/sql';
import pg from 'pg';
import { type PostgresOptions, startPostgres } from '../harness/postgres.js';
import type { Undo } from '../harness/undo.js';
import { type Court, openCourt } from '../oracle/judge.js';

/** A server of its own with a schema, and what the analysis knows of it. @param schema SQL that makes it */
export async function courtWith(
  undo: Undo,
  schema: string,
  options?: PostgresOptions,
): Promise<Court> {
  await loadParser();
  const server = await startPostgres(options);
  undo.push(() => server.stop());
  const client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
  await client.query(schema);
  return openCourt(client);
}
