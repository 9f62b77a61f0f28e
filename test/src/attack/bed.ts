/** One server with the planted schema as a template, and a Postern before it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Major } from '../harness/binaries.js';
import { startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import type { Undo } from '../harness/undo.js';
import { type Bed, beds, objectsFor } from './policy.js';
import { roles, schema } from './schema.js';

const template = 'planted';

export interface Ground {
  /** port of the server itself, or of Postern under one of its policies */
  portOf(where: 'direct' | Bed): number;
  /** Makes a copy of the schema. @returns its name */
  fresh(): Promise<string>;
  remove(database: string): Promise<void>;
  connectAt(port: number, user: string, database: string): Promise<pg.Client>;
  /** A client of the superuser, not governed. */
  connect(database: string): Promise<pg.Client>;
  said(): string;
}

export const openGround = async (undo: Undo, version: Major = 18): Promise<Ground> => {
  const server = await startPostgres({
    ...{ version, auth: 'trust' },
    settings: {
      max_connections: '60',
      autovacuum: 'off',
      wal_level: 'logical',
      full_page_writes: 'off',
    },
  });
  undo.push(() => server.stop());
  await server.sql(roles);
  await server.sql(`CREATE DATABASE ${template}`);
  await server.sql(schema, template);
  const folder = await mkdtemp(join(tmpdir(), 'postern-attack-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'objects.yaml'), objectsFor(server.port));
  const postern = await startPostern({ files: [folder], upstream: [] });
  undo.push(() => postern.stop());
  const ports = new Map(
    beds.map((bed) => [bed, Number(new URL(postern.databases[`attack/${bed}`] ?? '').port)]),
  );
  const connectAt = async (port: number, user: string, database: string): Promise<pg.Client> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user, database });
    // it may be ended with its database
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const connect = (database: string): Promise<pg.Client> =>
    connectAt(server.port, 'postgres', database);
  const maker = await connect('postgres');
  undo.push(() => maker.end());
  let made = 0;
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: it is one session. */
  const make = (sql: string): Promise<unknown> => (last = last.then(() => maker.query(sql)));
  return {
    portOf: (where) => (where === 'direct' ? server.port : (ports.get(where) ?? 0)),
    fresh: async () => {
      made += 1;
      const name = `copy_${made}`;
      await make(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      return name;
    },
    remove: async (database) => {
      await make(`DROP DATABASE ${database} WITH (FORCE)`);
    },
    connect,
    connectAt,
    said: () => postern.said(),
  };
};
