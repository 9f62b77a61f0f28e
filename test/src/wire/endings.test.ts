/** How sessions end that neither side wanted to end. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { driverPolicy } from '../drivers/bed.js';
import { type Postern, startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const start = async (grace: string): Promise<{ server: Postgres; postern: Postern }> => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  const postern = await startPostern({
    files: [driverPolicy],
    upstream: server.url('postgres'),
    env: { POSTERN_GRACE_MS: grace },
  });
  undo.push(() => postern.stop());
  return { server, postern };
};

const codeOf = (error: unknown): string => {
  const { severity, code } = error as pg.DatabaseError;
  return `${severity} ${code}`;
};

interface Session {
  readonly client: pg.Client;
  /** how it ended: SQLSTATE and severity */
  readonly end: Promise<string>;
}

const open = async (postern: Postern): Promise<Session> => {
  const client = new pg.Client({ connectionString: postern.login('postgres', 'x') });
  const end = new Promise<string>((resolve) => {
    client.on('error', (error) => resolve(codeOf(error)));
    client.once('end', () => resolve('closed without a word'));
  });
  await client.connect();
  return { client, end };
};

const settled = (query: Promise<unknown>): Promise<unknown> =>
  query.then(
    () => 'done',
    (error: unknown) => codeOf(error),
  );

describe('the proxy is told to stop (SIGTERM)', () => {
  let postern: Postern;
  beforeAll(async () => {
    ({ postern } = await start('4000'));
  }, 120_000);

  test('idle sessions end at once, what runs may finish, what runs too long is ended, nobody new gets in', async () => {
    const idle = await open(postern);
    const quick = await open(postern);
    const block = await open(postern);
    const long = await open(postern);
    await block.client.query('BEGIN');
    const running = settled(quick.client.query('SELECT pg_sleep(2)'));
    const endless = settled(long.client.query('SELECT pg_sleep(60)'));
    await sleep(300);
    const began = Date.now();
    const { sidecar } = await postern.pids();
    process.kill(sidecar, 'SIGTERM');
    expect(await idle.end).toBe('FATAL 57P01');
    expect(Date.now() - began).toBeLessThan(1500);
    await expect(open(postern)).rejects.toThrow();
    // a transaction block that goes on is work too
    expect(await settled(block.client.query('SELECT 1'))).toBe('done');
    expect(await settled(block.client.query('COMMIT'))).toBe('done');
    expect(await block.end).toBe('FATAL 57P01');
    expect(await running).toBe('done');
    expect(await quick.end).toBe('FATAL 57P01');
    expect(Date.now() - began).toBeLessThan(4000);
    expect(await endless).toBe('FATAL 57P01');
    expect(Date.now() - began).toBeLessThan(8000);
  }, 60_000);
});

test('a server that dies in the middle of a statement: a connection failure, not a hang', async () => {
  const { postern } = await start('1000');
  const session = await open(postern);
  const idle = await open(postern);
  const [row] = (await session.client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))
    .rows;
  const running = settled(session.client.query('SELECT pg_sleep(60)'));
  await sleep(300);
  // a crash of one backend makes the server end all others, with a warning alone
  process.kill(row!.pid, 'SIGKILL');
  expect(await running).toBe('FATAL 08006');
  expect(await idle.end).toBe('FATAL 08006');
}, 60_000);

test('a server that is shut down says so itself', async () => {
  const { server, postern } = await start('1000');
  const session = await open(postern);
  const running = settled(session.client.query('SELECT pg_sleep(60)'));
  await sleep(300);
  process.kill(server.pid, 'SIGINT');
  expect(await running).toBe('FATAL 57P01');
}, 60_000);
