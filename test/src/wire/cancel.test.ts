/** A cancel request ends the statement it was meant for, or none; never the next one, nor the session. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Undo } from '../harness/undo.js';
import { cancelRequest, int32, through } from './peer.js';
import { before, type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
let rules: Rules;
beforeAll(async () => {
  rules = await startRules(undo);
}, 120_000);
afterAll(() => undo.all(), 60_000);

const sendCancel = (port: number, processId: number, secret: Buffer): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(cancelRequest(processId, secret)));
    socket.on('error', () => undefined).once('close', () => resolve());
    socket.resume();
  });

test('one that meets a question of Postern itself: the session goes on', async () => {
  const client = new pg.Client({
    connectionString: `postgres://postgres@127.0.0.1:${rules.open}/postgres`,
  });
  const lost: unknown[] = [];
  client.on('error', (error) => lost.push(error));
  await client.connect();
  undo.push(() => client.end());
  const { processID, secretKey } = client as unknown as Record<string, number>;
  const outcomes = new Set<string>();
  for (let round = 0; round < 30; round += 1) {
    // The next statement waits for the catalogue.
    await client.query(`COMMENT ON TABLE t IS 'round ${round}'`);
    const next = client.query('SELECT count(*) FROM t').then(
      () => 'done',
      (error: unknown) => String((error as pg.DatabaseError).code),
    );
    await sleep(round % 5);
    await sendCancel(rules.open, processID ?? 0, int32(secretKey ?? 0));
    outcomes.add(await next);
    await sleep(2);
  }
  expect(lost).toEqual([]);
  expect([...outcomes].filter((one) => one !== '57014')).toEqual(['done']);
  expect((await client.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
}, 60_000);

/** Passes everything on to a server, cancel requests when told to. */
const slowToCancel = async (
  port: number,
): Promise<{
  readonly port: number;
  readonly held: () => number;
  readonly release: () => void;
}> => {
  const waiting: (() => void)[] = [];
  const relay = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.once('data', (first: Buffer) => {
      client.pause();
      const goOn = (): void => {
        upstream.write(first);
        client.pipe(upstream);
        upstream.pipe(client);
      };
      if (first.subarray(4, 8).equals(int32(80877102))) waiting.push(goOn);
      else goOn();
    });
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  undo.push(() => Promise.resolve(relay.close()));
  return {
    port: (relay.address() as AddressInfo).port,
    held: () => waiting.length,
    release: () => {
      for (const goOn of waiting.splice(0)) goOn();
    },
  };
};

test('one that the server takes late: the statement behind the one it was meant for is not hit', async () => {
  const relay = await slowToCancel(rules.server.port);
  const behind = await before(undo, { ...rules.server, port: relay.port }, {});
  await through(behind.open, async (peer) => {
    const { processId, secret } = peer.key;
    const cancel = (): Promise<void> => sendCancel(behind.open, processId, secret);

    expect(await peer.query('SELECT 0')).toEqual(['0']);
    const first = peer.query('SELECT 1');
    const taken = cancel();
    expect(await first).toEqual(['1']);
    await peer.until(() => relay.held() > 0);
    const second = peer.query('SELECT 2 FROM pg_sleep(0.5)');
    await sleep(200);
    relay.release();
    expect(await second).toEqual(['2']);
    await taken;

    const third = peer.query('SELECT pg_sleep(20)');
    await sleep(200);
    const last = cancel();
    await peer.until(() => relay.held() > 0);
    relay.release();
    expect(await third).toEqual(['E ERROR 57014 canceling statement due to user request']);
    await last;
  });
}, 60_000);
