/** What a client should not say: the server's answer, and Postern's, must be the same. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { converse } from './conversation.js';
import { say } from './raw-client.js';
import { noDropPolicy } from './no-drop-policy.js';
import { contents, deep } from './wrong-contents.js';
import { known } from './wrong-known.js';
import { wrongBodies, wrongLengths, wrongTypes } from './wrong-messages.js';
import { outOfPlace } from './wrong-places.js';
import { wrongStarts } from './wrong-start.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let direct: number;
let governed: number;

beforeAll(async () => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(
    'CREATE TABLE public.t (id int PRIMARY KEY, name text); INSERT INTO public.t SELECT i, chr(96 + i) FROM generate_series(1, 5) i',
  );
  const folder = await mkdtemp(join(tmpdir(), 'postern-wrong-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'policy.yaml'), noDropPolicy);
  const postern = await startPostern({ files: [folder], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
  direct = server.port;
  governed = Number(new URL(postern.governed).port);
}, 120_000);

describe.each([
  ['types', wrongTypes],
  ['lengths', wrongLengths],
  ['bodies', wrongBodies],
  ['out of place', outOfPlace],
  ['contents', contents],
  ['first packets', wrongStarts],
] as const)('%s', (_subject, cases) => {
  test.each(cases)('$name', async (one) => {
    const [server, postern] = [await converse(direct, one), await converse(governed, one)];
    const otherwise = known[one.name];
    if (otherwise === undefined) {
      expect(postern).toEqual(server);
      return;
    }
    if (otherwise.hears === 'closed') {
      expect(postern.at(-1)).toBe('closed');
      return;
    }
    expect(postern).toEqual(otherwise.hears);
    // not known any more when the two agree
    expect(postern).not.toEqual(server);
  });
});

describe('nested deeply', () => {
  const usable = ['Z I', 'Z I', 'T ?column?', 'D over', 'C SELECT 1', 'Z I'];

  test.each(deep)('$name', async ({ sql }) => {
    const [server, postern] = [
      await converse(direct, { says: [say.query(sql)] }),
      await converse(governed, { says: [say.query(sql)] }),
    ];
    for (const heard of [server, postern]) {
      expect(heard[0]).toMatch(/^E ERROR (42601|42703|54000|54001) /);
      expect(heard.slice(1)).toEqual(usable);
    }
  });
});

test('after all of that a new session works', async () => {
  expect(await converse(governed, { says: [say.query('SELECT 1 AS a')] })).toEqual([
    ...['T a', 'D 1', 'C SELECT 1', 'Z I'],
    ...['Z I', 'T ?column?', 'D over', 'C SELECT 1', 'Z I'],
  ]);
});
