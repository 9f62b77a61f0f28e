/** A thousand sessions that do nothing cost little, and leave nothing behind. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { driverPolicy } from '../drivers/bed.js';
import { type Postern, startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { RawClient, say } from './raw-client.js';

const count = 1000;
const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let postern: Postern;
beforeAll(async () => {
  const server = await startPostgres({
    auth: 'trust',
    settings: { max_connections: String(count + 50), shared_buffers: '16MB' },
  });
  undo.push(() => server.stop());
  postern = await startPostern({
    files: [driverPolicy],
    upstream: server.url('postgres'),
    env: { POSTERN_MAX_CONNECTIONS: String(count + 10) },
  });
  undo.push(() => postern.stop());
}, 120_000);

/** MiB */
const resident = async (): Promise<number> => {
  const { sidecar } = await postern.pids();
  const status = await readFile(`/proc/${sidecar}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
};

const sessions = async (): Promise<number> => {
  const metrics = await (await fetch(`${postern.sidecarHttp}/metrics`)).text();
  return Number(/^postern_proxy_sessions\S* (\d+)/m.exec(metrics)?.[1] ?? Number.NaN);
};

test('1,000 idle sessions in under 250 MiB', async () => {
  const port = Number(new URL(postern.governed).port);
  const clients: RawClient[] = [];
  while (clients.length < count) {
    const some = Array.from({ length: 20 }, () => RawClient.open(port, 'postgres', 'postgres'));
    clients.push(...(await Promise.all(some)));
  }
  // each has worked a little
  for (const client of clients) await client.exchange(say.query('SELECT 1 AS a'), 1);
  expect(await sessions()).toBe(count);
  expect(await resident()).toBeLessThan(250);
  for (const client of clients) client.close();
  for (let i = 0; i < 100 && (await sessions()) > 0; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await sessions()).toBe(0);
}, 180_000);
