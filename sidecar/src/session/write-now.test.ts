import { once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Outlet } from './outlet.js';
import { writeNow } from './write-now.js';

const cleanup: (() => void)[] = [];
afterEach(() => {
  for (const undo of cleanup.splice(0)) undo();
});

/** Both ends of a connection; the far one is not read until someone listens. */
async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [near] = (await once(server, 'connection')) as [Socket];
  cleanup.push(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

/** The next `length` bytes. */
async function take(socket: Socket, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= length) break;
  }
  return Buffer.concat(parts);
}

/** Numbers in a row, so that a piece lost, doubled or moved shows. */
const counted = (from: number, length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (from + i) % 251));

test('what the kernel takes has left when it returns', async () => {
  const { near, far } = await pair();
  const bytes = counted(0, 1000);
  expect(writeNow(near, bytes)).toBe(1000);
  expect(near.writableLength).toBe(0);
  expect(await take(far, 1000)).toEqual(bytes);
});

test('a slow reader gets everything in order, and the source is told to wait', async () => {
  const { near, far } = await pair();
  const outlet = new Outlet(near);
  const sizes = [10, 30_000, 7, 4_000_000, 1, 9_000_000, 65_536, 3, 100_000];
  let total = 0;
  let flowing = true;
  for (const size of sizes) {
    outlet.write(counted(total, size));
    flowing = outlet.flush() && flowing;
    total += size;
  }
  expect(flowing).toBe(false);
  expect(near.writableLength).toBeGreaterThan(0);
  const drained = once(near, 'drain');
  const got = await take(far, total);
  await drained;
  outlet.write(counted(total, 50));
  expect(outlet.flush()).toBe(true);
  const rest = await take(far, 50);
  expect(Buffer.concat([got, rest]).equals(counted(0, total + 50))).toBe(true);
});

describe('nothing is taken', () => {
  test('by a socket that has something queued', async () => {
    const { near } = await pair();
    near.write(Buffer.alloc(16_000_000));
    expect(near.writableLength).toBeGreaterThan(0);
    expect(writeNow(near, counted(0, 10))).toBe(0);
  });

  test('by a socket that was destroyed', async () => {
    const { near } = await pair();
    near.destroy();
    expect(writeNow(near, counted(0, 10))).toBe(0);
  });

  test('by a socket that never was connected', () => {
    expect(writeNow(new Socket(), counted(0, 10))).toBe(0);
  });
});

test('a peer that has gone is an error of the socket, not an exception', async () => {
  const { near, far } = await pair();
  const failed = once(near, 'error');
  far.resetAndDestroy();
  const outlet = new Outlet(near);
  const timer = setInterval(() => {
    outlet.write(counted(0, 100));
    outlet.flush();
  }, 1);
  cleanup.push(() => clearInterval(timer));
  const [error] = (await failed) as [NodeJS.ErrnoException];
  expect(['ECONNRESET', 'EPIPE']).toContain(error.code);
});
