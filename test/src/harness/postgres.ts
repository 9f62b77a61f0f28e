import { spawn } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findServer, serverOwner, type Major, type Owner } from './binaries.js';
import { makeCertificates } from './certificates.js';
import { freePort } from './ports.js';
import { mustRun } from './program.js';
import { root } from './root.js';

/** How the server asks who somebody is, as `pg_hba.conf` names it. */
export type AuthMethod = 'scram-sha-256' | 'md5' | 'password' | 'trust';

export interface PostgresOptions {
  /** 18 when absent */
  readonly version?: Major;
  /** folder of `initdb` and `postgres` that the server's user can read, instead of a version */
  readonly bin?: string;
  /** `scram-sha-256` when absent */
  readonly auth?: AuthMethod;
  /** Offers TLS with a certificate for these names, such as `IP:127.0.0.1`; no TLS when absent. */
  readonly tlsNames?: readonly string[];
  /** accept TLS connections only */
  readonly tlsOnly?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  /** stay in recovery: a hot standby, whose primary is away */
  readonly standby?: boolean;
}

/** A real PostgreSQL of our own, on loopback. */
export interface Postgres {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** as the server names itself, e.g. `18.4` */
  readonly version: string;
  readonly pid: number;
  /** of the superuser `postgres` */
  readonly password: string;
  /** PEM file of the authority that signed its certificate; undefined without TLS */
  readonly ca: string | undefined;
  /** URL without a login */
  url(database?: string): string;
  /** URL with a login: the superuser's when none is given */
  login(database?: string, user?: string, password?: string): string;
  /** Runs SQL as the superuser; several statements may be one string. */
  sql(text: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends its sessions, stops it and removes its files. */
  stop(): Promise<void>;
}

/** Why there is no server for a test: say it, do not pass silently. */
export class NoServer extends Error {
  readonly code = 'no-server';
}

/** @throws NoServer when binaries of that version are not on this machine */
export const startPostgres = async (options: PostgresOptions = {}): Promise<Postgres> => {
  const { version = 18, auth = 'scram-sha-256' } = options;
  const owner = await serverOwner();
  const bin =
    options.bin ?? (await findServer(version, owner, join(tmpdir(), 'postern-test-binaries')));
  if (bin === undefined) {
    throw new NoServer(
      `PostgreSQL ${version} is not on this machine: npm ci --prefix ${root}tools/binaries`,
    );
  }
  const home = await mkdtemp(join(tmpdir(), 'postern-pg-'));
  await chmod(home, 0o755);
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(home, owner.uid, owner.gid);
  const remove = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const password = 'a superuser secret';
    const tls = options.tlsNames === undefined ? undefined : await serveTls(home, options, owner);
    await initialise(bin, home, auth, password, options.tlsOnly ?? false, owner);
    if (options.standby === true) await writeFile(join(home, 'data', 'standby.signal'), '');
    const port = await freePort();
    const server = spawn(
      join(bin, 'postgres'),
      [
        '-D',
        join(home, 'data'),
        ...settingsOf({
          listen_addresses: '127.0.0.1',
          unix_socket_directories: '',
          port: String(port),
          fsync: 'off',
          logging_collector: 'off',
          ...tls?.settings,
          ...options.settings,
        }),
      ],
      { ...owner, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-20_000);
    });
    const ended = new Promise<void>((resolve) => {
      server.once('close', () => {
        resolve();
      });
    });
    const login = (database = 'postgres', user = 'postgres', secret = password): string =>
      `postgres://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${database}`;
    const connect = (database: string): pg.Client =>
      new pg.Client({
        connectionString: login(database),
        ...(options.tlsOnly === true ? { ssl: { rejectUnauthorized: false } } : {}),
      });
    const sql = async (text: string, database = 'postgres'): Promise<Record<string, unknown>[]> => {
      const client = connect(database);
      client.on('error', () => undefined);
      await client.connect();
      try {
        const result: pg.QueryResult<Record<string, unknown>> = await client.query(text);
        return result.rows;
      } finally {
        await client.end();
      }
    };
    const stop = async (): Promise<void> => {
      // fast shutdown: sessions are ended
      server.kill('SIGINT');
      await ended;
      await remove();
    };
    try {
      const exact = await answering(sql, () => server.exitCode);
      return {
        ...{ host: '127.0.0.1', port, version: exact, password, login, sql, stop },
        pid: server.pid ?? 0,
        ca: tls?.ca,
        url: (database = 'postgres') => `postgres://127.0.0.1:${port}/${database}`,
      };
    } catch (thrown) {
      await stop();
      throw new Error(`PostgreSQL ${version} did not start\n${said}`, { cause: thrown });
    }
  } catch (thrown) {
    await remove();
    throw thrown;
  }
};

const settingsOf = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

const serveTls = async (
  home: string,
  { tlsNames = [] }: PostgresOptions,
  owner: Owner,
): Promise<{ readonly ca: string; readonly settings: Readonly<Record<string, string>> }> => {
  const folder = join(home, 'tls');
  await mkdir(folder);
  const made = await makeCertificates(folder, tlsNames);
  // the server wants a key that is its own and nobody else's
  const key = join(home, 'server.key');
  await copyFile(made.key, key);
  await chmod(key, 0o600);
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(key, owner.uid, owner.gid);
  return { ca: made.ca, settings: { ssl: 'on', ssl_cert_file: made.cert, ssl_key_file: key } };
};

const initialise = async (
  bin: string,
  home: string,
  auth: AuthMethod,
  password: string,
  tlsOnly: boolean,
  owner: Owner,
): Promise<void> => {
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, password);
  await chmod(passwordFile, 0o644);
  const data = join(home, 'data');
  await mustRun(
    join(bin, 'initdb'),
    [
      ...['-D', data, '-U', 'postgres', `--auth=${auth}`, `--pwfile=${passwordFile}`],
      ...['--no-sync', '--encoding=UTF8', '--locale=C'],
    ],
    { ...owner, cwd: home },
  );
  const kind = tlsOnly ? 'hostssl' : 'host';
  await writeFile(
    join(data, 'pg_hba.conf'),
    ['local all all', `${kind} all,replication all 127.0.0.1/32`, `${kind} all all ::1/128`]
      .map((line) => `${line} ${auth}\n`)
      .join(''),
  );
  // what passwords are stored as decides what `md5` can ask
  const encryption = auth === 'md5' ? 'md5' : 'scram-sha-256';
  await writeFile(
    join(data, 'postgresql.auto.conf'),
    `password_encryption = '${encryption}'\ntimezone = 'UTC'\n`,
  );
};

/** Waits for the first answer. @returns the server's version */
const answering = async (
  sql: (text: string) => Promise<readonly Record<string, unknown>[]>,
  exitCode: () => number | null,
): Promise<string> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const [row] = await sql('SHOW server_version');
      return String(row?.['server_version']).split(' ')[0] ?? '';
    } catch (thrown) {
      if (attempt >= 200 || exitCode() !== null) throw thrown;
      await sleep(50);
    }
  }
};
