/** The unnamed statement and portal live as long as they do at the server, whatever is refused or cut beside them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { converse } from './conversation.js';
import { noDropPolicy } from './no-drop-policy.js';
import { message, say } from './raw-client.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let server: Postgres;
let governed: number;

beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql('CREATE TABLE public.t AS SELECT generate_series(1, 5) AS id');
  const folder = await mkdtemp(join(tmpdir(), 'postern-unnamed-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'policy.yaml'), noDropPolicy);
  const postern = await startPostern({ files: [folder], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
  governed = Number(new URL(postern.governed).port);
}, 120_000);

const denied = 'DROP TABLE t';
const failing = 'SELECT no_such_function()';

test.each<[string, (bad: string) => readonly Buffer[]]>([
  ['a Parse of it', (bad) => [say.parse(bad)]],
  ['a Parse of another', (bad) => [say.parse(bad, 's')]],
  ['a Parse of what no one understands', () => [say.parse('SELEC 1')]],
  ['a Parse of another that no one understands', () => [say.parse('SELEC 1', 's')]],
  ['a Parse of two statements', () => [say.parse('SELECT 1; SELECT 2')]],
  ['a Parse without an end', () => [message('P', Buffer.from('x'))]],
  ['a Bind of what is not there', () => [say.bind('nowhere')]],
  ['an Execute of what is not there', () => [say.execute('nowhere')]],
  ['a Query', (bad) => [say.query(bad)]],
  ['a Query that no one understands', () => [say.query('SELEC 1')]],
  ['a Query of several', (bad) => [say.query(`SELECT 1; ${bad}`)]],
  ['a Query of several that run', () => [say.query('SELECT 1; SELECT 2')]],
  [
    'a Query of several of which one changes names',
    () => [say.query('CREATE TEMP TABLE x (i int); SELECT * FROM x')],
  ],
  [
    'a Query of several of which one changes names and one fails',
    (bad) => [say.query(`CREATE TEMP TABLE x (i int); SELECT * FROM x; ${bad}`)],
  ],
  [
    'a Query of several that run, of which one lists the prepared statements',
    () => [say.query('CREATE TEMP TABLE x (i int); SELECT name FROM pg_prepared_statements')],
  ],
])('%s', async (_name, between) => {
  const says = (bad: string): Buffer[] => [
    ...[say.parse('SELECT 1 AS one'), say.sync(), ...between(bad), say.sync()],
    ...[say.describe('S'), say.sync(), say.bind(), say.execute(), say.sync()],
    // in a block a portal outlives its cycle
    ...[say.query('BEGIN'), say.parse('SELECT 2 AS two'), say.bind(), say.sync()],
    ...[...between(bad), say.sync(), say.describe('P'), say.sync(), say.query('ROLLBACK')],
    ...[...between(bad), say.sync(), say.query('SELECT name FROM pg_prepared_statements')],
  ];
  const alike = (heard: readonly string[]): readonly string[] =>
    heard.map((one) =>
      /^E ERROR (42501 policy denies|42883 function no_such)/.test(one) ? 'E it fails' : one,
    );
  expect(alike(await converse(governed, { says: says(denied) }))).toEqual(
    alike(await converse(server.port, { says: says(failing) })),
  );
});
