import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postern, startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { type Case, pipeline, same } from './messages-same.js';
import { RawClient, say } from './raw-client.js';

const policy = `
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
    - {name: no-drop, actions: [ddl], commands: [DROP], effect: Deny}
`;

let postgres: Postgres;
let postern: Postern;
let folder: string;

beforeAll(async () => {
  postgres = await startPostgres({ auth: 'trust' });
  await postgres.sql(
    'CREATE TABLE public.t (id int PRIMARY KEY, name text); INSERT INTO public.t SELECT i, chr(96 + i) FROM generate_series(1, 5) i',
  );
  folder = await mkdtemp(join(tmpdir(), 'postern-wire-'));
  await writeFile(join(folder, 'policy.yaml'), policy);
  postern = await startPostern({ files: [folder], upstream: postgres.url('postgres') });
}, 120_000);

afterAll(async () => {
  await postern.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = async (
  port: number,
  { says, readies }: Case,
  size?: number,
): Promise<readonly string[]> => {
  const client = await RawClient.open(port, 'postgres', 'postgres');
  try {
    await client.exchange(say.query('DROP TABLE IF EXISTS leftover'), 1);
    return await client.exchange(Buffer.concat(says), readies, size);
  } finally {
    client.close();
  }
};

const tidy = (): Promise<unknown> => postgres.sql('DROP TABLE IF EXISTS leftover, made, made2');

describe.each([
  { name: 'all at once', size: undefined },
  { name: 'byte by byte', size: 1 },
  { name: 'seven bytes at a time', size: 7 },
])('the messages are those of the server, sent $name', ({ size }) => {
  test.each(same)(
    '$name',
    async (one) => {
      await tidy();
      const direct = await run(postgres.port, one);
      await tidy();
      const governed = await run(Number(new URL(postern.governed).port), one, size);
      expect(governed).toEqual(direct);
    },
    30_000,
  );
});

test.each(
  same.filter(({ name }) =>
    ['several statements', 'an empty query', 'an unknown statement', 'Flush'].includes(name),
  ),
)('the messages are those of the server, cut in two at every offset: $name', async (one) => {
  const direct = await run(postgres.port, one);
  const client = await RawClient.open(
    Number(new URL(postern.governed).port),
    'postgres',
    'postgres',
  );
  try {
    const bytes = Buffer.concat(one.says);
    for (let at = 1; at < bytes.length; at += 1) {
      const cut = [bytes.subarray(0, at), bytes.subarray(at)];
      expect(await client.exchangeIn(cut, one.readies)).toEqual(direct);
    }
  } finally {
    client.close();
  }
});

describe('a refusal in every position', () => {
  const refused = 'E ERROR 42501 policy denies DROP TABLE on public.t';
  const governed = async (says: readonly Buffer[], readies: number): Promise<readonly string[]> => {
    const client = await RawClient.open(
      Number(new URL(postern.governed).port),
      'postgres',
      'postgres',
    );
    try {
      return await client.exchange(Buffer.concat(says), readies);
    } finally {
      client.close();
    }
  };

  test.each([
    { name: 'alone', says: [say.query('DROP TABLE t')], readies: 1, hears: [refused, 'Z I'] },
    {
      name: 'last of three',
      says: [say.query('SELECT 1 AS a; SELECT 2 AS b; DROP TABLE t')],
      readies: 1,
      hears: ['T a', 'D 1', 'C SELECT 1', 'T b', 'D 2', 'C SELECT 1', refused, 'Z I'],
    },
    {
      name: 'first of two: nothing after it runs',
      says: [say.query('DROP TABLE t; SELECT 2')],
      readies: 1,
      hears: [refused, 'Z I'],
    },
    {
      name: 'in a transaction block, which fails until ROLLBACK',
      says: [
        say.query('BEGIN'),
        say.query('DROP TABLE t'),
        say.query('SELECT 1'),
        say.query('ROLLBACK'),
      ],
      readies: 4,
      hears: [
        'C BEGIN',
        'Z T',
        refused,
        'Z E',
        'E ERROR 25P02 current transaction is aborted, commands ignored until end of transaction block',
        'Z E',
        'C ROLLBACK',
        'Z I',
      ],
    },
    {
      name: 'as Parse: all up to Sync is skipped',
      says: [
        say.parse('DROP TABLE t', 'd'),
        say.bind('d'),
        say.execute(),
        say.sync(),
        say.query('SELECT 1 AS a'),
      ],
      readies: 2,
      hears: [refused, 'Z I', 'T a', 'D 1', 'C SELECT 1', 'Z I'],
    },
    {
      name: 'in the middle of a pipeline',
      says: [
        ...pipeline('SELECT 1 AS a', 'DROP TABLE t', 'SELECT 3'),
        say.sync(),
        say.query('SELECT 4 AS d'),
      ],
      readies: 2,
      hears: [
        '1',
        '2',
        'T a',
        'D 1',
        'C SELECT 1',
        refused,
        'Z I',
        'T d',
        'D 4',
        'C SELECT 1',
        'Z I',
      ],
    },
    {
      name: 'by SQL PREPARE',
      says: [say.query('BEGIN'), say.query('DROP TABLE t'), say.query('ROLLBACK')],
      readies: 3,
      hears: ['C BEGIN', 'Z T', refused, 'Z E', 'C ROLLBACK', 'Z I'],
    },
    {
      name: 'behind a statement that changes names',
      says: [
        say.query(
          'CREATE TEMP TABLE x (i int); SELECT count(*) AS n FROM x; DROP TABLE t; SELECT 9',
        ),
      ],
      readies: 1,
      hears: ['C CREATE TABLE', 'T n', 'D 0', 'C SELECT 1', refused, 'Z I'],
    },
  ])('$name', async ({ says, readies, hears }) => {
    const heard = await governed(says, readies);
    expect(
      heard.map((h) => h.replace(/ \d+$/, (position) => (h.startsWith('E') ? '' : position))),
    ).toEqual(hears);
    expect(await postgres.sql('SELECT count(*)::int AS n FROM t')).toEqual([{ n: 5 }]);
  });

  test('a function call message is refused, and the session goes on', async () => {
    const heard = await governed(
      [say.raw('F', '\0\0\0\0\0\0\0\0\0\0'), say.query('SELECT 1 AS a')],
      2,
    );
    expect(heard[0]).toMatch(/^E ERROR 42883 function with OID 0 does not exist/);
    expect(heard.slice(1)).toEqual(['Z I', 'T a', 'D 1', 'C SELECT 1', 'Z I']);
  });
});
