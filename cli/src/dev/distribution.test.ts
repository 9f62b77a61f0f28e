import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  credentials,
  makeGenericClientConstructor,
  status,
  type ClientDuplexStream,
} from '@grpc/grpc-js';
import { policyDistributionService, type postern } from '@postern/proto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Acknowledgements } from './acknowledgements.js';
import { Distribution, type Distributed } from './distribution.js';

type Control = postern.policy.v1.IControlMessage;
type Proxy = postern.policy.v1.IProxyMessage;

const distributed = (digest: string, listen: string): Distributed => ({
  assignment: { databases: [{ namespace: 'ml', name: 'shop', listen }] },
  bundle: { digest, wasm: new Uint8Array([1, 2]), data: '{}', libraryVersion: '1' },
});

let server: Distribution;
let address: string;
let heard: string[];
const streams: ClientDuplexStream<Proxy, Control>[] = [];

beforeEach(async () => {
  heard = [];
  server = new Distribution('right', distributed('sha256:one', '127.0.0.1:0'), {
    listening: (database, where) => heard.push(`${database} at ${where}`),
    acknowledged: (digest, error) => heard.push(`${digest} ${error}`),
  });
  address = await server.listen();
});
afterEach(() => {
  for (const stream of streams.splice(0)) stream.cancel();
  server.close();
});

/** A proxy that says Hello and keeps what it is told. */
const subscribe = (token: string) => {
  const Client = makeGenericClientConstructor(policyDistributionService, 'PolicyDistribution');
  const client = new Client(address, credentials.createInsecure());
  const stream = (
    client as unknown as { subscribe(): ClientDuplexStream<Proxy, Control> }
  ).subscribe();
  streams.push(stream);
  const told: string[] = [];
  let failure: number | undefined;
  stream.on('data', (message: Control) => {
    if (message.assignment) told.push(`listen ${message.assignment.databases?.[0]?.listen ?? ''}`);
    if (message.bundle) told.push(`bundle ${message.bundle.digest ?? ''}`);
  });
  stream.on('error', (error: Error & { code?: number }) => {
    failure = error.code;
  });
  stream.write({ hello: { token, proxyId: 'p' } });
  return { stream, told, failure: () => failure };
};

const until = async (holds: () => boolean): Promise<void> => {
  for (let n = 0; n < 200 && !holds(); n += 1) await sleep(10);
  expect(holds()).toBe(true);
};

describe('the policy distribution', () => {
  test('answers Hello with assignment and bundle, then pushes what changes', async () => {
    const proxy = subscribe('right');
    await until(() => proxy.told.length === 2);
    server.publish(distributed('sha256:two', '127.0.0.1:6432'));
    await until(() => proxy.told.length === 4);
    expect(proxy.told).toEqual([
      'listen 127.0.0.1:0',
      'bundle sha256:one',
      'listen 127.0.0.1:6432',
      'bundle sha256:two',
    ]);
  });

  test('hears where the proxy listens and what it enforces', async () => {
    const proxy = subscribe('right');
    proxy.stream.write({ listening: { database: 'ml/shop', address: '127.0.0.1:7' } });
    proxy.stream.write({ acknowledgement: { bundleDigest: 'sha256:one', error: 'no' } });
    await until(() => heard.length === 2);
    expect(heard).toEqual(['ml/shop at 127.0.0.1:7', 'sha256:one no']);
  });

  test('what it remembers reaches only who comes later', async () => {
    const early = subscribe('right');
    await until(() => early.told.length === 2);
    server.remember(distributed('sha256:one', '127.0.0.1:6432'));
    const late = subscribe('right');
    await until(() => late.told.length === 2);
    expect(late.told[0]).toBe('listen 127.0.0.1:6432');
    expect(early.told).toHaveLength(2);
  });

  test.each(['wrong', '', 'righ', 'right '])('turns away the token %j', async (token) => {
    const proxy = subscribe(token);
    await until(() => proxy.failure() !== undefined);
    expect(proxy.failure()).toBe(status.UNAUTHENTICATED);
    expect(proxy.told).toEqual([]);
  });
});

describe('what the proxy said of a bundle', () => {
  test('one in force is enforced at once', async () => {
    const acknowledgements = new Acknowledgements();
    acknowledgements.received('a', '');
    expect(await acknowledgements.of('a', 1)).toEqual({ kind: 'enforced' });
    expect(acknowledgements.enforced).toBe('a');
  });

  test('a refused one leaves the one before in force', async () => {
    const acknowledgements = new Acknowledgements();
    acknowledgements.received('a', '');
    const verdict = acknowledgements.of('b', 1000);
    acknowledgements.received('b', 'no memory');
    expect(await verdict).toEqual({ kind: 'refused', why: 'no memory' });
    expect(acknowledgements.enforced).toBe('a');
  });

  test('silence is told apart', async () => {
    expect(await new Acknowledgements().of('a', 5)).toEqual({ kind: 'silent' });
  });
});
