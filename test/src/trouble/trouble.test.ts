/** Bad input and bad days: each a clear error, and nothing lost. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { serverWithTables } from '../drivers/bed.js';
import type { Login } from '../drivers/driver.js';
import { freePort } from '../harness/ports.js';
import { postern, startPostern, type Postern } from '../harness/postern.js';
import type { Postgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { openTimeline } from '../harness/timeline.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
let server: Postgres;
let login: Login;
let folder: string;
const policy = join(root, 'test', 'fixtures', 'drivers', 'policy.yaml');

beforeAll(async () => {
  const bed = await serverWithTables(undo);
  ({ server, direct: login } = bed);
  await bed.reset();
  folder = await mkdtemp(join(tmpdir(), 'postern-trouble-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
}, 60_000);
afterAll(() => undo.all(), 60_000);

const before = async (
  upstream: string,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Postern> => {
  const started = await startPostern({
    files: [policy],
    upstream,
    words: ['--as', 'user:tester', ...words],
    env,
  });
  undo.push(() => started.stop());
  return started;
};

const open = async (at: Postern, database?: string): Promise<pg.Client> => {
  const client = new pg.Client({
    connectionString: at.login(login.user, login.password, database),
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

describe('files', () => {
  test.each([
    { name: 'no YAML', text: 'spec: [unclosed\n', says: /:\d+:\d+: / },
    {
      name: 'a field nobody knows',
      text: 'apiVersion: postern.dev/v1alpha1\nkind: DatabaseAccessPolicy\nmetadata: {name: x}\nspec:\n  rulez: []\n',
      says: /:5:\d+: spec\.rulez: /,
    },
    {
      name: 'a kind nobody knows',
      text: 'apiVersion: postern.dev/v1alpha1\nkind: Datenbank\nmetadata: {name: x}\n',
      says: /Datenbank/,
    },
  ])(
    '$name: file, line and reason, and exit code 1',
    async ({ text, says }) => {
      const file = join(folder, 'wrong.yaml');
      await writeFile(file, text);
      for (const words of [
        ['policy', 'validate', '-f', file],
        ['dev', '-f', file, '--upstream', server.url('drivers'), '--json'],
      ]) {
        const ran = await postern(words);
        expect({ words, code: ran.code }).toEqual({ words, code: 1 });
        expect(ran.stdout + ran.stderr).toMatch(says);
      }
    },
    60_000,
  );

  test.each([
    {
      name: 'an unknown Database',
      words: ['--upstream', `nowhere=postgres://127.0.0.1:1/x`],
      says: /nowhere/,
    },
    {
      name: 'an upstream that is no URL',
      words: ['--upstream', 'localhost:5432'],
      says: /postgres:\/\//,
    },
  ])(
    '$name is exit code 2',
    async ({ words, says }) => {
      const ran = await postern(['dev', '-f', policy, ...words, '--json']);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toMatch(says);
      expect(ran.stderr).toMatch(/hint/);
    },
    60_000,
  );
});

describe('connections', () => {
  test('a database that is not there: the server says so', async () => {
    const at = await before(server.url('drivers'));
    const url = new URL(at.login(login.user, login.password));
    url.pathname = '/nowhere';
    const client = new pg.Client({ connectionString: url.href });
    // the server's own word, or Postern's when the Database names its databases
    await expect(client.connect()).rejects.toMatchObject({
      code: expect.stringMatching(/^(3D000|42501)$/),
      message: expect.stringMatching(/nowhere/),
    });
  }, 60_000);

  test('an upstream that is down: a connection exception, and Postern stays up', async () => {
    const at = await before(`postgres://127.0.0.1:${await freePort()}/drivers`);
    const client = new pg.Client({ connectionString: at.login(login.user, login.password) });
    await expect(client.connect()).rejects.toMatchObject({
      code: expect.stringMatching(/^08/),
      severity: 'FATAL',
    });
    const again = new pg.Client({ connectionString: at.login(login.user, login.password) });
    await expect(again.connect()).rejects.toMatchObject({ code: expect.stringMatching(/^08/) });
    const { sidecar } = await at.pids();
    expect(process.kill(sidecar, 0)).toBe(true);
  }, 60_000);
});

describe('statements', () => {
  test('that do not parse fail with the words of the server, and the session goes on', async () => {
    const at = await before(server.url('drivers'));
    const direct = new pg.Client({
      connectionString: server.login('drivers', login.user, login.password),
    });
    await direct.connect();
    const through = await open(at);
    for (const sql of [
      'SELEC 1',
      'SELECT * FROM people WHERE',
      "SELECT 'unterminated",
      'SELECT 1; SELEC 2',
      'DROP TABLE people people',
      'SELECT $',
    ]) {
      const errors: unknown[] = [];
      for (const client of [direct, through]) {
        for (const query of [sql, { text: sql, values: [] as unknown[], name: '' }]) {
          const error: unknown = await client.query(query as string).then(
            () => 'no error',
            (thrown: unknown) => thrown,
          );
          const { code, message, position } = error as pg.DatabaseError;
          errors.push({ sql, code, message, position });
        }
      }
      expect(errors.slice(2)).toEqual(errors.slice(0, 2));
      expect((await through.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    }
    await direct.end();
    await through.end();
  }, 60_000);
});

describe('the collector', () => {
  test('may be away: statements go on, and are in the record when it is back', async () => {
    const at = await before(server.url('drivers'));
    const client = await open(at);
    const { collector } = await at.pids();
    // stopped, not killed: it neither answers nor comes back by itself
    process.kill(collector, 'SIGSTOP');
    try {
      for (let n = 0; n < 200; n += 1) await client.query(`SELECT ${n} AS while_away_${n}`);
    } finally {
      process.kill(collector, 'SIGCONT');
    }
    await client.end();
    const timeline = openTimeline(at.collector);
    for (let attempt = 0; ; attempt += 1) {
      const found = await timeline.search({ text: 'while_away_' });
      if (found.length === 200 || attempt === 100) {
        expect(found).toHaveLength(200);
        break;
      }
      await sleep(200);
    }
    timeline.close();
  }, 90_000);

  test('away until the spool is full: statements are refused, not forgotten', async () => {
    const at = await before(server.url('drivers'), [], {
      POSTERN_SPOOL_MAX_BYTES: String(1024 * 1024),
    });
    const client = await open(at);
    const { collector } = await at.pids();
    process.kill(collector, 'SIGSTOP');
    let succeeded = 0;
    let refusal: pg.DatabaseError | undefined;
    try {
      // each has a record of its own, of a few hundred bytes
      for (let n = 0; n < 20_000 && refusal === undefined; n += 1) {
        await client.query(`SELECT ${n} AS filling_${n}, '' AS ${'x'.repeat(60)}`).then(
          () => (succeeded += 1),
          (thrown: unknown) => (refusal = thrown as pg.DatabaseError),
        );
      }
      expect(refusal).toMatchObject({
        severity: 'ERROR',
        message: expect.stringMatching(/audit|spool|record/),
      });
    } finally {
      process.kill(collector, 'SIGCONT');
    }
    // once it is back, what was acknowledged is gone from the spool, and statements go on
    for (let attempt = 0; ; attempt += 1) {
      const went = await client.query('SELECT 1').then(
        () => true,
        () => false,
      );
      if (went) break;
      if (attempt === 150) throw new Error('statements stay refused');
      await sleep(200);
    }
    await client.end();
    const timeline = openTimeline(at.collector);
    for (let attempt = 0; ; attempt += 1) {
      const found = await timeline.search({ text: 'filling_', outcome: 'completed' });
      if (found.length >= succeeded || attempt === 100) {
        expect(found).toHaveLength(succeeded);
        break;
      }
      await sleep(200);
    }
    timeline.close();
  }, 180_000);
});

describe('the spool', () => {
  test('with a torn tail is cut at the last whole record, and everything before it is kept', async () => {
    const data = join(folder, 'torn');
    const first = await before(server.url('drivers'), ['--data', data]);
    const client = await open(first);
    const pids = await first.pids();
    process.kill(pids.collector, 'SIGSTOP');
    for (let n = 0; n < 50; n += 1) await client.query(`SELECT ${n} AS torn_${n}`);
    // nothing may leave the spool before it is spoilt
    for (const pid of [first.pid, pids.sidecar, pids.collector]) process.kill(pid, 'SIGKILL');
    await client.end().catch(() => undefined);
    await sleep(500);

    const spool = join(data, 'spool');
    const segments = (await readdir(spool, { recursive: true })).map((name) => join(spool, name));
    const files: { path: string; time: number }[] = [];
    for (const path of segments) {
      const facts = await stat(path);
      if (facts.isFile() && facts.size > 0) files.push({ path, time: facts.mtimeMs });
    }
    const newest = files.sort((a, b) => b.time - a.time)[0]!;
    await appendFile(newest.path, Buffer.from([0, 0, 1, 44, 222, 173, 190, 239, 1, 2, 3]));

    const second = await before(server.url('drivers'), ['--data', data]);
    const timeline = openTimeline(second.collector);
    for (let attempt = 0; ; attempt += 1) {
      const found = await timeline.search({ text: 'torn_', outcome: 'completed' });
      if (found.length >= 50 || attempt === 100) {
        expect(found).toHaveLength(50);
        break;
      }
      await sleep(200);
    }
    timeline.close();
    const again = await open(second);
    expect((await again.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await again.end();
    const verified = await postern(['audit', 'verify', '--collector', second.collector]);
    expect({ code: verified.code, said: verified.stderr }).toMatchObject({ code: 0 });
  }, 120_000);
});
