/** Detectors are switched while sessions are open: statements that were prepared before are looked at from then on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { Peer } from '../wire/peer.js';
import { message, say } from '../wire/raw-client.js';

const undo = new Undo();
let port: number;
let file: string;

const objects = (mode: string): string => `
apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: shop, namespace: test}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: 5432}]
  tls: {mode: disable}
  detectors: {mode: "${mode}"}
---
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: open, namespace: test}
spec:
  defaultAction: Allow
  rules: [{name: work, actions: [any], effect: Allow}]
`;

beforeAll(async () => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  const folder = await mkdtemp(join(tmpdir(), 'postern-switched-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  file = join(folder, 'objects.yaml');
  await writeFile(file, objects('Off'));
  const postern = await startPostern({ files: [folder], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
  port = Number(new URL(postern.governed).port);
}, 120_000);
afterAll(() => undo.all(), 60_000);

const none = Buffer.from([0, 0]);
const binary = Buffer.from([0, 1, 0, 1]);

test('Off, Mask, Report, Off', async () => {
  const peer = await Peer.login(port);
  const sql = "SELECT 'jane@' || 'example.com' AS t, 4242424242424242 AS n";
  const rows = async (...says: readonly Buffer[]): Promise<readonly string[]> =>
    (await peer.ask(says)).filter((short) => /^[DE] /.test(short));
  await peer.ask([say.parse(sql, 's'), say.describe('S', 's'), say.sync()]);
  await peer.query(`PREPARE q AS ${sql}`);
  const run = async (): Promise<readonly string[]> => [
    ...(await rows(say.bind('s'), say.execute(), say.sync())),
    ...(await rows(message('B', '', 's', none, none, binary), say.execute(), say.sync())),
    ...(await rows(say.query('EXECUTE q'))),
  ];
  const becomes = async (address: string): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      const seen = await run();
      if (seen.every((row) => row.includes(address)) || attempt === 100) {
        expect(seen).toHaveLength(3);
        for (const row of seen) expect(row).toContain(address);
        expect(seen[0]).toBe(`D ${address}|4242424242424242`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await becomes('jane@example.com');
  for (const [mode, address] of [
    ['Mask', 'xxxx@example.com'],
    ['Report', 'jane@example.com'],
    ['Mask', 'xxxx@example.com'],
    ['Off', 'jane@example.com'],
  ] as const) {
    await writeFile(file, objects(mode));
    await becomes(address);
  }
  peer.close();
}, 60_000);
