import { type Kysely, type Migration, type MigrationProvider, Migrator, sql } from 'kysely';
import { CollectorError } from '../errors.js';
import type { Tables } from './schema.js';

const first: Migration = {
  up: async (db: Kysely<unknown>) => {
    const run = (text: string): Promise<unknown> => sql.raw(text).execute(db);
    await run(`CREATE TABLE events (
      leaf_index bigint NOT NULL, time_us bigint NOT NULL, id uuid NOT NULL,
      session_id bytea NOT NULL, sequence bigint NOT NULL, kind text NOT NULL, outcome text,
      record bytea, bytes bytea NOT NULL, flaw text
    ) PARTITION BY RANGE (time_us)`);
    await run('CREATE TABLE events_default PARTITION OF events DEFAULT');
    await run('CREATE INDEX events_leaf ON events (leaf_index)');
    await run('CREATE INDEX events_time ON events (time_us)');
    await run('CREATE INDEX events_session ON events (session_id, sequence)');
    await run('CREATE INDEX events_record ON events (record, leaf_index)');
    await run('CREATE INDEX events_id ON events (id)');
    await run('CREATE TABLE leaves (leaf_index bigint PRIMARY KEY, leaf_hash bytea NOT NULL)');
    await run(`CREATE TABLE sessions (
      session_id bytea PRIMARY KEY, next_sequence bigint NOT NULL, last_hash bytea NOT NULL,
      subject text, name text, namespace text, groups text[], database text, start bytea
    )`);
    await run('CREATE INDEX sessions_subject ON sessions (subject)');
    await run(`CREATE TABLE statement_records (
      digest bytea PRIMARY KEY, bytes bytea NOT NULL, normalised_sql text NOT NULL, command text NOT NULL,
      fingerprint text NOT NULL, effect text NOT NULL,
      relations text[] NOT NULL, columns text[] NOT NULL, tags text[] NOT NULL
    )`);
    await run(
      'CREATE INDEX statement_records_relations ON statement_records USING gin (relations)',
    );
    await run('CREATE INDEX statement_records_fingerprint ON statement_records (fingerprint)');
    await run('CREATE TABLE spools (spool_id bytea PRIMARY KEY, acknowledged bigint NOT NULL)');
    await run(
      'CREATE TABLE log_state (id int PRIMARY KEY, size bigint NOT NULL, frontier bytea NOT NULL)',
    );
    await run(`INSERT INTO log_state VALUES (1, 0, '')`);
  },
};

/** Of what was stored before, nothing had been detected. */
const detected: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql.raw('ALTER TABLE events ADD COLUMN detected text[]').execute(db);
    await sql
      .raw('CREATE INDEX events_detected ON events (leaf_index) WHERE detected IS NOT NULL')
      .execute(db);
  },
};

const provider: MigrationProvider = {
  getMigrations: () => Promise.resolve({ '0001-record': first, '0002-detected': detected }),
};

/** Brings the schema up to this version. Safe when several replicas start at once. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) {
    throw new CollectorError('storage', "cannot bring the collector's schema up to date", error);
  }
}
