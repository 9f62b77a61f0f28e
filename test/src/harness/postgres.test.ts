import { afterAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { findServer, serverOwner, versions } from './binaries.js';
import { startPostgres, type AuthMethod } from './postgres.js';
import { Undo } from './undo.js';
import { tmpdir } from 'node:os';

const undo = new Undo();
afterAll(() => undo.all());

const owner = await serverOwner();
const there = new Map(
  await Promise.all(
    versions.map(async (v) => [v, (await findServer(v, owner, tmpdir())) !== undefined] as const),
  ),
);

describe('a server of our own', () => {
  for (const version of versions) {
    const runs = there.get(version) === true ? test : test.skip;
    runs(`PostgreSQL ${version}`, async () => {
      const server = await startPostgres({ version });
      undo.push(() => server.stop());
      expect(server.version).toMatch(new RegExp(`^${version}\\.`));
      expect(await server.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
  }

  const asks: readonly AuthMethod[] = ['scram-sha-256', 'md5', 'password'];
  test.each(asks)('asks for %s', async (auth) => {
    const server = await startPostgres({ auth });
    undo.push(() => server.stop());
    const wrong = new pg.Client({ connectionString: server.login('postgres', 'postgres', 'no') });
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });
    expect(await server.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('speaks TLS with a certificate clients can check', async () => {
    const server = await startPostgres({ tlsNames: ['IP:127.0.0.1'], tlsOnly: true });
    undo.push(() => server.stop());
    const ca = await readFile(server.ca!, 'utf8');
    const client = new pg.Client({
      connectionString: server.login(),
      ssl: { ca, rejectUnauthorized: true },
    });
    await client.connect();
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await client.end();
    expect(rows).toEqual([{ ssl: true }]);
  });
});
