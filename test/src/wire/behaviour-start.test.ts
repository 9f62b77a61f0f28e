/** The rules of the wire's design about how sessions begin. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import pg from 'pg';
import { makeCertificates } from '../harness/certificates.js';
import { Undo } from '../harness/undo.js';
import { answerTo, cancelRequest, gssRequest, Peer } from './peer.js';
import { sslRequest, startup, through } from './peer.js';
import { say } from './raw-client.js';
import { askPassword, before, type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
let rules: Rules;
let withTls: Omit<Rules, 'server'>;

/** Users, by how the server asks them who they are. */
const asked = ['scram-sha-256', 'md5', 'password'] as const;
const userOf = (method: string): string => `by_${method.slice(0, 3)}`;
const password = 'a secret';

beforeAll(async () => {
  rules = await startRules(undo);
  const { server } = rules;
  for (const method of asked) {
    const stored = method === 'md5' ? 'md5' : 'scram-sha-256';
    await server.sql(`SET password_encryption = '${stored}';
      CREATE ROLE ${userOf(method)} LOGIN PASSWORD '${password}'`);
  }
  await askPassword(server, Object.fromEntries(asked.map((method) => [userOf(method), method])));
  const folder = await mkdtemp(join(tmpdir(), 'postern-behaviour-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const { cert, key } = await makeCertificates(folder, ['IP:127.0.0.1']);
  withTls = await before(undo, server, {
    POSTERN_TLS_CERT_FILE: cert,
    POSTERN_TLS_KEY_FILE: key,
  });
}, 120_000);
afterAll(() => undo.all(), 60_000);

const one = ['T a', 'D 1', 'C SELECT 1', 'Z I'];
const works = async (peer: Peer): Promise<void> => {
  expect(await peer.ask([say.query('SELECT 1 AS a')])).toEqual(one);
};

describe('Startup is a sum type', () => {
  test.each([
    ['SSLRequest', sslRequest],
    ['GSSENCRequest', gssRequest],
  ])("%s without TLS is answered 'N', and a session may follow", async (_name, request) => {
    expect((await answerTo(rules.open, request, 1)).toString()).toBe('N');
    const peer = await Peer.to(rules.open);
    let first = '';
    peer.socket.removeAllListeners('data');
    peer.socket.write(request);
    await new Promise<void>((resolve) => {
      peer.socket.once('data', (chunk: Buffer) => {
        first = chunk.toString();
        resolve();
      });
    });
    expect(first).toBe('N');
    const session = new Peer(peer.socket);
    session.send(startup());
    await session.until(() => session.readies === 1);
    await works(session);
    session.close();
  });

  test('protocol 3.0: a key of four bytes', async () => {
    await through(rules.open, async (peer) => {
      expect(peer.all('v')).toEqual([]);
      expect(peer.key.secret).toHaveLength(4);
      await works(peer);
    });
  });

  test('protocol 3.2: a long key, which cancels', async () => {
    const peer = await Peer.login(rules.open, { minor: 2 });
    expect(peer.all('v')).toEqual([]);
    expect(peer.key.secret.length).toBeGreaterThan(4);
    const { processId, secret } = peer.key;
    const sleeping = peer.ask([say.query('SELECT pg_sleep(20)')]);
    await sleep(200);
    await answerTo(rules.open, cancelRequest(processId, secret), 1);
    expect((await sleeping).join()).toContain('E ERROR 57014');
    peer.close();
  });

  test.each([
    ['a later minor', { minor: 3 }, 2, 0],
    ['an unknown option', { minor: 2, settings: { '_pq_.made_up': 'x' } }, 2, 1],
  ])(
    'NegotiateProtocolVersion for %s, as the server says it',
    async (_name, words, minor, unknown) => {
      const said = async (port: number): Promise<Buffer | undefined> =>
        through(port, (peer) => Promise.resolve(peer.all('v')[0]?.body), words);
      const governed = await said(rules.open);
      expect(governed).toEqual(await said(rules.server.port));
      expect(governed?.readInt32BE(0)).toBe((3 << 16) | minor);
      expect(governed?.readInt32BE(4)).toBe(unknown);
    },
  );

  test('direct TLS begins with ALPN', async () => {
    const socket = connectTls({
      ...{ port: withTls.open, host: '127.0.0.1', rejectUnauthorized: false },
      ALPNProtocols: ['postgresql'],
    });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.alpnProtocol).toBe('postgresql');
    const peer = new Peer(socket);
    peer.send(startup());
    await peer.until(() => peer.readies === 1);
    await works(peer);
    peer.close();
  });

  test('a packet over 10,000 bytes is refused, one under is not', async () => {
    const long = { application_name: 'x'.repeat(9_900) };
    await through(rules.open, works, { settings: long });
    const peer = await Peer.login(rules.open, { settings: { ...long, options: ' '.repeat(200) } });
    expect(peer.shorts).toEqual([expect.stringMatching(/^E FATAL 08P01 invalid length/)]);
    await peer.until(() => peer.closed);
  });

  test('plaintext behind SSLRequest is refused', async () => {
    const heard = await answerTo(withTls.open, Buffer.concat([sslRequest, startup()]), 200);
    expect(heard.toString()).toContain('received unencrypted data after encryption request');
  });
});

describe('Two TLS legs', () => {
  const client = (port: number, user: string, ssl: boolean): pg.Client =>
    new pg.Client({
      ...{ port, host: '127.0.0.1', user, password, database: 'postgres' },
      ssl: ssl ? { rejectUnauthorized: false } : false,
    });

  test.each([
    ['neither', false, false],
    ['the upstream leg alone', false, true],
    ["the client's leg alone", true, false],
    ['both', true, true],
  ])('%s has TLS', async (_name, here, there) => {
    const session = client(there ? withTls.secure : withTls.open, userOf('scram-sha-256'), here);
    await session.connect();
    const { rows } = await session.query<{ ssl: boolean }>(
      'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    );
    expect(rows).toEqual([{ ssl: there }]);
    await session.end();
  });

  test('SCRAM-SHA-256-PLUS is offered by the server, and taken back', async () => {
    const offered = async (port: number, tls: boolean): Promise<string> => {
      let peer = await Peer.to(port);
      if (tls) {
        const { socket } = peer;
        socket.removeAllListeners('data');
        const answered = new Promise((resolve) => socket.once('data', resolve));
        socket.write(sslRequest);
        await answered;
        socket.removeAllListeners('data');
        peer = new Peer(connectTls({ socket, rejectUnauthorized: false }));
      }
      peer.send(startup({ user: userOf('scram-sha-256') }));
      await peer.until(() => peer.all('R').length > 0);
      peer.close();
      return peer.all('R')[0]?.body.toString('latin1', 4) ?? '';
    };
    expect(await offered(rules.server.port, true)).toBe('SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0');
    expect(await offered(rules.secure, false)).toBe('SCRAM-SHA-256\0\0');
    expect(await offered(withTls.secure, true)).toBe('SCRAM-SHA-256\0\0');
  });
});

describe('Authentication', () => {
  test.each(asked)(
    "passthrough of %s: the server's own verdict, right and wrong",
    async (method) => {
      const words = { port: rules.open, host: '127.0.0.1', user: userOf(method) };
      const login = { ...words, database: 'postgres' };
      const right = new pg.Client({ ...login, password });
      await right.connect();
      const { rows } = await right.query<{ u: string }>('SELECT session_user::text AS u');
      expect(rows).toEqual([{ u: userOf(method) }]);
      await right.end();
      const wrong = new pg.Client({ ...login, password: 'wrong' });
      await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01', severity: 'FATAL' });
    },
  );

  test("'p' outside of authentication is no password", async () => {
    await through(rules.open, async (peer) => {
      const heard = await peer.ask([say.raw('p', 'x\0')]);
      expect(heard).toEqual([expect.stringMatching(/^E FATAL 08P01/)]);
    });
  });

  test('a query before it is over is refused', async () => {
    const peer = await Peer.to(rules.open);
    peer.send(startup({ user: userOf('password') }), say.query('SELECT 1'));
    await peer.until(() => peer.closed);
    expect(peer.shorts.at(-1)).toMatch(/^E FATAL 08P01/);
    expect(peer.all('D')).toEqual([]);
  });
});
