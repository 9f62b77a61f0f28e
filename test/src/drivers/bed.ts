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
  /** The same server under a policy with masks: another Postern before it, from now on. */
  readonly masked: () => Promise<Login>;
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
  const server = await startPostgres({
    ...options,
    // for the drivers that know two-phase commit
    settings: { max_prepared_transactions: '10', ...options.settings },
  });
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
        // with all the tables and types that a program made
        `SET lock_timeout = '10s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION ${user};
         SET ROLE ${user}; ${schema}`,
        'drivers',
      );
    },
  };
};

/** Without masks: error details, DO blocks and the like are then as the server gives them. */
export const driverPolicy = join(fixtures, 'policy.yaml');
export const maskingPolicy = join(fixtures, 'masks.yaml');

export const driverBed = async (undo: Undo, version: Major): Promise<Bed> => {
  const { server, direct, reset } = await serverWithTables(undo, { version });
  await reset();
  const before = async (policy: string): Promise<readonly [Postern, Login]> => {
    const postern = await startPostern({
      files: [policy],
      upstream: server.url('drivers'),
      words: ['--as', 'user:tester'],
    });
    undo.push(async () => {
      await postern.stop();
      // a part that died under a driver is a finding, even where the driver tried again
      if (/ended \((?!signal SIGKILL)/.test(postern.said())) console.warn(postern.said());
    });
    const { hostname, port } = new URL(postern.governed);
    return [postern, { ...direct, host: hostname, port: Number(port) }];
  };
  const [postern, governed] = await before(driverPolicy);
  const masked = async (): Promise<Login> => (await before(maskingPolicy))[1];
  return { server, postern, direct, governed, masked, reset };
};
