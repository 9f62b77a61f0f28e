/** What one client may make the proxy remember, however it goes about it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { driverPolicy } from '../drivers/bed.js';
import { type Postern, startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { RawClient, say } from './raw-client.js';

const mebibyte = 1024 * 1024;
const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let postern: Postern;
let port: number;
beforeAll(async () => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  postern = await startPostern({
    files: [driverPolicy],
    upstream: server.url('postgres'),
    env: { POSTERN_HELD_MAX_BYTES: String(8 * mebibyte), POSTERN_MESSAGE_TIMEOUT_MS: '3000' },
  });
  undo.push(() => postern.stop());
  port = Number(new URL(postern.governed).port);
}, 120_000);

/** MiB */
const resident = async (): Promise<number> => {
  const { sidecar } = await postern.pids();
  const status = await readFile(`/proc/${sidecar}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
};

const startup = ((): Buffer => {
  const body = Buffer.from('\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
})();

/** Logs in, and then hears bytes as they come. */
class Talker {
  readonly socket: Socket;
  heard: Buffer = Buffer.alloc(0);
  closed = false;

  private constructor() {
    this.socket = connect({ port, host: '127.0.0.1' });
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk: Buffer) => {
      this.heard = Buffer.concat([this.heard, chunk]);
    });
    this.socket.once('close', () => {
      this.closed = true;
    });
    this.socket.write(startup);
  }

  static async open(): Promise<Talker> {
    const talker = new Talker();
    await talker.until(() => talker.heard.subarray(-6).toString('latin1') === 'Z\0\0\0\x05I');
    talker.heard = Buffer.alloc(0);
    return talker;
  }

  async until(condition: () => boolean, patience = 20_000): Promise<void> {
    const end = Date.now() + patience;
    while (!condition()) {
      if (Date.now() > end) throw new Error(`not in time; heard ${this.heard.toString('latin1')}`);
      await sleep(10);
    }
  }

  /** SQLSTATE of the error it heard */
  get sqlstate(): string | undefined {
    return /C([0-9A-Z]{5})\0/.exec(this.heard.toString('latin1'))?.[1];
  }
}

const queryOf = (length: number): Buffer => say.query(`SELECT '${'x'.repeat(length)}'`);

describe('messages that are held whole', () => {
  test('share the room there is: others wait, small statements do not, the slow ones lose theirs', async () => {
    const whole = queryOf(3 * mebibyte);
    const slow = await Promise.all(Array.from({ length: 12 }, () => Talker.open()));
    const before = await resident();
    for (const talker of slow) talker.socket.write(whole.subarray(0, 2 * mebibyte));
    await sleep(500);
    const other = await RawClient.open(port, 'postgres', 'postgres');
    expect(await other.exchange(say.query('SELECT 1 AS a'), 1)).toEqual([
      'T a',
      'D 1',
      'C SELECT 1',
      'Z I',
    ]);
    other.close();
    // 12 of 3 MiB were announced, two may come
    expect((await resident()) - before).toBeLessThan(30);
    for (const talker of slow) await talker.until(() => talker.closed, 30_000);
    expect(new Set(slow.map(({ sqlstate }) => sqlstate))).toEqual(new Set(['53200']));
    const after = await Talker.open();
    after.socket.write(queryOf(900_000));
    await after.until(() => after.heard.length > 900_000);
    after.socket.destroy();
  }, 90_000);

  test('are all dealt with when they do arrive', async () => {
    const talkers = await Promise.all(Array.from({ length: 20 }, () => Talker.open()));
    const query = say.query(`SELECT length('${'ä'.repeat(1_000_000)}')`);
    for (const talker of talkers) talker.socket.write(query);
    for (const talker of talkers) {
      await talker.until(() => talker.heard.toString('latin1').endsWith('Z\0\0\0\x05I'), 30_000);
      expect(talker.heard.toString('latin1')).toContain('1000000');
      talker.socket.destroy();
    }
  }, 90_000);

  test.each([
    { name: 'Query', says: [queryOf(8 * mebibyte)], readies: 1 },
    {
      name: 'Parse',
      says: [say.parse(`SELECT '${'x'.repeat(8 * mebibyte)}'`), say.bind(), say.sync()],
      readies: 1,
    },
  ])(
    'a $name longer than is analysed is refused unread, and the session goes on',
    async ({ says, readies }) => {
      const before = await resident();
      const client = await RawClient.open(port, 'postgres', 'postgres');
      const heard = await client.exchange(Buffer.concat(says), readies);
      expect(heard).toEqual(['E ERROR 54000 statement is longer than 1048576 characters', 'Z I']);
      expect(await client.exchange(say.query('SELECT 1 AS a'), 1)).toHaveLength(4);
      client.close();
      expect((await resident()) - before).toBeLessThan(40);
    },
    60_000,
  );
});

test('a client that asks and asks and never listens is not heard for ever', async () => {
  const talker = await Talker.open();
  const before = await resident();
  talker.socket.pause();
  const syncs = Buffer.concat(Array.from({ length: 10_000 }, () => say.sync()));
  let sent = 0;
  // as many as the sockets on the way take
  for (; sent < 300; sent += 1) {
    if (talker.socket.write(syncs)) continue;
    const drained = await Promise.race([
      new Promise<boolean>((resolve) => {
        talker.socket.once('drain', () => {
          resolve(true);
        });
      }),
      sleep(2000).then(() => false),
    ]);
    if (!drained) break;
  }
  expect((await resident()) - before).toBeLessThan(100);
  // and it gets every answer once it listens
  talker.socket.resume();
  const answers = (sent === 300 ? sent : sent + 1) * 10_000;
  await talker.until(() => talker.heard.length === answers * 6, 60_000);
  talker.socket.destroy();
}, 120_000);

test('prepared statements: so many, and then the client has to close some', async () => {
  const client = await RawClient.open(port, 'postgres', 'postgres');
  const text = `SELECT '${'x'.repeat(900_000)}'`;
  const outcomes: (string | undefined)[] = [];
  for (let n = 0; n < 30; n += 1) {
    const heard = await client.exchange(Buffer.concat([say.parse(text, `s${n}`), say.sync()]), 1);
    outcomes.push(heard[0]?.slice(0, 13));
  }
  expect(outcomes[0]).toBe('1');
  expect(outcomes.at(-1)).toBe('E ERROR 53200');
  const known = outcomes.indexOf('E ERROR 53200');
  const closes = Array.from({ length: known }, (_, n) => say.close('S', `s${n}`));
  await client.exchange(Buffer.concat([...closes, say.sync()]), 1);
  expect(await client.exchange(Buffer.concat([say.parse(text, 'again'), say.sync()]), 1)).toEqual([
    '1',
    'Z I',
  ]);
  client.close();
}, 120_000);

test('both legs of a session are kept alive, so that a peer that vanished is found', async () => {
  const talker = await Talker.open();
  const { sidecar } = await postern.pids();
  // sockets of the proxy's process: timer 02 is keepalive, in hundredths of a second
  const table = await readFile(`/proc/${sidecar}/net/tcp`, 'utf8');
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const established = rows.filter(([, , , state]) => state === '01');
  const client = established.find(([, local, remote]) => {
    return (
      local?.endsWith(`:${hex(port)}`) && remote?.endsWith(`:${hex(talker.socket.localPort ?? 0)}`)
    );
  });
  const [timer = '', when = ''] = client?.[5]?.split(':') ?? [];
  expect(timer).toBe('02');
  expect(Number.parseInt(when, 16)).toBeLessThanOrEqual(3100);
  talker.socket.destroy();
}, 30_000);
