/** `postern sql`: a schema written down, and statements said against it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const postern = (words: readonly string[], input: string | Buffer = ''): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(root, 'cli', 'bin', 'postern.js'), 'sql', ...words],
      {
        env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' },
      },
    );
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
    child.stdin.end(input);
  });

let url: string;
let file: string;
let folder: string;

beforeAll(async () => {
  const server = await startPostgres();
  undo.push(() => server.stop());
  await server.sql(`
    CREATE TABLE customers (id int PRIMARY KEY, email text, region text);
    CREATE TABLE orders (id int PRIMARY KEY, customer int, total numeric);
    CREATE TABLE "Odd name" ("Mixed" text);
    CREATE VIEW overview AS SELECT o.id, o.total, c.email
      FROM orders o JOIN customers c ON c.id = o.customer;
    CREATE FUNCTION score(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
    CREATE TYPE stage AS ENUM ('new', 'old');
    CREATE TABLE accounts (id int PRIMARY KEY, opened date, stages stage[]);
    CREATE TABLE entries (account int REFERENCES accounts ON DELETE CASCADE, note text);
    CREATE SCHEMA other;
    CREATE TABLE other.orders (id int, secret text)`);
  url = server.login('postgres');
  folder = await mkdtemp(join(tmpdir(), 'postern-analyze-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const { code, out, err } = await postern(['catalogue', '--database-url', url]);
  expect([code, err]).toEqual([0, '']);
  file = join(folder, 'catalogue.json');
  await writeFile(file, out);
}, 120_000);

const none = { reads: [], writes: [], functions: [], output: [] };
const flags = (filtered: boolean, opaque: readonly string[] = []): object => ({ filtered, opaque });
const out = (
  name: string,
  column: string,
  kind: string,
  influences: readonly string[] = [],
): object => ({
  name,
  sources: [{ column, kind }],
  influences,
});

const statements: readonly [string, object][] = [
  [
    'SELECT 1',
    {
      ...none,
      kind: 'select',
      output: [{ name: '?column?', sources: [], influences: [] }],
      flags: flags(false),
    },
  ],
  [
    'SELECT id, total FROM orders WHERE id = 3',
    {
      ...none,
      kind: 'select',
      reads: [{ relation: 'public.orders', columns: ['id', 'total'] }],
      output: [
        out('id', 'public.orders.id', 'identity', ['public.orders.id']),
        out('total', 'public.orders.total', 'identity', ['public.orders.id']),
      ],
      flags: flags(true),
    },
  ],
  [
    'SELECT sum(total), upper(email) FROM overview GROUP BY 2',
    {
      ...none,
      functions: ['pg_catalog.sum', 'pg_catalog.upper'],
      kind: 'select',
      reads: [
        {
          relation: 'public.overview',
          columns: ['email', 'total'],
          through: ['public.orders', 'public.customers'],
        },
      ],
      output: [
        out('sum', 'public.overview.total', 'aggregation', ['public.overview.email']),
        out('upper', 'public.overview.email', 'transformation', ['public.overview.email']),
      ],
      flags: flags(false),
    },
  ],
  [
    'UPDATE orders SET total = total * 2',
    {
      ...none,
      kind: 'update',
      reads: [{ relation: 'public.orders', columns: ['total'] }],
      writes: [
        {
          relation: 'public.orders',
          action: 'update',
          columns: ['total'],
          lineage: [
            {
              column: 'total',
              sources: [{ column: 'public.orders.total', kind: 'transformation' }],
              influences: [],
            },
          ],
        },
      ],
      flags: flags(false),
    },
  ],
  [
    'DELETE FROM orders WHERE id = 1',
    {
      ...none,
      kind: 'delete',
      reads: [{ relation: 'public.orders', columns: ['id'] }],
      writes: [{ relation: 'public.orders', action: 'delete', columns: [] }],
      flags: flags(true),
    },
  ],
  [
    'INSERT INTO orders (id, total) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET total = excluded.total',
    {
      ...none,
      kind: 'insert',
      reads: [{ relation: 'public.orders', columns: ['id'] }],
      writes: [
        { relation: 'public.orders', action: 'insert', columns: ['id', 'total'] },
        {
          relation: 'public.orders',
          action: 'update',
          columns: ['total'],
          lineage: [{ column: 'total', sources: [], influences: ['public.orders.id'] }],
        },
      ],
      flags: flags(true),
    },
  ],
  [
    'INSERT INTO "Odd name" SELECT email FROM customers',
    {
      ...none,
      kind: 'insert',
      reads: [{ relation: 'public.customers', columns: ['email'] }],
      writes: [
        {
          relation: 'public."Odd name"',
          action: 'insert',
          columns: ['Mixed'],
          lineage: [
            {
              column: 'Mixed',
              sources: [{ column: 'public.customers.email', kind: 'identity' }],
              influences: [],
            },
          ],
        },
      ],
      flags: flags(false),
    },
  ],
  [
    'CREATE TABLE copies (who) AS SELECT upper(email), 1 AS one FROM customers WHERE id > 3',
    {
      ...none,
      functions: ['pg_catalog.upper'],
      kind: 'create table as',
      reads: [{ relation: 'public.customers', columns: ['email', 'id'] }],
      writes: [
        {
          relation: 'public.copies',
          action: 'ddl',
          columns: ['who', 'one'],
          lineage: [
            {
              column: 'who',
              sources: [{ column: 'public.customers.email', kind: 'transformation' }],
              influences: ['public.customers.id'],
            },
            { column: 'one', sources: [], influences: ['public.customers.id'] },
          ],
        },
      ],
      output: [
        out('upper', 'public.customers.email', 'transformation', ['public.customers.id']),
        { name: 'one', sources: [], influences: ['public.customers.id'] },
      ],
      flags: flags(true),
    },
  ],
  [
    'SELECT "Mixed" FROM "Odd name"',
    {
      ...none,
      kind: 'select',
      reads: [{ relation: 'public."Odd name"', columns: ['Mixed'] }],
      output: [out('Mixed', 'public."Odd name"."Mixed"', 'identity')],
      flags: flags(false),
    },
  ],
  [
    'SELECT score(id) FROM customers',
    {
      ...none,
      kind: 'select',
      reads: [{ relation: 'public.customers', columns: ['id'] }],
      functions: ['public.score'],
      output: [out('score', 'public.customers.id', 'transformation')],
      flags: flags(false, ['function public.score']),
    },
  ],
  [
    'DELETE FROM accounts WHERE id = $1 AND opened > $2 AND $3 = ANY (stages) AND stages <> $4',
    {
      ...none,
      kind: 'delete',
      reads: [{ relation: 'public.accounts', columns: ['id', 'opened', 'stages'] }],
      writes: [
        { relation: 'public.accounts', action: 'delete', columns: [] },
        { relation: 'public.entries', action: 'delete', columns: [] },
      ],
      parameters: ['int4', 'date', 'public.stage', 'public.stage[]'],
      flags: flags(true),
    },
  ],
];

describe('analyze --json', () => {
  test.each([
    ['a file', () => ['--catalogue', file]],
    ['a server', () => ['--database-url', url]],
  ] as const)('against %s', async (_, where) => {
    const text = statements.map(([sql]) => sql).join(';\n');
    const { code, out, err } = await postern(['analyze', '--json', ...where()], text);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual({ statements: statements.map(([, expected]) => expected) });
  });

  test('of several files, in order, with another search path', async () => {
    const one = join(folder, 'one.sql');
    const two = join(folder, 'two.sql');
    await writeFile(one, 'SELECT secret FROM orders');
    await writeFile(two, 'SELECT email FROM public.customers');
    const words = ['analyze', '--json', '--catalogue', file, '--search-path', 'other', one, two];
    const { out } = await postern(words);
    const { statements: found } = JSON.parse(out) as { statements: { reads: object[] }[] };
    expect(found.map(({ reads }) => reads)).toEqual([
      [{ relation: 'other.orders', columns: ['secret'] }],
      [{ relation: 'public.customers', columns: ['email'] }],
    ]);
  });
});

test('analyze draws for people', async () => {
  const { out } = await postern(
    ['analyze', '--catalogue', file],
    'SELECT email, score(id) FROM overview WHERE total > 5',
  );
  expect(out).toBe(`select
├─ reads
│  └─ public.overview (email, id, total)
│     ├─ through public.orders
│     └─ through public.customers
├─ calls
│  └─ public.score
└─ cannot see through
   └─ function public.score

OUTPUT  FROM                   HOW             DECIDED BY
email   public.overview.email  identity        public.overview.total
score   public.overview.id     transformation  public.overview.total
`);
});

test('analyze draws what is written', async () => {
  const { out } = await postern(
    ['analyze', '--catalogue', file],
    'INSERT INTO orders (id, total) SELECT id, 0 FROM customers WHERE region IS NULL',
  );
  expect(out).toBe(`insert
├─ reads
│  └─ public.customers (id, region)
└─ writes
   └─ insert public.orders (id, total)

WRITTEN              FROM                 HOW       DECIDED BY
public.orders.id     public.customers.id  identity  public.customers.region
public.orders.total                                 public.customers.region
`);
});

test('analyze draws what utility statements name', async () => {
  const words = ['analyze', '--catalogue', file];
  const { out } = await postern(
    words,
    'CREATE INDEX i ON customers (lower(email)) WHERE id > 3; LOCK overview IN SHARE MODE; LISTEN news',
  );
  expect(out).toBe(`create index
├─ reads
│  └─ public.customers (email, id)
├─ writes
│  └─ ddl public.customers
├─ names
│  └─ index public.i
└─ calls
   └─ pg_catalog.lower

lock table
└─ locks
   └─ public.overview in share mode
      ├─ through public.orders
      └─ through public.customers

listen
└─ names
   └─ channel news
`);
});

test('analyze --json says what utility statements name', async () => {
  const { out } = await postern(
    ['analyze', '--json', '--catalogue', file],
    'LOCK overview; GRANT SELECT (email) ON customers TO bob',
  );
  const relation = 'public.overview';
  const through = ['public.orders', 'public.customers'];
  expect(JSON.parse(out)).toMatchObject({
    statements: [
      { reads: [], writes: [], locks: [{ relation, mode: 'access exclusive', through }] },
      {
        writes: [{ relation: 'public.customers', action: 'privilege', columns: ['email'] }],
        objects: [{ type: 'role', name: 'bob' }],
      },
    ],
  });
});

test('analyze draws the types of parameters', async () => {
  const words = ['analyze', '--catalogue', file];
  const { out } = await postern(words, 'DELETE FROM entries WHERE account = $1 AND $2 IS NULL');
  expect(out).toBe(`delete
├─ reads
│  └─ public.entries (account)
├─ writes
│  └─ delete public.entries
└─ takes
   ├─ $1 int4
   └─ $2 unknown
`);
});

describe('what cannot be analysed ends with 2, and says where and why', () => {
  test.each<[string, () => readonly string[], string | Buffer, RegExp]>([
    [
      'a name that is not there',
      () => ['--catalogue', file],
      'SELECT 1;\nSELECT nothing FROM orders',
      /^<stdin>:2:8: 42703: column "nothing" does not exist\nLINE 2: SELECT nothing FROM orders\n {15}\^/,
    ],
    [
      'a name that is ambiguous',
      () => ['--catalogue', file],
      'SELECT id FROM orders, customers',
      /^<stdin>:1:8: 42702: /,
    ],
    ['a syntax error', () => ['--catalogue', file], 'SELEC 1', /^<stdin>:1:1: 42601: /],
    [
      'bytes that are no UTF-8',
      () => ['--catalogue', file],
      Buffer.concat([
        Buffer.from("SELECT 'ü',\n  'x"),
        Buffer.from([0xff, 0xfe]),
        Buffer.from("'"),
      ]),
      /^<stdin>:2:5: 22021: invalid byte sequence for encoding "UTF8": 0xff\n/,
    ],
    [
      'a character cut off at the end',
      () => ['--catalogue', file],
      Buffer.from("SELECT 'ü").subarray(0, -1),
      /^<stdin>:1:9: 22021: invalid byte sequence for encoding "UTF8": 0xc3\n/,
    ],
    ['a NUL', () => ['--catalogue', file], 'SELECT 1\0', /^<stdin>:1:9: 22021: .*0x00\n/],
    [
      'brackets without end',
      () => ['--catalogue', file],
      `SELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)}`,
      /^<stdin>: 5400[01]: /,
    ],
    ['no schema', () => [], 'SELECT 1', /--database-url URL or --catalogue FILE/],
    ['two schemas', () => ['--catalogue', file, '--database-url', url], 'SELECT 1', /two schemas/],
    [
      'a catalogue that is not there',
      () => ['--catalogue', join(folder, 'none')],
      'SELECT 1',
      /none is not there/,
    ],
    [
      'a file that is no catalogue',
      () => ['--catalogue', join(root, 'Makefile')],
      'SELECT 1',
      /is no catalogue: not the JSON/,
    ],
    [
      'a file of SQL that is not there',
      () => ['--catalogue', file, join(folder, 'none.sql')],
      '',
      /none\.sql is not there/,
    ],
  ])('%s', async (_, words, input, message) => {
    const ended = await postern(['analyze', '--json', ...words()], input);
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(ended.err).toMatch(message);
  });
});
