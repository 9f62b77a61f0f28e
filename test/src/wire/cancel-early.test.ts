/** A cancel request that comes while Postern itself asks the server costs the client its statement at most. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Undo } from '../harness/undo.js';
import { cancelRequest, int32 } from './peer.js';
import { type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
let rules: Rules;
beforeAll(async () => {
  rules = await startRules(undo);
}, 120_000);
afterAll(() => undo.all(), 60_000);

const sendCancel = (port: number, processId: number, secret: number): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(cancelRequest(processId, int32(secret))),
    );
    socket.on('error', () => undefined).once('close', () => resolve());
    socket.resume();
  });

test('the session goes on', async () => {
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
    await sendCancel(rules.open, processID ?? 0, secretKey ?? 0);
    outcomes.add(await next);
    await sleep(2);
  }
  expect(lost).toEqual([]);
  expect([...outcomes].filter((one) => one !== '57014')).toEqual(['done']);
  expect((await client.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
}, 60_000);
