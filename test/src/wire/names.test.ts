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
