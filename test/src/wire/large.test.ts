/** Values larger than the proxy may hold go through in pieces, both ways. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { forgetPeak, usageOf } from '../bench/processes.js';
import { driverPolicy } from '../drivers/bed.js';
import { startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { say } from './raw-client.js';

const size = 512 * 1024 * 1024;
const mebibyte = 1024 * 1024;

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let port: number;
let sidecar: number;

beforeAll(async () => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  const upstream = server.url('postgres');
  const postern = await startPostern({
    files: [driverPolicy],
    upstream,
    words: ['--as', 'user:tester'],
  });
  undo.push(() => postern.stop());
  port = Number(new URL(postern.governed).port);
  ({ sidecar } = await postern.pids());
}, 120_000);

/** MiB, the highest so far */
const peak = async (): Promise<number> => {
  const status = await readFile(`/proc/${sidecar}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
};

/** Counts bytes and notes the start of each message until the connection is ready again. */
class Counting {
  readonly socket: Socket;
  types = '';
  bytes = 0;
  error = '';
  private left = 0;
  private head: Buffer = Buffer.alloc(0);
  private wake: () => void = () => undefined;

  constructor() {
    this.socket = connect({ port, host: '127.0.0.1' });
    this.socket.on('data', (chunk: Buffer) => this.read(chunk));
    const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
    const head = Buffer.alloc(8);
    head.writeInt32BE(8 + parameters.length, 0);
    head.writeInt32BE(196608, 4);
    this.socket.write(Buffer.concat([head, parameters]));
  }

  async ready(): Promise<void> {
    while (!this.types.endsWith('Z')) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async write(bytes: Buffer): Promise<void> {
    if (this.socket.write(bytes)) return;
    await new Promise((resolve) => {
      this.socket.once('drain', resolve);
    });
  }

  private read(chunk: Buffer): void {
    this.bytes += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      if (this.left > 0) {
        const taken = Math.min(this.left, chunk.length - at);
        this.left -= taken;
        at += taken;
        continue;
      }
      const taken = Math.min(5 - this.head.length, chunk.length - at);
      this.head = Buffer.concat([this.head, chunk.subarray(at, at + taken)]);
      at += taken;
      if (this.head.length < 5) break;
      const type = String.fromCharCode(this.head[0] ?? 0);
      this.types += type;
      this.left = this.head.readInt32BE(1) - 4;
      if (type === 'E') this.error = chunk.toString('latin1', at, at + this.left);
      this.head = Buffer.alloc(0);
    }
    this.wake();
  }
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** Bind of one text parameter, its value still to come. */
const bindHeader = (length: number): Buffer => {
  const body = Buffer.concat([Buffer.from('\0\0\0\0'), Buffer.from([0, 1]), int32(length)]);
  // result formats: none
  return Buffer.concat([Buffer.from('B'), int32(4 + body.length + length + 2), body]);
};

test('a parameter of 512 MiB', async () => {
  const client = new Counting();
  await client.ready();
  client.types = '';
  const before = await peak();
  await client.write(say.parse('SELECT length($1)::text'));
  await client.write(bindHeader(size));
  const piece = Buffer.alloc(mebibyte, 'x');
  for (let sent = 0; sent < size; sent += piece.length) await client.write(piece);
  await client.write(Buffer.concat([Buffer.from([0, 0]), say.execute(), say.sync()]));
  await client.ready();
  expect([client.error, client.types]).toEqual(['', '12DCZ']);
  expect((await peak()) - before).toBeLessThan(60);
  expect(await peak()).toBeLessThan(200);
  client.socket.destroy();
}, 120_000);

test('a refused Bind of 64 MiB is swallowed whole, and the session goes on', async () => {
  const client = new Counting();
  await client.ready();
  client.types = '';
  await client.write(say.parse('SELECT length($1)::text', 'known'));
  const header = bindHeader(64 * mebibyte);
  // the statement it names does not exist
  const named = Buffer.concat([
    header.subarray(0, 1),
    int32(header.readInt32BE(1) + 7),
    Buffer.from('\0unknown\0'),
    header.subarray(7),
  ]);
  await client.write(named);
  const piece = Buffer.alloc(mebibyte, 'x');
  for (let sent = 0; sent < 64; sent += 1) await client.write(piece);
  await client.write(Buffer.concat([Buffer.from([0, 0]), say.execute(), say.sync()]));
  await client.ready();
  expect(client.types).toBe('1EZ');
  expect(client.error).toContain('C26000');
  client.types = '';
  await client.write(say.query('SELECT 1'));
  await client.ready();
  expect(client.types).toBe('TDCZ');
  client.socket.destroy();
}, 120_000);

test('a result value of 512 MiB, to a client that reads slowly at first', async () => {
  const client = new Counting();
  await client.ready();
  client.types = '';
  client.bytes = 0;
  const before = await peak();
  await client.write(say.query(`SELECT repeat('x', ${size})`));
  client.socket.pause();
  await new Promise((resolve) => {
    setTimeout(resolve, 1500);
  });
  client.socket.resume();
  await client.ready();
  expect([client.error, client.types]).toEqual(['', 'TDCZ']);
  expect(client.bytes).toBeGreaterThan(size);
  expect((await peak()) - before).toBeLessThan(60);
  expect(await peak()).toBeLessThan(200);
  client.socket.destroy();
}, 120_000);

const series = (rows: number): string =>
  `SELECT i, 'row ' || i AS name, repeat('x', 60) FROM generate_series(1, ${rows}) i`;

/** Sends it in pieces of a thousand rows, as fast as it is taken. */
const copyIn = async (client: Counting, rows: number): Promise<void> => {
  await client.write(say.query('COPY taken FROM STDIN'));
  for (let sent = 0; sent < rows; sent += 1000) {
    const lines = Array.from({ length: 1000 }, (_, i) => `${sent + i}\trow ${sent + i}\n`);
    await client.write(say.copyData(lines.join('')));
  }
  await client.write(say.copyDone());
};

test.each<[string, string, (client: Counting, rows: number) => Promise<void>]>([
  ['a SELECT', 'T_CZ', (client, rows) => client.write(say.query(series(rows)))],
  [
    'a portal',
    '12_CZ',
    (client, rows) =>
      client.write(Buffer.concat([say.parse(series(rows)), say.bind(), say.execute(), say.sync()])),
  ],
  [
    'COPY TO',
    'H_cCZ',
    (client, rows) => client.write(say.query(`COPY (${series(rows)}) TO STDOUT`)),
  ],
  ['COPY FROM', 'GCZ', copyIn],
])(
  'a million rows by %s take no more memory than fifty thousand',
  async (_name, around, run) => {
    const client = new Counting();
    await client.ready();
    const through = async (rows: number): Promise<void> => {
      client.types = '';
      await run(client, rows);
      await client.ready();
      expect([client.error, client.types.replaceAll(/[Dd]+/g, '_')]).toEqual(['', around]);
      if (around.includes('_')) expect(client.types.length - around.length + 1).toBe(rows);
    };
    client.types = '';
    await client.write(say.query('CREATE TEMP TABLE taken (i int, name text)'));
    await client.ready();
    await through(50_000);
    await forgetPeak(sidecar);
    const before = await usageOf(sidecar);
    await through(1_000_000);
    const after = await usageOf(sidecar);
    expect((after?.peakMiB ?? NaN) - (before?.residentMiB ?? NaN)).toBeLessThan(32);
    client.socket.destroy();
  },
  120_000,
);
