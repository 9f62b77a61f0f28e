import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postern, startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
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

interface Case {
  readonly name: string;
  readonly says: readonly Buffer[];
  /** how many ReadyForQuery it brings */
  readonly readies: number;
}

const pipeline = (...sql: readonly string[]): Buffer[] =>
  sql.flatMap((text) => [say.parse(text), say.bind(), say.describe('P'), say.execute()]);

/** Sent to the server and through Postern: the messages must be the same, however the bytes are cut. */
const same: readonly Case[] = [
  { name: 'a simple query', says: [say.query('SELECT 1 AS a')], readies: 1 },
  { name: 'an empty query', says: [say.query('')], readies: 1 },
  { name: 'only a comment', says: [say.query('-- nothing')], readies: 1 },
  { name: 'several statements', says: [say.query('SELECT 1; SELECT 2; SELECT 3')], readies: 1 },
  {
    name: 'an error in the second of three',
    says: [say.query('SELECT 1; SELECT 1/0; SELECT 3')],
    readies: 1,
  },
  { name: 'a syntax error with its position', says: [say.query('SELECT 1, FORM t')], readies: 1 },
  { name: 'an unknown column', says: [say.query('SELECT nome FROM t')], readies: 1 },
  { name: 'an unknown table', says: [say.query('SELECT 1 FROM nowhere')], readies: 1 },
  {
    name: 'simple queries without waiting',
    says: [say.query('SELECT 1'), say.query('SELECT 2'), say.query('SELECT x')],
    readies: 3,
  },
  {
    name: 'the extended protocol',
    says: [...pipeline('SELECT id FROM t ORDER BY id'), say.sync()],
    readies: 1,
  },
  {
    name: 'a pipeline with one Sync',
    says: [...pipeline('SELECT 1', 'SELECT 2', 'SELECT 3'), say.sync()],
    readies: 1,
  },
  {
    name: 'an error in the middle of a pipeline',
    says: [...pipeline('SELECT 1', 'SELECT 1/0', 'SELECT 3'), say.sync(), say.query('SELECT 4')],
    readies: 2,
  },
  {
    name: 'a parse error in a pipeline',
    says: [
      ...pipeline('SELECT 1', 'SELEC', 'SELECT 3'),
      say.sync(),
      ...pipeline('SELECT 5'),
      say.sync(),
    ],
    readies: 2,
  },
  {
    name: 'two commands in a Parse',
    says: [say.parse('SELECT 1; SELECT 2'), say.sync()],
    readies: 1,
  },
  {
    name: 'a named statement, kept',
    says: [
      say.parse('SELECT 7', 's7'),
      say.sync(),
      say.bind('s7'),
      say.execute(),
      say.sync(),
      say.close('S', 's7'),
      say.sync(),
      say.bind('s7'),
      say.sync(),
    ],
    readies: 4,
  },
  {
    name: 'a name used twice',
    says: [
      say.parse('SELECT 7', 'twice'),
      say.parse('SELECT 8', 'twice'),
      say.sync(),
      say.query('DEALLOCATE ALL'),
    ],
    readies: 2,
  },
  {
    name: 'an unknown statement',
    says: [say.bind('nobody'), say.execute(), say.sync()],
    readies: 1,
  },
  { name: 'an unknown portal', says: [say.execute('nobody'), say.sync()], readies: 1 },
  {
    name: 'Describe of an unknown statement',
    says: [say.describe('S', 'nobody'), say.sync()],
    readies: 1,
  },
  {
    name: 'a portal in parts',
    says: [
      say.query('BEGIN'),
      say.parse('SELECT id FROM t ORDER BY id'),
      say.bind('', 'p'),
      say.execute('p', 2),
      say.execute('p', 2),
      say.execute('p', 2),
      say.sync(),
      say.query('COMMIT'),
    ],
    readies: 3,
  },
  {
    name: 'a failed transaction block',
    says: [
      say.query('BEGIN'),
      say.query('SELECT 1/0'),
      say.query('SELECT 1'),
      say.query('ROLLBACK'),
    ],
    readies: 4,
  },
  {
    name: 'a savepoint',
    says: [
      say.query('BEGIN'),
      say.query('SAVEPOINT s'),
      say.query('SELECT 1/0'),
      say.query('ROLLBACK TO s'),
      say.query('SELECT 1'),
      say.query('COMMIT'),
    ],
    readies: 6,
  },
  {
    name: 'COPY in',
    says: [
      say.query('CREATE TEMP TABLE c (i int)'),
      say.query('COPY c FROM STDIN'),
      say.copyData('1\n2\n'),
      say.copyData('3\n'),
      say.copyDone(),
      say.query('SELECT sum(i) FROM c'),
      say.query('DISCARD TEMP'),
    ],
    readies: 4,
  },
  {
    name: 'COPY in that the client fails',
    says: [
      say.query('CREATE TEMP TABLE c (i int)'),
      say.query('COPY c FROM STDIN'),
      say.copyData('1\n'),
      say.copyFail('changed my mind'),
      say.query('SELECT count(*) FROM c'),
      say.query('DISCARD TEMP'),
    ],
    readies: 4,
  },
  {
    name: 'COPY in with wrong data',
    says: [
      say.query('CREATE TEMP TABLE c (i int)'),
      say.query('COPY c FROM STDIN'),
      say.copyData('x\n'),
      say.copyDone(),
      say.query('SELECT 2'),
      say.query('DISCARD TEMP'),
    ],
    readies: 4,
  },
  {
    name: 'COPY in, extended, its Sync sent before the data',
    says: [
      say.query('CREATE TEMP TABLE c (i int)'),
      say.parse('COPY c FROM STDIN'),
      say.bind(),
      say.execute(),
      say.sync(),
      say.copyData('1\n'),
      say.copyDone(),
      say.sync(),
      say.query('SELECT i FROM c'),
      say.query('DISCARD TEMP'),
    ],
    readies: 4,
  },
  { name: 'COPY out', says: [say.query('COPY t TO STDOUT')], readies: 1 },
  {
    name: 'COPY data out of place',
    says: [say.copyData('x'), say.copyDone(), say.query('SELECT 1')],
    readies: 1,
  },
  {
    name: 'PREPARE, EXECUTE, DEALLOCATE by SQL',
    says: [
      say.query('PREPARE q(int) AS SELECT $1 + 1'),
      say.query('EXECUTE q(1)'),
      say.bind('q'),
      say.sync(),
      say.query('DEALLOCATE q'),
      say.query('EXECUTE q(1)'),
    ],
    readies: 5,
  },
  {
    name: 'a cursor',
    says: [
      say.query('BEGIN'),
      say.query('DECLARE k CURSOR FOR SELECT id FROM t ORDER BY id'),
      say.query('FETCH 2 FROM k'),
      say.query('MOVE 1 IN k'),
      say.query('FETCH ALL FROM k'),
      say.query('CLOSE k'),
      say.query('COMMIT'),
    ],
    readies: 7,
  },
  {
    name: 'a portal that is a cursor',
    says: [
      say.query('BEGIN'),
      say.query('DECLARE k CURSOR FOR SELECT id FROM t ORDER BY id'),
      say.execute('k', 1),
      say.sync(),
      say.query('COMMIT'),
    ],
    readies: 4,
  },
  {
    name: 'a table made and used in one query string',
    says: [
      say.query(
        'CREATE TABLE made (i int); INSERT INTO made VALUES (1), (2); SELECT i FROM made ORDER BY i; ALTER TABLE made RENAME TO made2; SELECT count(*) FROM made2',
      ),
      say.query('TRUNCATE made2'),
      say.query('BEGIN; ALTER TABLE made2 RENAME TO made; SELECT count(*) FROM made; ROLLBACK'),
      say.query('ALTER TABLE made2 RENAME TO leftover'),
    ],
    readies: 4,
  },
  {
    name: 'a search_path that changes what follows',
    says: [
      say.query('SET search_path = pg_catalog; SELECT count(*) FROM t'),
      say.query('SET search_path = public; SELECT count(*) FROM t'),
      say.query('RESET search_path'),
    ],
    readies: 3,
  },
  {
    name: 'an error undoes the whole query string',
    says: [
      say.query('INSERT INTO t VALUES (100); SELECT 1/0'),
      say.query('SELECT count(*) FROM t WHERE id = 100'),
    ],
    readies: 2,
  },
  {
    name: 'Flush',
    says: [
      say.parse('SELECT 1'),
      say.flush(),
      say.bind(),
      say.flush(),
      say.execute(),
      say.flush(),
      say.sync(),
    ],
    readies: 1,
  },
  { name: 'a type that does not exist', says: [say.raw('?', 'x')], readies: 1 },
];

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
