/** Logging in through Postern is logging in at the server: its methods, its certificate, its refusals. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { serverWithTables } from '../drivers/bed.js';
import { makeCertificates } from '../harness/certificates.js';
import { startPostern, type Postern } from '../harness/postern.js';
import type { AuthMethod } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const policy = join(root, 'test', 'fixtures', 'drivers', 'policy.yaml');

const before = async (upstream: string): Promise<Postern> => {
  const postern = await startPostern({ files: [policy], upstream, words: ['--as', 'user:tester'] });
  undo.push(() => postern.stop());
  return postern;
};

const connect = async (url: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query('SELECT count(*)::int AS n FROM people')).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};

describe.each<AuthMethod>(['scram-sha-256', 'md5', 'password', 'trust'])('%s', (auth) => {
  test('the right password works, the wrong one fails as at the server', async () => {
    const { server, direct, reset } = await serverWithTables(undo, { auth });
    await reset();
    const postern = await before(server.url('drivers'));
    await expect(connect(postern.login(direct.user, direct.password))).resolves.toEqual([
      { n: 20 },
    ]);
    if (auth === 'trust') return;
    const wrong = connect(postern.login(direct.user, 'wrong'));
    await expect(wrong).rejects.toMatchObject({
      code: '28P01',
      severity: 'FATAL',
      message: `password authentication failed for user "${direct.user}"`,
    });
  }, 60_000);
});

describe('TLS to the server', () => {
  test('is checked against its authority', async () => {
    const { server, direct, reset } = await serverWithTables(undo, {
      tlsNames: ['IP:127.0.0.1', 'DNS:localhost'],
      tlsOnly: true,
    });
    await reset();
    const trusted = `${server.url('drivers')}?sslmode=verify-full&sslrootcert=${server.ca!}`;
    const postern = await before(trusted);
    const url = postern.login(direct.user, direct.password);
    await expect(connect(url)).resolves.toEqual([{ n: 20 }]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await client.end();
    expect(rows).toEqual([{ ssl: true }]);

    const required = await before(`${server.url('drivers')}?sslmode=require`);
    await expect(connect(required.login(direct.user, direct.password))).resolves.toEqual([
      { n: 20 },
    ]);

    // the server takes TLS only, and says so itself
    const without = await before(`${server.url('drivers')}?sslmode=disable`);
    await expect(connect(without.login(direct.user, direct.password))).rejects.toMatchObject({
      code: '28000',
    });
  }, 90_000);

  test.each([
    { name: 'of another authority', names: ['IP:127.0.0.1'], otherAuthority: true },
    { name: 'for another name', names: ['DNS:db.example'], otherAuthority: false },
  ])(
    'a certificate $name is refused',
    async ({ names, otherAuthority }) => {
      const { server, direct, reset } = await serverWithTables(undo, { tlsNames: names });
      await reset();
      const folder = await mkdtemp(join(tmpdir(), 'postern-ca-'));
      undo.push(() => rm(folder, { recursive: true, force: true }));
      const ca = otherAuthority ? (await makeCertificates(folder, names)).ca : server.ca!;
      const postern = await before(
        `${server.url('drivers')}?sslmode=verify-full&sslrootcert=${ca}`,
      );
      await expect(connect(postern.login(direct.user, direct.password))).rejects.toMatchObject({
        // sqlclient_unable_to_establish_sqlconnection
        code: '08001',
        severity: 'FATAL',
        message: expect.stringMatching(/certificate|TLS/),
      });
    },
    60_000,
  );

  test('a server without TLS is not talked to when TLS is required', async () => {
    const { server, direct, reset } = await serverWithTables(undo);
    await reset();
    const postern = await before(`${server.url('drivers')}?sslmode=require`);
    await expect(connect(postern.login(direct.user, direct.password))).rejects.toMatchObject({
      code: '08001',
      message: expect.stringMatching(/TLS/),
    });
  }, 60_000);
});
