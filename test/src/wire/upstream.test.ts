/** The leg to the server: each mode of TLS, IPv6, and a server that cheats before TLS is up. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driverPolicy } from '../drivers/bed.js';
import { makeCertificates } from '../harness/certificates.js';
import { startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { Peer, startup } from './peer.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const before = async (upstream: string): Promise<number> => {
  const postern = await startPostern({
    files: [driverPolicy],
    upstream,
    words: ['--as', 'user:tester'],
    env: { POSTERN_CONNECT_TIMEOUT_MS: '2000' },
  });
  undo.push(() => postern.stop());
  return Number(new URL(postern.governed).port);
};

/** Does the server see TLS? Or why the client does not get in. */
const encrypted = async (port: number): Promise<readonly string[]> => {
  const peer = await Peer.login(port);
  try {
    if (peer.readies === 0) return peer.shorts;
    return await peer.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  } finally {
    peer.close();
  }
};

describe('sslmode', () => {
  const servers: Record<string, Postgres> = {};
  let foreign: string;

  beforeAll(async () => {
    for (const [name, tlsNames] of [
      ['plain', undefined],
      ['named', ['IP:127.0.0.1']],
      ['misnamed', ['DNS:db.example']],
    ] as const) {
      const server = await startPostgres({ auth: 'trust', ...(tlsNames ? { tlsNames } : {}) });
      undo.push(() => server.stop());
      servers[name] = server;
    }
    const folder = await mkdtemp(join(tmpdir(), 'postern-ca-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    foreign = (await makeCertificates(folder, ['IP:127.0.0.1'])).ca;
  }, 120_000);

  const noTls = /^E FATAL 08001 .* does not support TLS, but tls.mode is /;
  const untrusted = /^E FATAL 08001 .*TLS with .* failed: /;

  test.each<[string, string, 'its own' | 'another' | 'no', string | RegExp]>([
    ['disable', 'plain', 'no', 'f'],
    ['disable', 'named', 'no', 'f'],
    ['prefer', 'plain', 'no', 'f'],
    ['prefer', 'named', 'no', 't'],
    ['prefer', 'misnamed', 'no', 't'],
    ['require', 'plain', 'no', noTls],
    ['require', 'misnamed', 'no', 't'],
    ['verify-ca', 'plain', 'another', noTls],
    ['verify-ca', 'named', 'its own', 't'],
    ['verify-ca', 'misnamed', 'its own', 't'],
    ['verify-ca', 'named', 'another', untrusted],
    ['verify-full', 'plain', 'another', noTls],
    ['verify-full', 'named', 'its own', 't'],
    ['verify-full', 'misnamed', 'its own', untrusted],
    ['verify-full', 'named', 'another', untrusted],
  ])(
    '%s, a server that is %s, checked against %s authority',
    async (mode, name, authority, expected) => {
      const server = servers[name]!;
      const ca = authority === 'its own' ? server.ca! : foreign;
      const root = authority === 'no' ? '' : `&sslrootcert=${ca}`;
      const port = await before(`${server.url('postgres')}?sslmode=${mode}${root}`);
      const heard = await encrypted(port);
      expect(heard).toEqual([
        typeof expected === 'string' ? expected : expect.stringMatching(expected),
      ]);
    },
    60_000,
  );
});

test.each<[string, string, Buffer, RegExp]>([
  ['prefer', 'agrees and goes on in clear', Buffer.from('S\0\0'), /sent data before TLS was up/],
  ['prefer', 'declines and goes on at once', Buffer.from('NR\0\0'), /sent data before TLS was up/],
  ['require', 'agrees and goes on in clear', Buffer.from('S\0\0'), /sent data before TLS was up/],
  ['require', 'says an error', Buffer.from('E\0\0\0\x05\0'), /refused the connection before TLS/],
  ['require', 'speaks another protocol', Buffer.from('H'), /does not speak PostgreSQL's protocol/],
  ['require', 'agrees and speaks no TLS', Buffer.from('S'), /TLS with|in time|closed/],
  ['require', 'says nothing', Buffer.alloc(0), /no answer from .* in time/],
])(
  '%s, a hostile server that %s',
  async (mode, _name, answer, why) => {
    const hostile = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(answer);
        // what would be the handshake is answered with something else
        socket.on('data', () => socket.end('no TLS here'));
      });
    });
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
    undo.push(() => {
      hostile.close();
      return Promise.resolve();
    });
    const bound = hostile.address();
    const at = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const port = await before(`postgres://127.0.0.1:${at}/postgres?sslmode=${mode}`);
    const peer = await Peer.login(port);
    await peer.until(() => peer.closed);
    expect(peer.shorts).toEqual([expect.stringMatching(/^E FATAL 08001 /)]);
    expect(peer.shorts[0]).toMatch(why);
  },
  60_000,
);

test('IPv6, to the server and from the client', async () => {
  const server = await startPostgres({
    auth: 'trust',
    settings: { listen_addresses: '127.0.0.1,::1' },
  });
  undo.push(() => server.stop());
  const postern = await startPostern({
    files: [driverPolicy],
    upstream: `postgres://[::1]:${server.port}/postgres`,
    listen: '[::1]:0',
    words: ['--as', 'user:tester'],
  });
  undo.push(() => postern.stop());
  const { hostname, port } = new URL(postern.governed);
  expect(hostname).toBe('[::1]');
  const peer = new Peer(connect({ host: '::1', port: Number(port) }));
  peer.send(startup());
  await peer.until(() => peer.readies === 1);
  expect(await peer.query('SELECT host(inet_server_addr())')).toEqual(['::1']);
  peer.close();
}, 60_000);
