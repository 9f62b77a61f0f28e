/**
 * Damaged packets from either side: no crash, no hang, no session left over, no growth. A short seeded
 * run; POSTERN_FUZZ=N makes N connections of each kind, POSTERN_FUZZ_SEED picks another run.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { driverPolicy } from '../drivers/bed.js';
import { watchHeap } from '../harness/heap.js';
import { type Postern, startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { type Entry, readCorpus } from './corpus.js';
import { mutate, Random } from './mutate.js';
import { RawClient, say } from './raw-client.js';

const count = Number(process.env['POSTERN_FUZZ'] ?? 250);
const seed = Number(process.env['POSTERN_FUZZ_SEED'] ?? 4711);
let packetsSaid = 0;
/** connections of each kind from which on memory may not grow at all */
const longRun = 20_000;
/** connections at a time; many of a hostile server's only wait */
const lanes = { clients: 8, servers: 32 };
/** milliseconds a connection may take to end once its client has said all and closed */
const patience = count > 1000 ? 60_000 : 10_000;
const limit = 60_000 + count * 100;

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const startup = ((): Buffer => {
  const body = Buffer.from('\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
})();

const governed = async (upstream: string): Promise<Postern> => {
  const postern = await startPostern({
    files: [driverPolicy],
    upstream,
    words: ['--as', 'user:tester'],
    env: { POSTERN_STARTUP_TIMEOUT_MS: '2000', POSTERN_LOGIN_TIMEOUT_MS: '2000' },
  });
  undo.push(() => postern.stop());
  return postern;
};

const portOf = ({ governed: url }: Postern): number => Number(new URL(url).port);

interface Health {
  readonly pid: number;
  readonly residentMiB: number;
  /** of that, what is not of V8's heap, in which garbage waits for a collection: its limit is Node's, not ours */
  readonly outsideMiB: number;
  readonly sessions: number;
}

const healthOf = async (postern: Postern): Promise<Health> => {
  const { sidecar } = await postern.pids();
  const status = await readFile(`/proc/${sidecar}/status`, 'utf8');
  const metrics = await (await fetch(`${postern.sidecarHttp}/metrics`)).text();
  const metric = (name: string): number =>
    Number(new RegExp(`^postern_proxy_${name}\\S* (\\d+)`, 'm').exec(metrics)?.[1] ?? Number.NaN);
  const residentMiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
  return {
    pid: sidecar,
    residentMiB,
    outsideMiB: residentMiB - metric('nodejs_heap_size_total_bytes') / 1024 / 1024,
    sessions: metric('sessions'),
  };
};

/** Sends everything once the log-in is over (or at once), closes, and waits for the other side to close. */
const attack = (port: number, packets: readonly Buffer[], logsIn: boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      const said = packets.map((packet) => packet.toString('hex')).join(' ');
      reject(new Error(`the connection did not end after: ${said}`));
    }, patience);
    let begun = false;
    const begin = (): void => {
      begun = true;
      for (const packet of packets) socket.write(packet);
      socket.end();
    };
    let heard: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (begun) return;
      heard = Buffer.concat([heard, chunk]);
      // ReadyForQuery ends the log-in
      if (heard.subarray(-6).toString('latin1') === 'Z\0\0\0\x05I') begin();
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    if (logsIn) socket.write(startup);
    else begin();
  });

/** A part of the connections: first half, second half. */
const run = async (
  half: 0 | 1,
  abreast: number,
  corpus: readonly [Entry, ...Entry[]],
  one: (packets: readonly Buffer[], random: Random) => Promise<void>,
): Promise<void> => {
  let next = half === 0 ? 0 : Math.floor(count / 2);
  const end = half === 0 ? Math.floor(count / 2) : count;
  const lane = async (): Promise<void> => {
    while (next < end) {
      const number = next;
      next += 1;
      if (count > 1000 && number % 1000 === 0)
        process.stderr.write(`${number} of ${count} connections, ${packetsSaid} packets\n`);
      const random = new Random(seed + number);
      const entry = random.pick(corpus);
      try {
        const packets = mutate(entry.packets, random);
        packetsSaid += packets.length;
        await one(packets, random);
      } catch (cause) {
        throw new Error(`number ${number} of seed ${seed}, from ${entry.name}`, { cause });
      }
    }
  };
  await Promise.all(Array.from({ length: abreast }, lane));
};

const isWell = async (postern: Postern, before: Health): Promise<Health> => {
  // what the last ones left ends within the time that sockets get to close
  for (let i = 0; i < 50 && (await healthOf(postern)).sessions > 0; i += 1) await sleep(100);
  const after = await healthOf(postern);
  expect({ pid: after.pid, sessions: after.sessions }).toEqual({ pid: before.pid, sessions: 0 });
  if (count > 1000) console.info(`${packetsSaid} packets so far`, { before, after });
  expect(after.outsideMiB - before.outsideMiB).toBeLessThan(100);
  return after;
};

/** Twice as many: what fills up (code, caches with a limit) is full by the half of a long run. */
const inHalves = async (
  postern: Postern,
  abreast: number,
  corpus: readonly [Entry, ...Entry[]],
  one: (packets: readonly Buffer[], random: Random) => Promise<void>,
): Promise<void> => {
  const before = await healthOf(postern);
  const kept: number[] = [];
  let state = before;
  for (const half of [0, 1] as const) {
    const heap = watchHeap(postern.sidecarHttp);
    await run(half, abreast, corpus, one);
    kept.push(heap.stop());
    state = await isWell(postern, state);
  }
  if (count < longRun) return;
  console.info('MiB that a collection leaves, in each half', kept);
  const [first = Number.NaN, second = Number.NaN] = kept;
  expect(second - first).toBeLessThan(16);
};

let honest: Postern;
beforeAll(async () => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql("CREATE TABLE people AS SELECT 1 AS id, 'Ada' AS name");
  honest = await governed(server.url('postgres'));
}, 120_000);

const works = async (): Promise<void> => {
  const client = await RawClient.open(portOf(honest), 'postgres', 'postgres');
  const heard = await client.exchange(say.query('SELECT name FROM people'), 1);
  expect(heard).toEqual(['T name', 'D Ada', 'C SELECT 1', 'Z I']);
  client.close();
};

test(
  'a client that says anything',
  async () => {
    await works();
    const corpus = await readCorpus('client');
    await inHalves(honest, lanes.clients, corpus, (packets) =>
      attack(portOf(honest), packets, true),
    );
    await works();
  },
  limit,
);

test(
  'a client that begins with anything',
  async () => {
    const begin: Entry = { name: 'start-up', packets: [startup, say.query('SELECT 1')] };
    await inHalves(honest, lanes.clients, [begin], (packets) =>
      attack(portOf(honest), packets, false),
    );
    await works();
  },
  limit,
);

/** Not a PostgreSQL server: it says its packets, some for each thing it hears, then closes. */
const hostileServer = async (
  packetsOf: () => { readonly packets: readonly Buffer[]; readonly random: Random },
): Promise<Server> => {
  const server = createServer((socket: Socket) => {
    const { packets, random } = packetsOf();
    const left = [...packets];
    socket.on('error', () => undefined);
    socket.on('data', () => {
      for (let n = 1 + random.below(8); n > 0 && left.length > 0; n -= 1) {
        socket.write(left.shift() ?? Buffer.alloc(0));
      }
      if (left.length === 0) socket.end();
    });
    // a proxy that waits for more hears the end
    setTimeout(() => socket.end(), 1000).unref();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
};

test(
  'a server that says anything',
  async () => {
    const corpus = await readCorpus('server');
    let number = 0;
    const server = await hostileServer(() => {
      const random = new Random(seed + number);
      number += 1;
      const packets = mutate(random.pick(corpus).packets, random);
      packetsSaid += packets.length;
      return { packets, random };
    });
    undo.push(() => {
      server.close();
      return Promise.resolve();
    });
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const postern = await governed(`postgres://127.0.0.1:${port}/postgres?sslmode=disable`);
    const asked = [startup, say.query('SELECT 1'), say.parse('SELECT 1'), say.sync()];
    const questions: Entry = { name: 'questions', packets: asked };
    await inHalves(postern, lanes.servers, [questions], () => ask(portOf(postern), asked));
  },
  limit,
);

/** Says everything and stays: it is the server's end that has to reach it. */
const ask = (port: number, packets: readonly Buffer[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error('the client was left waiting after its server had closed'));
    }, patience);
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    for (const packet of packets) socket.write(packet);
  });
