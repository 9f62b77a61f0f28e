/** Rows that are long, results that are large, clients that are slow: nothing passes unseen, and memory is bounded. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { forgetPeak, usageOf } from '../bench/processes.js';
import { Undo } from '../harness/undo.js';
import { Peer, through } from '../wire/peer.js';
import { say } from '../wire/raw-client.js';
import { left, type Name, planted, type StreamBed, startStreamBed } from './stream-bed.js';

const undo = new Undo();
let bed: StreamBed;
beforeAll(async () => {
  bed = await startStreamBed(undo);
}, 120_000);
afterAll(() => undo.all(), 60_000);

const connected = async (name: Name): Promise<pg.Client> => {
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port: bed.port[name], user: 'postgres', database: 'postgres' },
  });
  client.on('error', () => undefined);
  await client.connect();
  undo.push(() => client.end().catch(() => undefined));
  return client;
};

/** One text of so many MiB, with an address at its end. */
const long = (mebibytes: number): string =>
  `repeat('words and 17 numbers ', ${String(Math.round((mebibytes * 1024 * 1024) / 21))}) || '${planted.email}'`;
const end = (text: string): string => text.slice(-planted.email.length);

const outcome = async (run: () => Promise<string>): Promise<string> =>
  run().catch((thrown: unknown) => {
    const { code, detail, message } = thrown as pg.DatabaseError;
    return [code, detail ?? message].join(' ');
  });

const tooLong = (limit: number): string =>
  `54000 reason=row-not-looked-at limit=${String(limit * 1024 * 1024)}`;

const select = async (client: pg.Client, expression: string): Promise<string> => {
  const { rows } = await client.query<{ t: string | Buffer }>(`SELECT ${expression} AS t`);
  return end(String(rows[0]?.t ?? ''));
};

const copied = async (client: pg.Client, expression: string, options = ''): Promise<string> => {
  let last = Buffer.alloc(0);
  const stream = client.query(copyStreams.to(`COPY (SELECT ${expression}) TO STDOUT ${options}`));
  await pipeline(
    stream,
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        last = Buffer.concat([last, chunk]).subarray(-100);
        done();
      },
    }),
  );
  const text = last.toString('latin1').replace(/\n$|\xff\xff$/, '');
  return end(text);
};

describe('a row', () => {
  test.each<[string, Name, (client: pg.Client) => Promise<string>, string]>([
    ['of 20 MiB is looked at', 'mask', (c) => select(c, long(20)), left(planted.email)],
    ['of 60 MiB is looked at', 'mask', (c) => select(c, long(60)), left(planted.email)],
    ['of 70 MiB is not given out', 'mask', (c) => select(c, long(70)), tooLong(64)],
    [
      'of 70 MiB is not held back where it is only reported',
      'report',
      (c) => select(c, long(70)),
      planted.email,
    ],
    [
      'of 70 MiB without text is nothing to look at',
      'mask',
      (c) => select(c, `('\\x' || repeat('00', 70000000))::bytea || '${planted.email}'::bytea`),
      planted.email,
    ],
    ['of a COPY of 10 MiB', 'mask', (c) => copied(c, long(10)), left(planted.email)],
    ['of a CSV of 10 MiB', 'mask', (c) => copied(c, long(10), '(FORMAT csv)'), left(planted.email)],
    [
      'of a binary COPY of 10 MiB',
      'mask',
      (c) => copied(c, long(10), '(FORMAT binary)'),
      left(planted.email),
    ],
    ['of a COPY of 20 MiB is not given out', 'mask', (c) => copied(c, long(20)), tooLong(16)],
    [
      'of a binary COPY of 20 MiB is not given out',
      'mask',
      (c) => copied(c, long(20), '(FORMAT binary)'),
      tooLong(16),
    ],
    [
      'of a COPY of 20 MiB where it is only reported',
      'report',
      (c) => copied(c, long(20)),
      planted.email,
    ],
  ])(
    '%s',
    async (_name, name, run, expected) => {
      const client = await connected(name);
      expect(await outcome(() => run(client))).toBe(expected);
      // and the session goes on
      expect((await client.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
    },
    60_000,
  );

  test('that is not given out fails a transaction block', async () => {
    const client = await connected('mask');
    await client.query('BEGIN');
    expect(await outcome(() => select(client, long(70)))).toBe(tooLong(64));
    expect(await outcome(() => select(client, "'x'"))).toMatch(/^25P02/);
    await client.query('ROLLBACK');
    expect(await select(client, "'x'")).toBe('x');
  }, 60_000);

  test('that is not given out ends the session when something came behind it', async () => {
    const heard = await through(bed.port.mask, (peer) =>
      peer.ask([say.query(`SELECT ${long(70)}; SELECT 2`)], 2),
    );
    expect(heard.at(-1)).toMatch(/^E FATAL 54000 result cut: a row is longer than/);
    expect(heard.some((short) => short.startsWith('D'))).toBe(false);
  }, 60_000);
});

const sidecarMiB = async (): Promise<{ peak: number; resident: number }> => {
  const usage = await usageOf((await bed.postern.pids()).sidecar);
  return { peak: usage?.peakMiB ?? NaN, resident: usage?.residentMiB ?? NaN };
};

/** Says it, and hears what comes up to a ReadyForQuery without keeping it. */
const streamed = (
  { socket }: Peer,
  sql: string | undefined,
  tag: string,
  secret: RegExp,
): Promise<{ readonly end: boolean; readonly leaked: boolean }> =>
  new Promise((resolve) => {
    socket.removeAllListeners('data');
    let leaked = false;
    let tail = '';
    socket.on('data', (chunk: Buffer) => {
      const text = tail + chunk.toString('latin1');
      leaked ||= secret.test(text);
      tail = text.slice(-60);
      if (tail.slice(-6, -1) === 'Z\0\0\0\x05') resolve({ end: tail.includes(tag), leaked });
    });
    if (sql !== undefined) socket.write(say.query(sql));
    socket.resume();
  });

const rows = (n: number): string =>
  `SELECT i, 'Person ' || i AS name, 'person' || i || '@example.com' AS email FROM generate_series(1, ${String(n)}) i`;

test.each([
  ['rows', rows],
  ['COPY', (n: number) => `COPY (${rows(n)}) TO STDOUT`],
  ['CSV', (n: number) => `COPY (${rows(n)}) TO STDOUT (FORMAT csv)`],
])(
  'a million masked %s take no more memory than fifty thousand',
  async (_name, of) => {
    /** @returns whether all came, and no address as it was */
    const run = async (n: number): Promise<{ readonly end: boolean; readonly leaked: boolean }> => {
      const peer = await Peer.login(bed.port.mask);
      try {
        return await streamed(peer, of(n), `${n}\0`, /person\d+@/);
      } finally {
        peer.close();
      }
    };
    expect(await run(50_000)).toEqual({ end: true, leaked: false });
    const { sidecar } = await bed.postern.pids();
    await forgetPeak(sidecar);
    const before = await sidecarMiB();
    expect(await run(1_000_000)).toEqual({ end: true, leaked: false });
    expect((await sidecarMiB()).peak - before.resident).toBeLessThan(40);
  },
  120_000,
);

test('a client that does not read holds the server back, and gets all of it later', async () => {
  const { sidecar } = await bed.postern.pids();
  const peer = await Peer.login(bed.port.mask);
  peer.socket.removeAllListeners('data');
  peer.socket.pause();
  await forgetPeak(sidecar);
  const before = await sidecarMiB();
  peer.send(
    say.query(
      `SELECT i, repeat('word ', 400) || '${planted.email}' AS t FROM generate_series(1, 100000) i`,
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect((await sidecarMiB()).peak - before.resident).toBeLessThan(48);
  const heard = await streamed(peer, undefined, 'SELECT 100000\0', /jane\.doe@/);
  expect(heard).toEqual({ end: true, leaked: false });
  expect(peer.socket.bytesRead).toBeGreaterThan(200_000_000);
  peer.close();
}, 120_000);
