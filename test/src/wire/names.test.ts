/**
 * The names of statements and portals are those of the server: what one runs is decided as that, and not as
 * another whose name only looks the same here or there.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { converse, int16 } from './conversation.js';
import { noDropPolicy } from './no-drop-policy.js';
import { message, say } from './raw-client.js';

const policy = `${noDropPolicy}
    - {name: few, actions: [select], tables: [public.t], effect: Allow, limits: {maxRows: 2}}
`;

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let governed: number;

beforeAll(async () => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql('CREATE TABLE public.t AS SELECT generate_series(1, 5) AS id');
  const folder = await mkdtemp(join(tmpdir(), 'postern-names-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'policy.yaml'), policy);
  const postern = await startPostern({ files: [folder], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
  governed = Number(new URL(postern.governed).port);
}, 120_000);

const limited = 'SELECT id FROM t';
const rows = (heard: readonly string[]): readonly string[] =>
  heard.filter((one) => /^D \d/.test(one));

test('the limit holds for an honest client', async () => {
  expect(rows(await converse(governed, { says: [say.query(limited)] }))).toEqual(['D 1', 'D 2']);
});

// The server compares the first 63 bytes of a name.
const [one, same] = [`${'n'.repeat(63)}1`, `${'n'.repeat(63)}2`];

test('statements whose names differ behind 63 bytes are one', async () => {
  const says = [
    ...[say.parse('SELECT 1', one), say.close('S', same), say.parse(limited, same)],
    ...[say.bind(one), say.execute()],
  ];
  expect(rows(await converse(governed, { says })).length).toBeLessThanOrEqual(2);
});

test('portals whose names differ behind 63 bytes are one', async () => {
  const says = [
    ...[say.parse('SELECT 1', 'x'), say.parse(limited, 'y'), say.bind('x', one)],
    ...[say.close('P', same), say.bind('y', same), say.execute(one)],
  ];
  expect(rows(await converse(governed, { says })).length).toBeLessThanOrEqual(2);
});

test('names that differ in bytes that are no UTF-8 are two', async () => {
  const named = (byte: number): Buffer => Buffer.from([byte, 0]);
  const says = [
    say.query('SET client_encoding = LATIN1'),
    message('P', named(0xe8), limited, int16(0)),
    message('P', named(0xe9), 'SELECT 1', int16(0)),
    message('B', '', named(0xe8), int16(0), int16(0), int16(0)),
    say.execute(),
  ];
  expect(rows(await converse(governed, { says })).length).toBeLessThanOrEqual(2);
});

test('a client may use the name of our own questions for a statement', async () => {
  const says = [
    ...[say.parse('SELECT 1', '_postern'), say.sync()],
    ...[say.query('CREATE TEMP TABLE x AS SELECT 7'), say.query('SELECT * FROM x')],
  ];
  expect(rows(await converse(governed, { says }))).toEqual(['D 7']);
});

test('a client may use the name of our own questions for a cursor', async () => {
  const says = [
    ...[say.query('BEGIN'), say.query('DECLARE _postern CURSOR FOR SELECT 1')],
    ...[say.query('CREATE TEMP TABLE y AS SELECT 7'), say.query('SELECT * FROM y')],
    say.query('COMMIT'),
  ];
  expect(rows(await converse(governed, { says }))).toEqual(['D 7']);
});

const series = 'SELECT generate_series(1, 5)';
const run = (name: string): Buffer[] => [say.bind(name), say.execute(), say.sync()];

/** Each gives a name that is taken: the server keeps what it has. */
const taken: readonly [string, readonly Buffer[]][] = [
  [
    'Parse, its error not heard yet',
    [say.parse(limited, 's'), say.sync(), say.parse(series, 's'), say.sync(), ...run('s')],
  ],
  [
    'Parse, then EXECUTE by SQL',
    [
      ...[say.parse(limited, 's'), say.sync(), say.parse(series, 's'), say.sync()],
      say.query('EXECUTE s'),
    ],
  ],
  [
    'PREPARE, then EXECUTE',
    [
      ...[say.query(`PREPARE s AS ${limited}`), say.query(`PREPARE s AS ${series}`)],
      say.query('EXECUTE s'),
    ],
  ],
  [
    'PREPARE, then Bind',
    [say.query(`PREPARE s AS ${limited}`), say.query(`PREPARE s AS ${series}`), ...run('s')],
  ],
  [
    'Parse behind PREPARE',
    [say.query(`PREPARE s AS ${limited}`), say.parse(series, 's'), say.sync(), ...run('s')],
  ],
  [
    'PREPARE behind Parse',
    [say.parse(limited, 's'), say.sync(), say.query(`PREPARE s AS ${series}`), ...run('s')],
  ],
  [
    'Parse behind a Close that was skipped',
    [
      ...[say.parse(limited, 's'), say.sync(), say.parse('SELECT nothing'), say.close('S', 's')],
      ...[say.sync(), say.parse(series, 's'), say.sync(), ...run('s')],
    ],
  ],
  [
    'Bind to a portal that DECLARE made',
    [
      ...[say.query(`DECLARE c CURSOR WITH HOLD FOR ${limited}`), say.parse(series, 's')],
      ...[say.bind('s', 'c'), say.sync(), say.execute('c'), say.sync()],
    ],
  ],
  [
    'DECLARE of a portal that is there',
    [
      ...[say.query(`DECLARE c CURSOR WITH HOLD FOR ${limited}`)],
      ...[say.query(`DECLARE c CURSOR WITH HOLD FOR ${series}`), say.execute('c'), say.sync()],
    ],
  ],
  [
    'Bind to a portal that Bind made',
    [
      ...[say.parse(limited, 's'), say.parse(series, 'u'), say.bind('s', 'c'), say.bind('u', 'c')],
      ...[say.sync(), say.execute('c'), say.sync()],
    ],
  ],
];

test.each(taken)('a name that is taken: %s', async (_, says) => {
  const spoken = Buffer.concat(says).length;
  const oneByOne = (bytes: Buffer): readonly Buffer[] => [...says, bytes.subarray(spoken)];
  for (const pieces of [undefined, oneByOne]) {
    const heard = await converse(governed, { says }, pieces);
    expect(heard.some((one) => /^E .*(42P05|42P03|34000)/.test(one))).toBe(true);
    expect(rows(heard).length).toBeLessThanOrEqual(2);
  }
});

test.each<[string, readonly Buffer[]]>([
  ['failed', [say.parse('SELECT nothing', 's'), say.sync()]],
  [
    'was refused',
    [say.parse('DROP TABLE t', 's'), say.execute('none'), say.sync(), say.close('S', 's')],
  ],
  ['was skipped', [say.parse('SELECT nothing'), say.parse('SELECT 1', 's'), say.sync()]],
])('a name whose first Parse %s goes to the next', async (_, before) => {
  const says = [...before, say.parse('SELECT 7', 's'), say.sync(), ...run('s')];
  expect(rows(await converse(governed, { says }))).toEqual(['D 7']);
});

const declare = `DECLARE c CURSOR FOR ${limited}`;

test.each<[string, readonly Buffer[]]>([
  ['at once', [say.query(declare), say.query('FETCH ALL FROM c')]],
  ['in one string', [say.query(`${declare}; FETCH ALL FROM c`)]],
  ['one after the other', [say.query(declare), ...[1, 2, 3].map(() => say.query('FETCH c'))]],
  [
    'by Parse',
    [say.query(declare), say.parse('FETCH ALL FROM c'), say.bind(), say.execute(), say.sync()],
  ],
  ['by Execute', [say.query(declare), say.execute('c', 1), say.execute('c', 9), say.sync()]],
])('FETCH from a cursor stops where its query would: %s', async (_, says) => {
  const heard = await converse(governed, {
    says: [say.query('BEGIN'), ...says, say.query('ROLLBACK')],
  });
  expect(rows(heard)).toEqual(['D 1', 'D 2']);
  expect(heard.filter((one) => one.startsWith('E '))).toEqual([
    expect.stringMatching(/^E ERROR 54000 .*2 rows/),
  ]);
});

test('each statement of one string has its own limit', async () => {
  const heard = await converse(governed, {
    says: [say.query(`SELECT id FROM t LIMIT 2; ${limited}`)],
  });
  expect(rows(heard)).toEqual(['D 1', 'D 2', 'D 1', 'D 2']);
});
