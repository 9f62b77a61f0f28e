import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Major } from '../harness/binaries.js';
import { startPostern, type Postern } from '../harness/postern.js';
import { startPostgres, type Postgres, type PostgresOptions } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import type { Undo } from '../harness/undo.js';
import type { Login } from './driver.js';

/** A server with the tables of the drivers' programs, and Postern before it. */
export interface Bed {
  readonly server: Postgres;
  readonly postern: Postern;
  readonly direct: Login;
  readonly governed: Login;
  /** Puts the tables back to how they were. */
  readonly reset: () => Promise<void>;
}

const fixtures = join(root, 'test', 'fixtures', 'drivers');
const user = 'app';
const password = 'an app secret';

/** A server with the tables of the drivers' programs. */
export const serverWithTables = async (
  undo: Undo,
  options: PostgresOptions = {},
): Promise<{
  readonly server: Postgres;
  readonly direct: Login;
  readonly reset: () => Promise<void>;
}> => {
  const server = await startPostgres(options);
  undo.push(() => server.stop());
  await server.sql(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
  await server.sql(`GRANT pg_signal_backend TO ${user}`);
  await server.sql(`CREATE DATABASE drivers OWNER ${user}`);
  await server.sql(`ALTER SCHEMA public OWNER TO ${user}`, 'drivers');
  const schema = await readFile(join(fixtures, 'schema.sql'), 'utf8');
  return {
    server,
    direct: { host: server.host, port: server.port, user, password, database: 'drivers' },
    reset: async () => {
      await server.sql(
        `DROP TABLE IF EXISTS public.items, public.people;
         SET ROLE ${user}; ${schema}`,
        'drivers',
      );
    },
  };
};

export const driverBed = async (undo: Undo, version: Major): Promise<Bed> => {
  const { server, direct, reset } = await serverWithTables(undo, { version });
  await reset();
  const postern = await startPostern({
    files: [join(fixtures, 'policy.yaml')],
    upstream: server.url('drivers'),
    words: ['--as', 'user:tester'],
  });
  undo.push(() => postern.stop());
  const { hostname, port } = new URL(postern.governed);
  return {
    ...{ server, postern, direct, reset },
    governed: { ...direct, host: hostname, port: Number(port) },
  };
};
