/** A client that closes its direction and still listens: it hears all that the server would have said. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { makeCertificates } from '../harness/certificates.js';
import { Undo } from '../harness/undo.js';
import { claiming, converse, protocol3, startupOf, whoAsks } from './conversation.js';
import { sslRequest } from './peer.js';
import { say } from './raw-client.js';
import { before, dropRefused, type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let rules: Rules;
let withTls: Omit<Rules, 'server'>;
beforeAll(async () => {
  rules = await startRules(undo);
  const folder = await mkdtemp(join(tmpdir(), 'postern-half-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const { cert, key } = await makeCertificates(folder, ['IP:127.0.0.1']);
  withTls = await before(undo, rules.server, {
    POSTERN_TLS_CERT_FILE: cert,
    POSTERN_TLS_KEY_FILE: key,
  });
}, 120_000);

const runs = (sql: string): readonly Buffer[] => [say.parse(sql), say.bind(), say.execute()];

const cases: readonly { readonly name: string; readonly says: readonly Buffer[] }[] = [
  { name: 'nothing', says: [] },
  { name: 'a query', says: [say.query('SELECT id FROM t ORDER BY id')] },
  {
    name: 'several queries, none seen before',
    says: [say.query('SELECT 1 + 1'), say.query("SELECT 'two'"), say.query('SELECT nothing')],
  },
  {
    name: 'a query that takes its time',
    says: [say.query('SELECT pg_sleep(1)')],
  },
  {
    name: 'statements that are decided one after the other',
    says: [
      say.query('CREATE TABLE half (id int); INSERT INTO half VALUES (1); DELETE FROM none_such'),
    ],
  },
  {
    name: 'a pipeline',
    says: [...runs('SELECT 2 AS two'), ...runs('SELECT 3 AS three'), say.sync()],
  },
  { name: 'a pipeline without its end', says: [say.query('SELECT 1'), ...runs('SELECT 2 AS two')] },
  { name: 'a pipeline without its end, flushed', says: [...runs('SELECT 2 AS two'), say.flush()] },
  {
    name: 'a whole COPY',
    says: [say.query('COPY t FROM STDIN'), say.copyData('70\tq\n'), say.copyDone()],
  },
  {
    name: 'a COPY that breaks off',
    says: [say.query('COPY t FROM STDIN'), say.copyData('71\tq\n')],
  },
  {
    name: 'a message that breaks off',
    says: [say.query('SELECT 1'), claiming('Q', 100, 'SELECT 2')],
  },
  {
    name: 'a long message that breaks off',
    says: [say.query('COPY t FROM STDIN'), claiming('d', 10_000_000, '71\tq\n')],
  },
  { name: 'a query, and Terminate', says: [say.query('SELECT 1'), say.raw('X')] },
];

describe.each([
  ['in one with its first packet', true],
  ['after its log-in', false],
])('%s', (_when, begins) => {
  test.each(cases)(
    '$name',
    async ({ says }) => {
      const script = begins ? { says: [startupOf(protocol3, whoAsks), ...says], begins } : { says };
      const hear = async (port: number): Promise<readonly string[]> => {
        const heard = await converse(port, { ...script, then: 'hangs up' });
        await rules.server.sql('DROP TABLE IF EXISTS half; DELETE FROM t WHERE id > 5');
        // keys and process ids are each session's own
        return heard.filter((one) => !/^[KS] /.test(one));
      };
      const server = await hear(rules.server.port);
      expect(await hear(rules.open)).toEqual(server);
    },
    30_000,
  );
});

test('a refusal is heard too, and what came behind it', async () => {
  const says = [say.query('DROP TABLE t'), say.query("SELECT 'on'")];
  expect(await converse(rules.open, { says, then: 'hangs up' })).toEqual([
    dropRefused,
    'Z I',
    'T ?column?',
    'D on',
    'C SELECT 1',
    'Z I',
    'closed',
  ]);
});

test.each([
  ['says nothing', Buffer.alloc(0)],
  ['breaks off its first packet', startupOf(protocol3, whoAsks).subarray(0, 9)],
])('one that %s is closed at once', async (_what, bytes) => {
  const closed = new Promise((resolve) => {
    const socket = connect({ port: rules.open, host: '127.0.0.1' });
    socket
      .on('error', () => undefined)
      .on('close', resolve)
      .resume();
    socket.end(bytes);
  });
  expect(await Promise.race([closed.then(() => 'closed'), sleep(3000)])).toBe('closed');
});

const connectionsOf = async (): Promise<number> => {
  const { sidecar } = await rules.postern.pids();
  return (await readdir(`/proc/${sidecar}/fd`)).length;
};

test('one that is refused and stays is disconnected', async () => {
  const before = await connectionsOf();
  const wrong = startupOf(protocol3, { ...whoAsks, replication: 'true' });
  const sockets = Array.from({ length: 20 }, () => {
    const socket = connect({ port: rules.open, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined).resume();
    socket.write(wrong);
    return socket;
  });
  await sleep(2500);
  expect(await connectionsOf()).toBeLessThanOrEqual(before);
  for (const socket of sockets) socket.destroy();
});

describe('over TLS', () => {
  const hear = (port: number, words: readonly Buffer[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const heard: Buffer[] = [];
      const plain = connect({ port, host: '127.0.0.1' });
      plain.on('error', reject);
      plain.write(sslRequest);
      plain.once('data', () => {
        const socket = connectTls({ socket: plain, rejectUnauthorized: false });
        socket.on('data', (chunk: Buffer) => heard.push(chunk));
        socket.on('error', reject);
        socket.on('close', () => resolve(Buffer.concat(heard).toString('latin1')));
        socket.end(Buffer.concat([startupOf(protocol3, whoAsks), ...words]));
      });
    });

  test.each([
    ['a query', [say.query("SELECT 'heard'")], /heard/],
    ['a statement never seen', [say.query("SELECT 'he' || 'ard' AS heard, 1")], /heard/],
    ['nothing', [], /server_encoding/],
  ] as const)('%s', async (_what, words, expected) => {
    expect(await hear(rules.server.port, words)).toMatch(expected);
    expect(await hear(withTls.open, words)).toMatch(expected);
  });

  test('none of them is left', async () => {
    await sleep(300);
    const metrics = await (await fetch(`${withTls.postern.sidecarHttp}/metrics`)).text();
    expect(metrics).toMatch(/^postern_proxy_sessions\S* 0$/m);
  });
});

test('afterwards no session of theirs is left at the server', async () => {
  await sleep(300);
  const left = await rules.server.sql(
    "SELECT query FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
  );
  expect(left).toEqual([]);
});
