/**
 * Connections come and go and leave nothing behind: no memory, no descriptor, no session. A short run;
 * POSTERN_CONNECTIONS=100000 makes a long one.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { driverPolicy } from '../drivers/bed.js';
import { watchHeap } from '../harness/heap.js';
import { type Postern, startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { RawClient, say } from './raw-client.js';

const count = Number(process.env['POSTERN_CONNECTIONS'] ?? 1000);
/** at a time */
const lanes = 16;

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let postern: Postern;
beforeAll(async () => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  postern = await startPostern({ files: [driverPolicy], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
}, 120_000);

interface State {
  readonly pid: number;
  readonly residentMiB: number;
  readonly descriptors: number;
  readonly sessions: number;
}

const state = async (): Promise<State> => {
  const { sidecar: pid } = await postern.pids();
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const metrics = await (await fetch(`${postern.sidecarHttp}/metrics`)).text();
  return {
    pid,
    residentMiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024,
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    sessions: Number(/^postern_proxy_sessions\S* (\d+)/m.exec(metrics)?.[1] ?? Number.NaN),
  };
};

const come = async (n: number, port: number): Promise<void> => {
  const client = await RawClient.open(port, 'postgres', 'postgres');
  // how it goes differs: politely, in a failed block, in the middle of something
  if (n % 4 === 1) await client.exchange(say.query('BEGIN; SELECT 1/0'), 1);
  else await client.exchange(say.query('SELECT 1 AS a'), 1);
  if (n % 4 === 2) client.send(say.query('SELECT pg_sleep(0.01)'));
  if (n % 4 === 3) client.send(say.raw('X'));
  client.close();
};

const run = async (connections: number): Promise<void> => {
  const port = Number(new URL(postern.governed).port);
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < connections) {
        next += 1;
        await come(next, port);
      }
    }),
  );
  for (let i = 0; i < 100 && (await state()).sessions > 0; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

test(
  `${count} connections`,
  async () => {
    // what is compiled and cached once comes first
    await run(Math.max(500, count / 10));
    const before = await state();
    const kept: number[] = [];
    for (const half of [Math.floor(count / 2), Math.ceil(count / 2)]) {
      const heap = watchHeap(postern.sidecarHttp);
      await run(half);
      kept.push(heap.stop());
    }
    const after = await state();
    if (count > 1000) {
      console.info({ before, after, 'MiB that a collection leaves, in each half': kept });
      const [first = Number.NaN, second = Number.NaN] = kept;
      expect(second - first).toBeLessThan(16);
    }
    expect([after.pid, after.sessions]).toEqual([before.pid, 0]);
    expect(after.descriptors - before.descriptors).toBeLessThan(10);
    // The rest is what waits to be collected, and what the allocator does not give back.
    expect(after.residentMiB - before.residentMiB).toBeLessThan(120);
  },
  60_000 + count * 60,
);
