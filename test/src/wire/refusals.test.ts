/** A refusal is, message for message, what the server does about a statement that it cannot run. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { noDropPolicy } from './no-drop-policy.js';
import { pieces, RawClient, say } from './raw-client.js';
import { knownRefusals } from './refusal-known.js';
import { extended, type Holed, special } from './refusal-scripts.js';
import { simple } from './refusal-simple.js';

const policy = `${noDropPolicy}
    - {name: secrets, actions: [any], tables: [public.secret, denied.v], effect: Deny}
`;

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let server: Postgres;
let governed: number;

beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(`
    CREATE TABLE public.t (id int PRIMARY KEY);
    INSERT INTO public.t SELECT generate_series(1, 5);
    CREATE TABLE public.w (i int);
    CREATE TABLE public.secret (i int);
    CREATE TABLE public.v (i int);
    CREATE SCHEMA denied;
    CREATE TABLE denied.v (i int);
    CREATE SCHEMA nothing`);
  const folder = await mkdtemp(join(tmpdir(), 'postern-refusals-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'policy.yaml'), policy);
  const postern = await startPostern({ files: [folder], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
  governed = Number(new URL(postern.governed).port);
}, 120_000);

const failing = 'SELECT pg_catalog.no_such_function()';
// as long, for the positions of errors behind it
const denied = 'DROP TABLE t'.padEnd(failing.length);

const refusal = 'E the statement is refused';

/** Each way of not running has its own words; all else is compared. */
const alike = (heard: readonly string[], state: RegExp): readonly string[] =>
  heard.map((one) => (state.test(one) ? refusal : one));

const open = (port: number): Promise<RawClient> => RawClient.open(port, 'postgres', 'postgres');

/** One connection for several runs of a script: what the last one left is cleared. */
const clear = async (client: RawClient): Promise<void> => {
  await client.exchange(say.query('DISCARD ALL'), 1);
  await client.exchange(say.query('DELETE FROM w'), 1);
};

const expected = async ({ says, readies, bad }: Holed): Promise<readonly string[]> => {
  const client = await open(server.port);
  await clear(client);
  const heard = await client.exchange(Buffer.concat(says(bad?.[1] ?? failing)), readies);
  client.close();
  return alike(heard, /^E ERROR (42883 function pg_catalog|42P01 relation "(nowhere|v)")/);
};

const answers = async (
  { says, readies, bad }: Holed,
  cuts: (bytes: Buffer) => readonly (readonly Buffer[])[],
): Promise<readonly (readonly string[])[]> => {
  const client = await open(governed);
  try {
    const heard: (readonly string[])[] = [];
    for (const cut of cuts(Buffer.concat(says(bad?.[0] ?? denied)))) {
      await clear(client);
      heard.push(alike(await client.exchangeIn(cut, readies), /^E ERROR 42501 policy denies /));
    }
    return heard;
  } finally {
    client.close();
  }
};

/** Every offset of a short script, some of a longer one; all of them with POSTERN_OFFSETS=all. */
const inTwo = (bytes: Buffer): Buffer[][] => {
  const all = bytes.length <= 50 || process.env['POSTERN_OFFSETS'] === 'all';
  const step = all ? 1 : Math.ceil(bytes.length / 10);
  return Array.from({ length: Math.floor((bytes.length - 1) / step) }, (_, i) => [
    bytes.subarray(0, 1 + i * step),
    bytes.subarray(1 + i * step),
  ]);
};

describe.each([
  ['simple', simple],
  ['extended', extended],
  ['special', special],
] as const)('%s', (_subject, scripts) => {
  test.each(scripts)(
    '$name',
    async (one) => {
      const server = await expected(one);
      expect(
        server.filter((heard) => heard === refusal).length > 0 || one.name.includes('wins'),
      ).toBe(true);
      const known = knownRefusals[one.name];
      const should = known?.hears ?? server;
      const cuts = (bytes: Buffer): (readonly Buffer[])[] => [
        [bytes],
        pieces(bytes, 1),
        ...inTwo(bytes),
      ];
      const heard = await answers(one, cuts);
      if (should === 'varies') return;
      for (const answer of heard) expect(answer).toEqual(should);
      // not known any more when the two agree
      if (known !== undefined) expect(should).not.toEqual(server);
    },
    60_000,
  );
});

test('none of it ran', async () => {
  expect(await server.sql('SELECT count(*)::int AS n FROM t')).toEqual([{ n: 5 }]);
});
