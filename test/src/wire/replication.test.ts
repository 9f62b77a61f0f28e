/** Replication connections: only where policy names them, recorded, otherwise as without Postern. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findClient } from '../harness/binaries.js';
import { type Postern, startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { mustRun } from '../harness/program.js';
import { openTimeline } from '../harness/timeline.js';
import { Undo } from '../harness/undo.js';
import { cancelRequest, Peer } from './peer.js';
import { message, say } from './raw-client.js';

const policy = (rules: string): string => `
apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: shop, namespace: ml}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: 5432}]
  tls: {mode: disable}
---
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: open, namespace: ml}
spec:
  defaultAction: Allow
  rules:
    - {name: all, actions: [any], effect: Allow}
${rules}
`;

const named = '    - {name: copies, actions: [replication], effect: Allow}';
const forbidden =
  '    - {name: none, actions: [replication], effect: Deny, message: nobody copies this}';

const undo = new Undo();
let server: Postgres;
let folder: string;
let open: Postern;

const start = async (name: string, rules: string): Promise<Postern> => {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, policy(rules));
  const postern = await startPostern({ files: [file], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
  return postern;
};

const portOf = ({ governed }: Postern): number => Number(new URL(governed).port);

beforeAll(async () => {
  server = await startPostgres({ auth: 'trust', settings: { wal_level: 'logical' } });
  undo.push(() => server.stop());
  await server.sql(
    'CREATE TABLE public.animals (name text); CREATE PUBLICATION zoo FOR ALL TABLES',
  );
  folder = await mkdtemp(join(tmpdir(), 'postern-replication-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  open = await start('open', named);
}, 120_000);
afterAll(() => undo.all(), 60_000);

const loggedIn = (port: number, replication = 'database'): Promise<Peer> =>
  Peer.login(port, { settings: { replication } });

describe('is refused where no rule names it, though everything else is allowed', () => {
  test.each([
    ['no rule', '', 'replication connections are not allowed through Postern'],
    ['a rule that denies it', forbidden, 'nobody copies this'],
  ])('%s', async (name, rules, words) => {
    const closed = await start(name.replaceAll(' ', '-'), rules);
    for (const replication of ['database', 'true']) {
      const peer = await loggedIn(portOf(closed), replication);
      expect(peer.shorts).toEqual([`E FATAL 42501 ${words}`]);
      await peer.until(() => peer.closed);
    }
    expect(await (await Peer.login(portOf(closed))).query('SELECT 1')).toEqual(['1']);
  });
});

describe('where a rule names it', () => {
  const commands = [
    'SHOW wal_level',
    'NO SUCH COMMAND',
    "SELECT 'sql, too'",
    'TIMELINE_HISTORY 99',
    'DROP_REPLICATION_SLOT nowhere',
    'BEGIN',
    'ROLLBACK',
  ];

  test('the messages are those of the server', async () => {
    const heard = async (port: number): Promise<readonly (readonly string[])[]> => {
      const peer = await loggedIn(port);
      const all: (readonly string[])[] = [];
      for (const command of commands) all.push(await peer.ask([say.query(command)]));
      peer.close();
      return all;
    };
    const direct = await heard(server.port);
    expect(direct.flat().filter((short) => short.startsWith('E '))).toHaveLength(3);
    expect(await heard(portOf(open))).toEqual(direct);
  });

  test('pipelined, and cut at every byte', async () => {
    const peer = await loggedIn(portOf(open));
    const two = Buffer.concat([say.query('SHOW wal_level'), say.query("SELECT 'b'")]);
    const whole = await peer.ask([two], 2);
    expect(whole.filter((short) => short.startsWith('D '))).toEqual(['D logical', 'D b']);
    for (let at = 1; at < two.length; at += 1) {
      peer.frames.length = 0;
      peer.send(two.subarray(0, at));
      await new Promise(setImmediate);
      peer.send(two.subarray(at));
      await peer.until(() => peer.readies === 2);
      expect(peer.shorts).toEqual(whole);
    }
    peer.close();
  });

  test('changes stream until the client ends it, and the connection goes on', async () => {
    const peer = await loggedIn(portOf(open));
    await peer.ask([say.query('CREATE_REPLICATION_SLOT s TEMPORARY LOGICAL pgoutput')]);
    peer.frames.length = 0;
    peer.send(
      say.query(
        "START_REPLICATION SLOT s LOGICAL 0/0 (proto_version '1', publication_names 'zoo')",
      ),
    );
    await peer.until(() => peer.all('W').length === 1);
    await server.sql("INSERT INTO public.animals VALUES ('quagga')");
    await peer.until(() => peer.all('d').some(({ body }) => body.includes('quagga')));
    peer.send(message('c'));
    await peer.until(() => peer.readies === 1);
    expect(await peer.query('SHOW wal_level')).toEqual(['logical']);
    peer.close();
  });

  test('each command is in the record, without what stands behind its name', async () => {
    const peer = await loggedIn(portOf(open));
    await peer.ask([say.query("BASE_BACKUP (LABEL 'secret')")]).catch(() => undefined);
    await peer.ask([say.query("SELECT 'a secret'")]);
    peer.close();
    const timeline = openTimeline(open.collector);
    try {
      const found = async (text: string): Promise<number> =>
        (await timeline.search({ text })).length;
      for (let n = 0; n < 100 && (await found('BASE_BACKUP')) === 0; n += 1)
        await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await found('BASE_BACKUP')).toBe(1);
      expect(await found('START_REPLICATION')).toBe(1);
      expect(await found('SELECT $1')).toBeGreaterThan(0);
      expect(await found('secret')).toBe(0);
    } finally {
      timeline.close();
    }
  }, 60_000);

  test('a cancel request reaches it', async () => {
    const peer = await loggedIn(portOf(open));
    peer.send(say.query('SELECT pg_sleep(30)'));
    const canceller = await Peer.to(portOf(open));
    const { processId, secret } = peer.key;
    await new Promise((resolve) => setTimeout(resolve, 200));
    canceller.send(cancelRequest(processId, secret));
    await peer.until(() => peer.readies === 2);
    expect(peer.shorts.at(-2)).toMatch('E ERROR 57014');
    peer.close();
  });

  test('a policy that is taken back ends the stream', async () => {
    const changing = await start('changing', named);
    const peer = await loggedIn(portOf(changing));
    expect(await peer.query('SHOW wal_level')).toEqual(['logical']);
    peer.frames.length = 0;
    await writeFile(join(folder, 'changing.yaml'), policy(''));
    await peer.until(() => peer.closed, 30_000);
    expect(peer.shorts).toEqual([
      'E FATAL 42501 terminating connection: policy does not allow replication any more',
    ]);
  }, 60_000);

  test('a stopping Postern says so', async () => {
    const stopping = await start('stopping', named);
    const peer = await loggedIn(portOf(stopping));
    peer.frames.length = 0;
    await stopping.stop();
    await peer.until(() => peer.closed);
    expect(peer.shorts).toEqual(['E FATAL 57P01 terminating connection: Postern is shutting down']);
  }, 60_000);
});

const backup = await findClient('pg_basebackup');
const version = Number(
  /(\d+)/.exec(backup === undefined ? '' : (await mustRun(backup, ['--version'])).stdout)?.[1],
);

(backup === undefined ? test.skip : test)(
  'pg_basebackup copies a server, its log streaming beside it',
  async () => {
    const whole = await startPostgres({ auth: 'trust', version: version as 15 });
    undo.push(() => whole.stop());
    const file = join(folder, 'whole.yaml');
    await writeFile(file, policy(named));
    const postern = await startPostern({ files: [file], upstream: whole.url('postgres') });
    undo.push(() => postern.stop());
    const copy = join(folder, 'copy');
    await mustRun(backup ?? '', [
      ...['-h', '127.0.0.1', '-p', String(portOf(postern)), '-U', 'postgres'],
      ...['-D', copy, '-X', 'stream', '-c', 'fast'],
    ]);
    expect((await readFile(join(copy, 'PG_VERSION'), 'utf8')).trim()).toBe(String(version));
    expect(await readFile(join(copy, 'backup_label'), 'utf8')).toContain('START WAL LOCATION');
  },
  120_000,
);
