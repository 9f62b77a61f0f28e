/** Several endpoints: which server a client ends up on, by what the servers are (target_session_attrs). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { driverPolicy } from '../drivers/bed.js';
import { freePort } from '../harness/ports.js';
import { type Postern, startPostern } from '../harness/postern.js';
import { type AuthMethod, type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import type { Major } from '../harness/binaries.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const server = async (
  auth: AuthMethod,
  more: { standby?: boolean; settings?: Record<string, string>; version?: Major } = {},
): Promise<Postgres> => {
  const started = await startPostgres({ auth, ...more });
  undo.push(() => started.stop());
  return started;
};

const urlOf = (url: string, password: string): string => {
  const login = new URL(url);
  login.username = 'postgres';
  login.password = password;
  login.pathname = '/postgres';
  return login.href;
};

const throughUrl = async (ports: readonly number[], attrs: string): Promise<Postern> => {
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
  const upstream = `postgres://${hosts}/postgres?sslmode=disable&target_session_attrs=${attrs}`;
  const postern = await startPostern({ files: [driverPolicy], upstream });
  undo.push(() => postern.stop());
  return postern;
};

/** The port of the server that a new connection reaches, or the SQLSTATE that it ends with. */
const reached = async (url: string): Promise<number | string> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ port: string }>('SHOW port');
    return Number(rows[0]?.port);
  } catch (thrown) {
    return (thrown as pg.DatabaseError).code ?? String(thrown);
  } finally {
    await client.end();
  }
};

describe('where no password is asked, the client never notices', () => {
  type Name = 'primary' | 'standby' | 'reluctant' | 'away';
  const cases: readonly { attrs: string; from: readonly Name[]; to: Name | '57P03' }[] = [
    { attrs: 'any', from: ['standby', 'primary'], to: 'standby' },
    { attrs: 'any', from: ['away', 'primary'], to: 'primary' },
    { attrs: 'read-write', from: ['standby', 'reluctant', 'primary'], to: 'primary' },
    { attrs: 'read-write', from: ['standby', 'reluctant'], to: '57P03' },
    { attrs: 'read-only', from: ['primary', 'reluctant'], to: 'reluctant' },
    { attrs: 'read-only', from: ['primary', 'standby'], to: 'standby' },
    { attrs: 'primary', from: ['standby', 'reluctant', 'primary'], to: 'reluctant' },
    { attrs: 'standby', from: ['primary', 'reluctant', 'standby'], to: 'standby' },
    { attrs: 'standby', from: ['primary'], to: '57P03' },
    { attrs: 'prefer-standby', from: ['primary', 'standby'], to: 'standby' },
    { attrs: 'prefer-standby', from: ['reluctant', 'primary'], to: 'primary' },
    { attrs: 'primary', from: ['away', 'standby', 'primary'], to: 'primary' },
  ];
  let postern: Postern;
  let ports: Readonly<Record<Name, number>>;

  beforeAll(async () => {
    const [primary, standby, reluctant, away] = await Promise.all([
      server('trust'),
      server('trust', { standby: true }),
      server('trust', { settings: { default_transaction_read_only: 'on' } }),
      freePort(),
    ]);
    ports = { primary: primary.port, standby: standby.port, reluctant: reluctant.port, away };
    const databases = cases.map(({ attrs, from }, i) => ({
      apiVersion: 'postern.dev/v1alpha1',
      kind: 'Database',
      metadata: { name: `case-${i}`, namespace: 'test', labels: { suite: 'drivers' } },
      spec: {
        engine: 'postgresql',
        endpoints: from.map((name) => ({ host: '127.0.0.1', port: ports[name] })),
        targetSessionAttrs: attrs,
        tls: { mode: 'disable' },
      },
    }));
    const folder = await mkdtemp(join(tmpdir(), 'postern-endpoints-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'databases.yaml');
    // JSON is YAML
    await writeFile(file, databases.map((database) => JSON.stringify(database)).join('\n---\n'));
    postern = await startPostern({ files: [file], upstream: [] });
    undo.push(() => postern.stop());
  }, 120_000);

  test.each(cases.map((one, i) => ({ ...one, i })))('$attrs of $from is $to', async ({ i, to }) => {
    const url = postern.databases[`test/case-${i}`] ?? postern.databases[`case-${i}`]!;
    const port = to === '57P03' ? to : ports[to];
    // the second time it is known which is which
    expect([await reached(urlOf(url, 'x')), await reached(urlOf(url, 'x'))]).toEqual([port, port]);
  });
});

test('with a password, which a client says once: the connection after the first finds the right one', async () => {
  const [standby, primary] = await Promise.all([
    server('scram-sha-256', { standby: true }),
    server('scram-sha-256'),
  ]);
  const postern = await throughUrl([standby.port, primary.port], 'primary');
  const ports = [];
  for (let n = 0; n < 3; n += 1)
    ports.push(await reached(urlOf(postern.governed, primary.password)));
  expect(ports).toEqual(['57P03', primary.port, primary.port]);
}, 120_000);

test('a server that does not say what it is, is asked (PostgreSQL 13)', async () => {
  const [standby, primary] = await Promise.all([
    server('trust', { standby: true, version: 13 }),
    server('trust', { version: 13 }),
  ]);
  const postern = await throughUrl([standby.port, primary.port], 'read-write');
  expect(await reached(urlOf(postern.governed, 'x'))).toBe(primary.port);
}, 120_000);

test('a wrong word is named, and those that are right', async () => {
  await expect(throughUrl([1], 'master')).rejects.toThrow(
    /target_session_attrs "master" is none of any, read-write/,
  );
}, 60_000);
