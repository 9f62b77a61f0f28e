/**
 * Somebody with the login of the collector's own database changes the record: verify says no, and names
 * the first bad entry.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeStatement, openProxyStream, SampleSession, uuidOf } from '@postern/collector';
import { formatUuid, leafHash, postern } from '@postern/proto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collector, startCollector } from '../harness/collector.js';
import { run } from '@postern/cli';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const { Event } = postern.audit.v1;
const tables = ['events', 'leaves', 'sessions', 'statement_records', 'spools', 'log_state'];

const select = encodeStatement({ sql: 'SELECT email FROM customers WHERE id = $1' });
const drop = encodeStatement({ sql: 'DROP TABLE orders', command: 'DROP TABLE', effect: 'deny' });
const ada = new SampleSession('ada');
const bob = new SampleSession('bob');

/** Leaf by leaf: what the log holds. */
const logged = [
  ada.start({ name: 'ada' }),
  bob.start({ name: 'bob' }),
  ada.statement(select),
  bob.statement(select),
  ada.statement(drop, postern.audit.v1.Outcome.REFUSED),
  ada.statement(select),
  bob.end(),
  ada.statement(select),
  ada.end(),
].map(({ event }) => Buffer.from(event ?? []));
const idOf = (leaf: number): string => formatUuid(Event.decode(logged[leaf]!).id);

const undo = new Undo();
let server: Postgres;
let collector: Collector;
let home: string;
const sql = (text: string): Promise<readonly Record<string, unknown>[]> =>
  server.sql(text, 'record');

beforeAll(async () => {
  server = await startPostgres({ version: 15, auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql('CREATE DATABASE record');
  home = await mkdtemp(join(tmpdir(), 'postern-tamper-'));
  undo.push(() => rm(home, { recursive: true, force: true }));
  collector = await startCollector(home, server.login('record'));
  undo.push(() => collector.stop());
  const proxy = await openProxyStream(collector.grpc, uuidOf('tamper'));
  const records = [
    { statementRecord: select },
    { statementRecord: drop },
    ...logged.map((event) => ({ event })),
  ];
  proxy.send({ firstSequence: 1, records });
  await proxy.acknowledged(records.length);
  proxy.close();
  for (const table of tables) await sql(`CREATE TABLE kept_${table} AS SELECT * FROM ${table}`);
}, 120_000);
afterAll(() => undo.all(), 60_000);

const restore = async (): Promise<void> => {
  for (const table of tables) {
    await sql(`TRUNCATE ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}`);
  }
};

/** The command, in this process: a table of cases is long enough without starting Node for each. */
const audit = async (
  ...words: readonly string[]
): Promise<{ readonly exit: number; readonly out: string }> => {
  const lines: string[] = [];
  const channel = {
    paint: (_: unknown, text: string) => text,
    line: (text: string) => lines.push(text),
  };
  const exit = await run(['audit', ...words, '--collector', collector.grpc], {
    terminal: { out: channel, err: { ...channel, line: () => undefined } },
    config: {
      opa: undefined,
      collector: undefined,
      path: [],
      childEnvironment: {},
      noColor: true,
      forceColor: false,
      temporaryDirectory: undefined,
      underNpm: false,
    },
    installation: { main: () => '', modules: '', version: 'test' },
    readStdin: async () => Buffer.alloc(0),
    onStop: () => () => undefined,
  });
  return { exit, out: lines.join('\n') };
};

interface Answer {
  readonly result: string;
  readonly code?: string;
  readonly message?: string;
  readonly event?: { readonly leaf: number; readonly id: string } | null;
}

const verify = async (
  ...words: readonly string[]
): Promise<{ exit: number | null; answer: Answer }> => {
  const { exit, out } = await audit('verify', '-o', 'json', ...words);
  return { exit, answer: JSON.parse(out) as Answer };
};

const hex = (bytes: Uint8Array): string => `'\\x${Buffer.from(bytes).toString('hex')}'`;

/** The event with another count of rows, and its leaf hash made to fit. */
const forge = (leaf: number): string => {
  const event = Event.decode(logged[leaf]!);
  if (event.statement) event.statement.rows = 1_000_000;
  else if (event.sessionEnd) event.sessionEnd.statements = 0;
  const bytes = Event.encode(event).finish();
  return `UPDATE events SET bytes = ${hex(bytes)} WHERE leaf_index = ${String(leaf)};
    UPDATE leaves SET leaf_hash = ${hex(leafHash(bytes))} WHERE leaf_index = ${String(leaf)}`;
};

const swap = (table: string, a: number, b: number): string =>
  `UPDATE ${table} SET leaf_index = -9 WHERE leaf_index = ${String(a)};
   UPDATE ${table} SET leaf_index = ${String(a)} WHERE leaf_index = ${String(b)};
   UPDATE ${table} SET leaf_index = ${String(b)} WHERE leaf_index = -9`;

const copyTo = (leaf: number): string =>
  `INSERT INTO events SELECT ${String(leaf)}, time_us, id, session_id, sequence, kind, outcome, record, bytes, flaw
   FROM kept_events WHERE leaf_index = 8`;

interface Case {
  readonly name: string;
  readonly sql: string;
  /** what is named; undefined: no single event can be */
  readonly leaf?: number;
  readonly code: string;
  readonly says?: RegExp;
}

const cases: readonly Case[] = [
  ...[0, 4, 8].map((leaf) => ({
    name: `a bit of event ${leaf}`,
    sql: `UPDATE events SET bytes = set_bit(bytes, 137, 1 - get_bit(bytes, 137)) WHERE leaf_index = ${leaf}`,
    leaf,
    code: 'content',
    says: /content does not match its leaf hash/,
  })),
  ...[
    ['time_us', 'time_us - 3600000000'],
    ['kind', "'session_end'"],
    ['outcome', "'completed'"],
    ['record', hex(Buffer.alloc(32))],
    ['record', 'NULL'],
    ['detected', "ARRAY['pii.email']"],
    ['sequence', '7'],
    ['id', "'00000000-0000-7000-8000-000000000000'"],
    ['session_id', hex(uuidOf('bob'))],
  ].map(([column, value]) => ({
    name: `column ${column!} of an event to ${value!.slice(0, 12)}`,
    sql: `UPDATE events SET ${column!} = ${value!} WHERE leaf_index = 4`,
    leaf: 4,
    code: 'columns',
    says: new RegExp(column!),
  })),
  ...[
    ['subject', "'system:serviceaccount:ml:nobody'"],
    ['name', "'nobody'"],
    ['namespace', "''"],
    ['groups', "'{}'"],
    ['database', "'shop/other'"],
    ['start', "''"],
    ['start', 'NULL'],
  ].map(([column, value]) => ({
    name: `column ${column!} of a session to ${value!}`,
    sql: `UPDATE sessions SET ${column!} = ${value!} WHERE session_id = ${hex(bob.id)}`,
    leaf: 1,
    code: 'columns',
    says: new RegExp(column!),
  })),
  {
    name: 'a session deleted',
    sql: `DELETE FROM sessions WHERE session_id = ${hex(bob.id)}`,
    leaf: 1,
    code: 'columns',
  },
  ...[
    ['normalised_sql', "'SELECT 1'"],
    ['command', "'SELECT'"],
    ['effect', "'allow'"],
    ['relations', "'{}'"],
    ['columns', "'{}'"],
    ['tags', "'{none}'"],
    ['fingerprint', "'00'"],
    ['bytes', 'set_bit(bytes, 20, 1 - get_bit(bytes, 20))'],
    ['digest', hex(Buffer.alloc(32))],
  ].map(([column, value]) => ({
    name: `column ${column!} of a statement record`,
    sql: `UPDATE statement_records SET ${column!} = ${value!} WHERE command LIKE 'DROP%'`,
    leaf: 4,
    code: 'statement-record',
  })),
  {
    name: 'a statement record deleted',
    sql: "DELETE FROM statement_records WHERE command LIKE 'DROP%'",
    leaf: 4,
    code: 'statement-record',
    says: /is missing/,
  },
  {
    name: 'an event deleted in the middle',
    sql: 'DELETE FROM events WHERE leaf_index = 4',
    code: 'missing',
    says: /leaf 4 is missing/,
  },
  {
    name: 'an event and its leaf deleted in the middle',
    sql: 'DELETE FROM events WHERE leaf_index = 4; DELETE FROM leaves WHERE leaf_index = 4',
    code: 'missing',
    says: /leaf 4 is missing/,
  },
  {
    name: 'an event deleted, and those after it moved up',
    sql: `DELETE FROM events WHERE leaf_index = 4; DELETE FROM leaves WHERE leaf_index = 4;
      UPDATE events SET leaf_index = leaf_index - 1 WHERE leaf_index > 4;
      UPDATE leaves SET leaf_index = leaf_index - 1 WHERE leaf_index > 4`,
    leaf: 4,
    code: 'chain',
    says: /sequence 2 of its session is missing before it/,
  },
  {
    name: 'the last event deleted',
    sql: 'DELETE FROM events WHERE leaf_index = 8',
    code: 'missing',
    says: /leaf 8 is missing/,
  },
  {
    name: 'the last event and its leaf deleted',
    sql: 'DELETE FROM events WHERE leaf_index = 8; DELETE FROM leaves WHERE leaf_index = 8',
    code: 'missing',
    says: /leaf 8 is missing/,
  },
  {
    name: 'the log rolled back to nothing',
    sql: "DELETE FROM events; DELETE FROM leaves; UPDATE log_state SET size = 0, frontier = ''",
    code: 'missing',
    says: /leaf 0 and 8 more are missing/,
  },
  {
    name: 'the state of the log deleted',
    sql: 'DELETE FROM log_state',
    code: 'checkpoint',
    says: /lost the state of its log/,
  },
  {
    name: 'a second event at a leaf',
    sql: copyTo(6),
    code: 'inserted',
    leaf: 6,
  },
  { name: 'an event without a leaf, after the last', sql: copyTo(9), code: 'inserted', leaf: 9 },
  { name: 'an event far behind', sql: copyTo(5000), code: 'missing', says: /leaves 9 to 4999/ },
  { name: 'an event before the first', sql: copyTo(-5), code: 'inserted' },
  {
    name: 'an event with its leaf, after the last',
    sql: `${copyTo(9)}; INSERT INTO leaves SELECT 9, leaf_hash FROM leaves WHERE leaf_index = 8`,
    code: 'chain',
    leaf: 9,
  },
  {
    name: 'a leaf without an event, after the last',
    sql: `INSERT INTO leaves SELECT 9, leaf_hash FROM leaves WHERE leaf_index = 8`,
    code: 'missing',
    says: /leaf 9/,
  },
  { name: 'two events exchanged', sql: swap('events', 2, 4), leaf: 2, code: 'content' },
  {
    name: 'two events of one session exchanged with their leaves',
    sql: `${swap('events', 2, 4)}; ${swap('leaves', 2, 4)}`,
    leaf: 2,
    code: 'chain',
  },
  {
    name: 'events of two sessions exchanged with their leaves',
    sql: `${swap('events', 2, 3)}; ${swap('leaves', 2, 3)}`,
    code: 'root',
  },
  {
    name: 'a replaced leaf hash',
    sql: `UPDATE leaves SET leaf_hash = ${hex(Buffer.alloc(32, 1))} WHERE leaf_index = 5`,
    leaf: 5,
    code: 'content',
  },
  { name: 'an event and its leaf hash, forged together', sql: forge(4), leaf: 4, code: 'chain' },
  { name: 'the same just before the end of a session', sql: forge(7), leaf: 7, code: 'chain' },
  { name: 'the same at the end of a session', sql: forge(8), code: 'root' },
];

test('untouched, it verifies', async () => {
  expect(await verify()).toMatchObject({
    exit: 0,
    answer: { result: 'verified', events: 9, sessions: 2, statementRecords: 2 },
  });
});

test('signed by another key than the pinned one', async () => {
  const name = collector.verifierKey.split('+')[0]!;
  expect(name).not.toBe('');
  const other = await mkdtemp(join(tmpdir(), 'postern-other-'));
  undo.push(() => rm(other, { recursive: true, force: true }));
  const second = await startCollector(other);
  await second.stop();
  expect(await verify('--key', second.verifierKey)).toMatchObject({
    exit: 1,
    answer: { code: 'key' },
  });
  expect(await verify('--key', collector.verifierKey)).toMatchObject({ exit: 0 });
}, 60_000);

const check = async ({ leaf, code, says }: Case): Promise<void> => {
  const { exit, answer } = await verify();
  expect({ exit, ...answer }).toMatchObject({ exit: 1, result: 'tampered', code });
  if (leaf !== undefined) expect(answer.event).toMatchObject({ leaf });
  if (says !== undefined) expect(answer.message).toMatch(says);
};

test.each(cases)('found: $name', async (one) => {
  try {
    await sql(one.sql);
    await check(one);
  } finally {
    await restore();
  }
});

const lasting = /deleted|rolled back|forged|exchanged|after the last|moved up/;

test.each(cases.filter(({ name }) => lasting.test(name)))(
  'found, also by a collector that starts on it: $name',
  async (one) => {
    try {
      await collector.stop('SIGKILL');
      await sql(one.sql);
      collector = await startCollector(home, server.login('record'));
      await check(one);
    } finally {
      await restore();
    }
  },
  60_000,
);

test('a person reads which event it is', async () => {
  await sql("UPDATE events SET outcome = 'completed' WHERE leaf_index = 4");
  try {
    const { exit, out } = await audit('verify');
    expect(exit).toBe(1);
    expect(out).toContain(
      `tampered: event ${idOf(4)} (leaf 4, session ${formatUuid(ada.id)}, sequence 2): `,
    );
  } finally {
    await restore();
  }
});
