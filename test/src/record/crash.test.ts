/** `kill -9` of the collector in the middle of a stream: what it acknowledged is there, each event once. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openProxyStream, traffic, uuidOf } from '@postern/collector';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCollector } from '../harness/collector.js';
import { postern as command } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const kills = 20;
const ahead = 6;

const undo = new Undo();
let server: Postgres;
beforeAll(async () => {
  server = await startPostgres({ version: 15, auth: 'trust' });
  undo.push(() => server.stop());
}, 120_000);
afterAll(() => undo.all(), 60_000);

test.each(['pglite', 'postgresql'] as const)(
  `on %s, killed ${String(kills)} times`,
  async (kind) => {
    const home = await mkdtemp(join(tmpdir(), 'postern-kill-'));
    undo.push(() => rm(home, { recursive: true, force: true }));
    if (kind === 'postgresql') await server.sql('CREATE DATABASE record');
    const url = kind === 'pglite' ? undefined : server.login('record');

    const source = traffic(`crash ${kind}`, 100);
    const batches: {
      readonly last: number;
      readonly send: Parameters<Sender>[0];
      events: number;
    }[] = [];
    const batchAfter = (sequence: number): (typeof batches)[number] => {
      for (;;) {
        const known = batches.find(({ last }) => last > sequence);
        if (known !== undefined) return known;
        const { events, ...send } = source.next().value;
        const last = (send.firstSequence ?? 0) + (send.records ?? []).length - 1;
        batches.push({ last, send, events });
      }
    };

    let acknowledged = 0;
    for (let round = 0; round <= kills; round += 1) {
      const collector = await startCollector(home, url);
      const proxy = await openProxyStream(collector.grpc, uuidOf(`spool ${kind}`));
      expect(proxy.welcomed).toBeGreaterThanOrEqual(acknowledged);
      let sent = proxy.welcomed;
      const stopAt = performance.now() + (round === kills ? 300 : Math.random() * 250);
      while (performance.now() < stopAt) {
        const batch = batchAfter(sent);
        proxy.send(batch.send);
        const awaited = sent;
        sent = batch.last;
        // some batches under way when it dies, not always as many
        if (batches.length % ahead === 0) await proxy.acknowledged(awaited);
        else await sleep(1);
      }
      if (round === kills) await proxy.acknowledged(sent);
      acknowledged = proxy.highest;
      if (round < kills) await collector.stop('SIGKILL');
      proxy.close();
      if (round < kills) continue;

      const expected = batches
        .filter(({ last }) => last <= acknowledged)
        .reduce((sum, { events }) => sum + events, 0);
      const verified = await command([
        'audit',
        'verify',
        '--collector',
        collector.grpc,
        '-o',
        'json',
      ]);
      expect(JSON.parse(verified.stdout)).toMatchObject({ result: 'verified', events: expected });
      expect(expected).toBeGreaterThan(kills * 100);
      expect(await collector.stop()).toBe(0);
    }
  },
  400_000,
);

type Sender = Awaited<ReturnType<typeof openProxyStream>>['send'];
