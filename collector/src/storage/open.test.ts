import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fs from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type TestServer } from '../testing/postgres.js';
import { lockDirectory } from './lock.js';
import { openStorage } from './open.js';

let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await startServer();
  home = fs.mkdtempSync(join(tmpdir(), 'collector-'));
}, 60_000);
afterAll(async () => {
  await server.stop();
  fs.rmSync(home, { recursive: true, force: true });
});

test.each([
  {
    name: 'a wrong password',
    url: (port: number) => `postgres://secret:wrong@127.0.0.1:${port}/postgres`,
    says: /password/,
  },
  {
    name: 'no such database',
    url: (port: number) => `postgres://postgres@127.0.0.1:${port}/nowhere`,
    says: /does not exist/,
  },
  { name: 'nobody there', url: () => 'postgres://postgres@127.0.0.1:1/x', says: /nothing answers/ },
  {
    name: 'a role without rights',
    url: (port: number) => `postgres://secret:right@127.0.0.1:${port}/postgres`,
    says: /may not create/,
  },
])('$name says what to do', async ({ url, says }) => {
  await expect(openStorage(home, url(server.port))).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringMatching(says),
  });
});

test('two replicas may start at once on an empty database', async () => {
  const url = await server.database();
  const both = await Promise.all([openStorage(home, url), openStorage(home, url)]);
  for (const { db } of both) await db.destroy();
});

test('embedded files that are damaged say what to do', async () => {
  const damaged = join(home, 'damaged');
  await (await openStorage(damaged, undefined)).db.destroy();
  fs.writeFileSync(join(damaged, 'pglite', 'global', 'pg_control'), 'nonsense');
  await expect(openStorage(damaged, undefined)).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringMatching(/move the folder away/),
  });
}, 60_000);

test('a folder that cannot be one says so', async () => {
  const file = join(home, 'file');
  fs.writeFileSync(file, '');
  await expect(openStorage(file, undefined)).rejects.toMatchObject({ code: 'storage' });
});

test.each([
  { name: 'held by this process', lock: undefined, taken: false },
  {
    name: 'of a process that is gone',
    lock: { pid: 2 ** 30, host: hostname(), started: '' },
    taken: true,
  },
  {
    name: 'of a later process of that number',
    lock: { pid: process.pid, host: hostname(), started: '1' },
    taken: true,
  },
  { name: 'torn', lock: '{"pid', taken: true },
])('a lock $name', ({ lock, taken }) => {
  const directory = fs.mkdtempSync(join(home, 'lock-'));
  if (lock === undefined) lockDirectory(directory);
  else
    fs.writeFileSync(
      join(directory, 'lock'),
      typeof lock === 'string' ? lock : JSON.stringify(lock),
    );
  if (!taken) {
    expect(() => lockDirectory(directory)).toThrow(/is in use by process/);
    return;
  }
  lockDirectory(directory)();
  expect(fs.readdirSync(directory)).toEqual([]);
});
