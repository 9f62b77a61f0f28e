/** A server that breaks the protocol: the client is told, and the session ends; it is never left waiting. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type Socket } from 'node:net';
import { driverPolicy } from '../drivers/bed.js';
import { startPostern } from '../harness/postern.js';
import { Undo } from '../harness/undo.js';
import { int32, Peer, startup } from './peer.js';
import { message, say } from './raw-client.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const authenticated = message('R', int32(0));
const ready = message('Z', Buffer.from('I'));
const parameter = message('S', 'server_version', '18.1');
const key = message('K', int32(4711), int32(1234));
/** a type and a length that may be a lie */
const header = (type: string, length: number): Buffer =>
  Buffer.concat([Buffer.from(type), int32(length)]);

interface Misdeed {
  readonly name: string;
  /** what it says to a StartupMessage; a good log-in when absent */
  readonly atLogin?: Buffer;
  /** what it says to the first message behind that */
  readonly then?: Buffer;
  readonly closes?: boolean;
  readonly code: RegExp;
}

const broken = /^E FATAL 08P01 /;
const lost = /^E FATAL 08006 /;

const misdeeds: readonly Misdeed[] = [
  { name: 'an unknown type', then: header('q', 4), code: broken },
  { name: 'a type of the other direction', then: message('Q', 'SELECT 1'), code: broken },
  { name: 'a negative length', then: header('T', -5), code: broken },
  { name: 'a length of zero', then: header('T', 0), code: broken },
  { name: 'a length of two gigabytes', then: header('T', 0x7fffffff), code: broken },
  { name: 'a row of more than a gigabyte', then: header('D', 0x7fffffff), code: broken },
  { name: 'no such transaction status', then: message('Z', Buffer.from('?')), code: broken },
  {
    name: 'a ParseComplete nobody asked for',
    then: Buffer.concat([message('1'), message('1'), message('1')]),
    code: broken,
  },
  { name: 'a BindComplete nobody asked for', then: message('2'), code: broken },
  { name: 'a CloseComplete nobody asked for', then: message('3'), code: broken },
  {
    name: 'one ReadyForQuery too many',
    then: Buffer.concat([ready, ready, ready, ready, ready]),
    code: broken,
  },
  {
    name: 'an ErrorResponse without an end',
    then: message('E', Buffer.from('SERROR')),
    code: broken,
  },
  {
    name: 'a row that is shorter than its count',
    then: Buffer.concat([message('D', Buffer.from([0, 9, 0]))]),
    code: broken,
  },
  { name: 'HTTP', then: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), code: broken },
  { name: 'its end', closes: true, code: lost },
  { name: 'its end in the middle of a message', then: header('T', 100), closes: true, code: lost },
  { name: 'its end in the middle of a header', then: Buffer.from('T\0'), closes: true, code: lost },
  {
    name: 'at the log-in: HTTP',
    atLogin: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
    code: broken,
  },
  {
    name: 'at the log-in: an unknown way to authenticate',
    atLogin: message('R', int32(99)),
    code: broken,
  },
  { name: 'at the log-in: a row', atLogin: message('D', Buffer.from([0, 0])), code: broken },
  { name: 'at the log-in: a negative length', atLogin: header('R', -1), code: broken },
  { name: 'at the log-in: its end', atLogin: Buffer.alloc(0), closes: true, code: lost },
  { name: 'at the log-in: its end half-way', atLogin: authenticated, closes: true, code: lost },
];

let port: number;

beforeAll(async () => {
  const server = createServer((socket: Socket) => {
    let misdeed: Misdeed | undefined;
    let done = false;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (misdeed === undefined) {
        // the number stands in the start-up packet as the user's name
        const number = /user\0m(\d+)\0/.exec(chunk.toString('latin1'))?.[1];
        misdeed = misdeeds[Number(number)];
        const { atLogin, closes = false } = misdeed ?? {};
        socket.write(atLogin ?? Buffer.concat([authenticated, parameter, key, ready]));
        if (atLogin !== undefined && closes) socket.end();
        return;
      }
      if (done) return;
      done = true;
      if (misdeed.then !== undefined) socket.write(misdeed.then);
      if (misdeed.closes === true) socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    server.close();
    return Promise.resolve();
  });
  const bound = server.address();
  const upstream = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const postern = await startPostern({
    files: [driverPolicy],
    upstream: `postgres://127.0.0.1:${upstream}/postgres?sslmode=disable`,
    words: ['--as', 'user:tester'],
    env: { POSTERN_LOGIN_TIMEOUT_MS: '3000' },
  });
  undo.push(() => postern.stop());
  port = Number(new URL(postern.governed).port);
}, 60_000);

describe('says', () => {
  test.each(misdeeds.map((one, number) => ({ ...one, number })))(
    '$name',
    async ({ number, code, atLogin }) => {
      const peer = await Peer.to(port);
      peer.send(startup({ user: `m${number}` }));
      if (atLogin === undefined) await peer.until(() => peer.readies > 0 || peer.closed);
      peer.send(say.query('SELECT 1'));
      await peer.until(() => peer.closed);
      expect(peer.shorts.at(-1)).toMatch(code);
    },
    30_000,
  );
});
