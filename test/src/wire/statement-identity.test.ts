/**
 * What was decided once holds for as long as all that it depends on. Each case first has a statement decided, prepared or
 * opened, then changes one thing, and looks at what the very same statement gives.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postern, startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { type Peer, through } from './peer.js';
import { say } from './raw-client.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const raw = 'zebra@mail.example';

const schema = `
CREATE TABLE public.mine (id int, email text);
INSERT INTO public.mine SELECT i, 'plain' FROM generate_series(1, 4) i;
CREATE ROLE reader;
CREATE ROLE other LOGIN;
CREATE SCHEMA reader;
CREATE SCHEMA safe;
GRANT USAGE ON SCHEMA reader, safe TO PUBLIC;
CREATE TABLE reader.mine (id int, email text);
INSERT INTO reader.mine SELECT i, '${raw}' FROM generate_series(1, 4) i;
CREATE TABLE public.people (id int, email text);
INSERT INTO public.people SELECT i, '${raw}' FROM generate_series(1, 4) i;
CREATE TABLE public.notes (id int, note text);
INSERT INTO public.notes SELECT i, '${raw}' FROM generate_series(1, 4) i;
CREATE TABLE public.hours (id int, email text);
INSERT INTO public.hours SELECT i, '${raw}' FROM generate_series(1, 4) i;
CREATE TABLE public.bundled (id int, email text);
INSERT INTO public.bundled SELECT i, '${raw}' FROM generate_series(1, 4) i;
GRANT SELECT ON ALL TABLES IN SCHEMA public, reader TO PUBLIC;
`;

const database = (port: number): string => `apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: one, namespace: test}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: ${port}}]
  tls: {mode: disable}
  classifications:
    - {column: public.people.email, tags: [pii.email]}
    - {column: reader.mine.email, tags: [pii.email]}
`;

const policy = (...more: readonly string[]): string => `apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: p, namespace: test}
spec:
  defaultAction: Allow
  rules:
    - {name: work, actions: [any], tables: ['*.*'], effect: Allow, masks: [{tags: [pii.email], mask: {redact: {}}}]}
    - name: night
      schedule: {timezone: UTC, inside: "22:00-23:00"}
      actions: [select]
      tables: [public.hours]
      effect: Allow
      masks: [{columns: [public.hours.email], mask: {redact: {}}}]
${more.map((line) => `    - ${line}\n`).join('')}`;

const masksBundled =
  '{name: more, actions: [select], tables: [public.bundled], effect: Allow, masks: [{columns: [public.bundled.email], mask: {redact: {}}}]}';

/** Loaded into every process of Postern: its clock is what the file says ahead of the system's. */
const clockShim = (file: string): string => `
const { readFileSync } = require('node:fs');
const real = Date.now.bind(Date);
let ahead = 0, looked = 0;
Date.now = () => {
  const now = real();
  if (now - looked >= 5) { looked = now; ahead = Number(readFileSync(${JSON.stringify(file)}, 'utf8')); }
  return now + ahead;
};
`;

/** milliseconds from now to a time in the days ahead when it is so late in UTC */
const until = (hours: number, minutes: number): number => {
  const now = new Date();
  const at = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hours, minutes);
  const day = 86_400_000;
  return ((at - now.getTime() + 2 * day) % day) + day;
};

let server: Postgres;
let postern: Postern;
let folder: string;
let port: number;
let evening: number;

const setAhead = (milliseconds: number): Promise<void> =>
  writeFile(join(folder, 'ahead'), String(milliseconds));
const enforce = async (text: string): Promise<void> => {
  const reloads = (): number => postern.said().split('policy reloaded').length;
  const before = reloads();
  await writeFile(join(folder, 'objects', 'policy.yaml'), text);
  for (let n = 0; reloads() === before; n += 1) {
    if (n > 600) throw new Error(`not reloaded: ${postern.said()}`);
    await sleep(50);
  }
};

beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(schema);
  folder = await mkdtemp(join(tmpdir(), 'postern-identity-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const objects = join(folder, 'objects');
  await mkdir(objects);
  await writeFile(join(objects, 'database.yaml'), database(server.port));
  await writeFile(join(objects, 'policy.yaml'), policy());
  await writeFile(join(folder, 'clock.cjs'), clockShim(join(folder, 'ahead')));
  evening = until(21, 50);
  await setAhead(evening);
  const env = { NODE_OPTIONS: `--require ${join(folder, 'clock.cjs')}` };
  postern = await startPostern({ files: [objects], upstream: [], env });
  undo.push(() => postern.stop());
  port = Number(new URL(postern.governed).port);
}, 120_000);

/** The rows, or the error's code and message. */
const heardOf = (heard: readonly string[]): readonly string[] =>
  heard
    .filter((short) => /^[DE] /.test(short))
    .map((short) => short.replace(/^D /, '').replace(/^E ERROR (\S+) (.*?)( \d+)?$/, '$1 $2'));

type Ask = (peer: Peer) => Promise<readonly string[]>;

/** A way to run a query twice: the first time in full or in part, the second time as it was decided before. */
interface Way {
  readonly first: Ask;
  readonly again: Ask;
}

const query =
  (sql: string): Ask =>
  async (peer) =>
    heardOf(await peer.ask([say.query(sql)]));

const bound: Ask = async (peer) =>
  heardOf(await peer.ask([say.bind('s'), say.execute('', 1), say.sync()]));

const ways: Readonly<Record<string, (sql: string) => Way>> = {
  'the same text': (sql) => ({ first: query(`${sql} LIMIT 1`), again: query(`${sql} LIMIT 1`) }),
  'a statement of Parse': (sql) => ({
    first: async (peer) => {
      await peer.ask([say.parse(sql, 's'), say.sync()]);
      return bound(peer);
    },
    again: bound,
  }),
  'a statement of PREPARE': (sql) => ({
    first: async (peer) => {
      await peer.query(`PREPARE q AS ${sql} LIMIT 1`);
      return query('EXECUTE q')(peer);
    },
    again: query('EXECUTE q'),
  }),
  'a cursor': (sql) => ({
    first: async (peer) => {
      await peer.query(`BEGIN; DECLARE c CURSOR WITH HOLD FOR ${sql}; COMMIT`);
      return query('FETCH 1 FROM c')(peer);
    },
    again: query('FETCH 1 FROM c'),
  }),
  'an open portal': (sql) => ({
    first: async (peer) => {
      await peer.query('BEGIN');
      await peer.ask([say.parse(sql, 's'), say.bind('s', 'o'), say.execute('o', 1), say.sync()]);
      return heardOf(peer.shorts);
    },
    again: async (peer) => {
      const heard = heardOf(await peer.ask([say.execute('o', 1), say.sync()]));
      await peer.query('ROLLBACK');
      return heard;
    },
  }),
};

const redecided = '0A000 cached plan must not change result type';
const redeclared = '0A000 policy or schema changed since this cursor was declared';

/** What each way gives once the column of the query is to be masked. A form that cannot be made anew is refused. */
const masked: readonly (readonly [way: string, again: string])[] = [
  ['the same text', 'REDACTED'],
  ['a statement of Parse', 'REDACTED'],
  ['a statement of PREPARE', redecided],
  ['a cursor', redeclared],
  ['an open portal', redecided],
];

const wayOf = (name: string, sql: string): Way => {
  const made = ways[name];
  if (made === undefined) throw new Error(name);
  return made(sql);
};

/** @param change what is done by somebody else between the two */
const runTwice = (
  name: string,
  sql: string,
  change: (peer: Peer) => Promise<unknown>,
): Promise<readonly (readonly string[])[]> =>
  through(port, async (peer) => {
    const way = wayOf(name, sql);
    const first = await way.first(peer);
    // decided once more, from the cache
    if (name === 'the same text') expect(await way.again(peer)).toEqual(first);
    await change(peer);
    return [first, await way.again(peer)];
  });

describe('another bundle', () => {
  beforeEach(
    () => enforce(policy('{name: less, actions: [select], tables: [public.mine], effect: Allow}')),
    20_000,
  );

  test.each(masked)(
    '%s',
    async (name, again) => {
      const heard = await runTwice(name, 'SELECT email FROM public.bundled', () =>
        enforce(policy(masksBundled)),
      );
      expect(heard).toEqual([[raw], [again]]);
    },
    30_000,
  );

  test.each(Object.keys(ways))(
    '%s: one that changes nothing about it',
    async (name) => {
      const heard = await runTwice(name, 'SELECT email FROM public.people', () =>
        enforce(policy(masksBundled)),
      );
      expect(heard).toEqual([['REDACTED'], ['REDACTED']]);
    },
    30_000,
  );
});

describe('the edge of a schedule', () => {
  beforeEach(() => setAhead(evening));
  afterAll(() => setAhead(evening));

  test.each(masked)(
    '%s',
    async (name, again) => {
      const heard = await runTwice(name, 'SELECT email FROM public.hours', async () => {
        await setAhead(evening + 20 * 60_000);
        await sleep(20);
      });
      expect(heard).toEqual([[raw], [again]]);
    },
    20_000,
  );
});

describe("another session's DDL", () => {
  test.each(masked)(
    '%s: a column gets a tag',
    async (name, again) => {
      await server.sql('COMMENT ON COLUMN public.notes.note IS NULL');
      await sleep(2_600);
      const heard = await runTwice(name, 'SELECT note FROM public.notes', async () => {
        await server.sql("COMMENT ON COLUMN public.notes.note IS 'postern:pii.email'");
        await sleep(2_600);
      });
      expect(heard).toEqual([[raw], [again]]);
    },
    20_000,
  );

  test.each([
    ['the same text', 'REDACTED'],
    ['a statement of Parse', 'REDACTED'],
    ['a statement of PREPARE', redecided],
    ['a cursor', 'plain'],
  ])(
    '%s: another view of the name',
    async (name, again) => {
      await server.sql('CREATE OR REPLACE VIEW public.w AS SELECT id, email FROM public.mine');
      await server.sql('GRANT SELECT ON public.w TO PUBLIC');
      await sleep(2_600);
      const heard = await runTwice(name, 'SELECT email FROM public.w', async () => {
        await server.sql('CREATE OR REPLACE VIEW public.w AS SELECT id, email FROM public.people');
        await sleep(2_600);
      });
      if (name === 'a cursor') expect(heard[1]?.join()).not.toContain(raw);
      else expect(heard).toEqual([['plain'], [again]]);
    },
    20_000,
  );
});

describe('what names mean', () => {
  const sql = 'SELECT email FROM mine';
  const back = 'plain';

  /** the change, and what undoes it */
  const changes: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['SET search_path', ['SET search_path = reader'], ['RESET search_path']],
    ['set_config', ["SELECT set_config('search_path', 'reader', false)"], ['RESET ALL']],
    ['SET ROLE', ['SET ROLE reader'], ['RESET ROLE']],
    [
      'SET SESSION AUTHORIZATION',
      ['SET SESSION AUTHORIZATION reader'],
      ['RESET SESSION AUTHORIZATION'],
    ],
    ['SET LOCAL', ['BEGIN', 'SET LOCAL search_path = reader'], ['ROLLBACK']],
    ['SET LOCAL ROLE', ['BEGIN', 'SET LOCAL ROLE reader'], ['COMMIT']],
    [
      'SET, undone by a savepoint',
      ['BEGIN', 'SAVEPOINT a', 'SET search_path = reader'],
      ['ROLLBACK TO a', 'COMMIT'],
    ],
    ['SET, undone with its block', ['BEGIN', 'SET search_path = reader'], ['ROLLBACK']],
  ];
  const each = changes.flatMap(([name, change, undone]) =>
    [
      ['the same text', 'REDACTED'] as const,
      ['a statement of Parse', 'REDACTED'] as const,
      ['a statement of PREPARE', redecided] as const,
      // its names were looked up when it was declared
      ['a cursor', 'plain'] as const,
    ].map(([way, again]) => [name, way, change, undone, again] as const),
  );

  test.each(each)('%s: %s', async (_name, name, change, undone, again) => {
    await through(port, async (peer) => {
      const way = wayOf(name, sql);
      expect(await way.first(peer)).toEqual(['plain']);
      for (const text of change) expect((await peer.query(text)).join()).not.toMatch(/^E /);
      expect(await way.again(peer)).toEqual([again]);
      // a refusal has failed the block
      for (const text of undone) await peer.query(text);
      await peer.query('ROLLBACK');
      expect(await way.again(peer)).toEqual([back]);
    });
  });

  test('ALTER ROLE ... SET by somebody else: the sessions that begin then, and no others', async () => {
    const words = { user: 'other' };
    const way = wayOf('the same text', sql);
    await through(
      port,
      async (peer) => {
        expect(await way.first(peer)).toEqual(['plain']);
        await server.sql('ALTER ROLE other SET search_path = reader');
        expect(await way.again(peer)).toEqual(['plain']);
        await through(
          port,
          async (next) => expect(await way.again(next)).toEqual(['REDACTED']),
          words,
        );
        // The session's defaults are those that it began with.
        await peer.query('DISCARD ALL');
        expect(await way.again(peer)).toEqual(['plain']);
      },
      words,
    );
    await server.sql('ALTER ROLE other RESET ALL');
  });

  const temporary: readonly (readonly [string, string, string])[] = [
    ['the same text', 'mine', 'REDACTED'],
    ['a statement of Parse', 'mine', 'REDACTED'],
    ['a statement of PREPARE', redecided, 'REDACTED'],
  ];
  test.each(temporary)('a temporary table comes and goes: %s', async (name, shadowed, after) => {
    await through(port, async (peer) => {
      const way = wayOf(name, 'SELECT email FROM people');
      expect(await way.first(peer)).toEqual(['REDACTED']);
      await peer.query('CREATE TEMP TABLE people (id int, email text)');
      await peer.query("INSERT INTO pg_temp.people VALUES (1, 'mine')");
      expect(await way.again(peer)).toEqual([shadowed]);
      await peer.query('DROP TABLE pg_temp.people');
      expect(await way.again(peer)).toEqual([after]);
      await peer.query('CREATE TEMP TABLE people AS SELECT 1 AS id, NULL::text AS email');
      await peer.query('DISCARD TEMP');
      expect(await way.again(peer)).toEqual([after]);
    });
  });
});
