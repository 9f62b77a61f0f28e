import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { serverOwner } from '../harness/binaries.js';
import { freePort } from '../harness/ports.js';
import { startPostern } from '../harness/postern.js';
import type { Postgres } from '../harness/postgres.js';
import { works } from '../harness/program.js';
import { root } from '../harness/root.js';

export const targetNames = [
  ...(['direct', 'pgbouncer', 'relay', 'relay-busy'] as const),
  ...(['postern', 'postern-apart', 'postern-masks', 'postern-detectors'] as const),
] as const;
export type TargetName = (typeof targetNames)[number];

/** What `relay-busy` computes for besides, a statement: about what Postern does more than the relay. */
export const busyMicroseconds = 10;

/** One way to the same database. */
export interface Target {
  readonly name: TargetName;
  readonly port: number;
  /** the process in the middle; undefined for direct */
  readonly pid: number | undefined;
  /** what else it needs, such as the collector; shown apart */
  readonly beside: number | undefined;
  /** That is stopped (SIGSTOP) while it is measured, as if it ran on another machine. */
  readonly besideStops?: boolean;
  stop(): Promise<void>;
}

export type Started =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'absent'; readonly name: TargetName; readonly why: string };

export interface Surroundings {
  readonly server: Postgres;
  /** Node for the relay and for Postern alike */
  readonly node: string;
  /** folder for CPU profiles; undefined: none */
  readonly profile: string | undefined;
}

export const startTarget = async (name: TargetName, around: Surroundings): Promise<Started> => {
  try {
    return { kind: 'target', target: await starters[name](around) };
  } catch (thrown) {
    return { kind: 'absent', name, why: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};

const starters: Readonly<Record<TargetName, (around: Surroundings) => Promise<Target>>> = {
  direct: ({ server }) =>
    Promise.resolve({
      name: 'direct',
      port: server.port,
      pid: undefined,
      beside: undefined,
      stop: () => Promise.resolve(),
    }),
  pgbouncer: (around) => startPgBouncer(around),
  relay: (around) => startRelay('relay', 0, around),
  // a statement is one piece each way
  'relay-busy': (around) => startRelay('relay-busy', busyMicroseconds / 2, around),
  postern: (around) => startGoverned('postern', 'allow.yaml', around),
  'postern-apart': async (around) => ({
    ...(await startGoverned('postern-apart', 'allow.yaml', around)),
    besideStops: true,
  }),
  'postern-masks': (around) => startGoverned('postern-masks', 'masks.yaml', around),
  'postern-detectors': async (around) => {
    const target = await startGoverned('postern-detectors', 'detectors.yaml', around);
    await checkMasked(target.port);
    return target;
  },
};

/** What is measured would mean nothing if nothing were masked. */
const checkMasked = async (port: number): Promise<void> => {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'bench' });
  await client.connect();
  const { rows } = await client.query<{ email: string }>(
    'SELECT email FROM public.people WHERE id = 1',
  );
  await client.end();
  if (rows[0]?.email !== 'xxxxxxx@mail.example') throw new Error('detectors mask nothing');
};

const ending = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
};

const startRelay = async (
  name: Extract<TargetName, `relay${string}`>,
  microseconds: number,
  { server, node }: Surroundings,
): Promise<Target> => {
  const program = fileURLToPath(new URL('./relay.js', import.meta.url));
  const child = spawn(node, [program, String(server.port), String(microseconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    name,
    port: Number(line),
    pid: child.pid,
    beside: undefined,
    stop: () => ending(child),
  };
};

const startPgBouncer = async ({ server }: Surroundings): Promise<Target> => {
  if (!(await works('pgbouncer', ['--version']))) {
    throw new Error('not installed (Debian: apt install pgbouncer)');
  }
  const owner = await serverOwner();
  const home = await mkdtemp(join(tmpdir(), 'postern-pgbouncer-'));
  await chmod(home, 0o755);
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(home, owner.uid, owner.gid);
  const port = await freePort();
  await writeFile(join(home, 'users.txt'), '"postgres" ""\n');
  await writeFile(
    join(home, 'pgbouncer.ini'),
    `[databases]
bench = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(home, 'users.txt')}
pool_mode = session
max_client_conn = 500
default_pool_size = 100
log_connections = 0
log_disconnections = 0
ignore_startup_parameters = extra_float_digits,client_encoding
`,
  );
  const child = spawn('pgbouncer', ['--quiet', join(home, 'pgbouncer.ini')], {
    ...owner,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const stop = async (): Promise<void> => {
    await ending(child);
    await rm(home, { recursive: true, force: true });
  };
  if (!(await listens(port))) {
    await stop();
    throw new Error('does not start');
  }
  return { name: 'pgbouncer', port, pid: child.pid, beside: undefined, stop };
};

const listens = async (port: number): Promise<boolean> => {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    const [event] = await Promise.race([
      once(socket, 'connect').then(() => ['connect'] as const),
      once(socket, 'error').then(() => ['error'] as const),
    ]).catch(() => ['error'] as const);
    socket.destroy();
    if (event === 'connect') return true;
    await sleep(100);
  }
  return false;
};

const startGoverned = async (
  name: Extract<TargetName, `postern${string}`>,
  policies: string,
  { server, node, profile }: Surroundings,
): Promise<Target> => {
  const running = await startPostern({
    files: [join(root, 'test', 'fixtures', 'bench', policies)],
    upstream: server.url('bench'),
    words: ['--as', 'serviceaccount:bench/bench'],
    node,
    env:
      profile === undefined
        ? {}
        : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${join(profile, name)}` },
  });
  const pids = await running.pids();
  return {
    name,
    port: Number(new URL(running.governed).port),
    pid: pids.sidecar,
    beside: pids.collector,
    stop: async () => {
      await running.stop();
    },
  };
};
