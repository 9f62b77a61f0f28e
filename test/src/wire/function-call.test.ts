/** The protocol's FunctionCall: only where policy names it, decided and recorded as what it calls. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postern, startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { openTimeline } from '../harness/timeline.js';
import { Undo } from '../harness/undo.js';
import { RawClient, say } from './raw-client.js';

const database = `
apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: shop, namespace: ml}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: 5432}]
  tls: {mode: disable}
`;

const policy = (rules: string): string => `${database}---
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: open, namespace: ml}
spec:
  defaultAction: Allow
  rules:
${rules}
`;

const everything = '    - {name: all, actions: [any], effect: Allow}';
const named = `${everything}
    - {name: large-objects, actions: [function-call], functions: ["pg_catalog.*", "public.double"], effect: Allow}
    - {name: no-unlink, actions: [function-call], functions: ["pg_catalog.lo_unlink"], effect: Deny}`;

const undo = new Undo();
let server: Postgres;
let folder: string;
let closed: Postern;
let open: Postern;

const start = async (name: string, rules: string): Promise<Postern> => {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, policy(rules));
  const postern = await startPostern({ files: [file], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
  return postern;
};

beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(
    'CREATE FUNCTION public.double(int) RETURNS int LANGUAGE sql AS $$ SELECT $1 * 2 $$',
  );
  folder = await mkdtemp(join(tmpdir(), 'postern-function-call-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  closed = await start('closed', everything);
  open = await start('open', named);
}, 120_000);
afterAll(() => undo.all(), 60_000);

const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** FunctionCall with text arguments and a text result. */
const call = (oid: number, ...values: readonly string[]): Buffer => {
  const body = Buffer.concat([
    uint32(oid),
    uint16(0),
    uint16(values.length),
    ...values.map((value) => Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(value)])),
    uint16(0),
  ]);
  return Buffer.concat([Buffer.from('F'), uint32(body.length + 4), body]);
};

const oidOf = async (signature: string): Promise<number> => {
  const [row] = await server.sql(`SELECT '${signature}'::regprocedure::oid::int AS oid`);
  return Number(row?.['oid']);
};

const heardThrough = async (
  port: number,
  says: readonly Buffer[],
  readies: number,
): Promise<readonly string[]> => {
  const client = await RawClient.open(port, 'postgres', 'postgres');
  try {
    return await client.exchange(Buffer.concat(says), readies);
  } finally {
    client.close();
  }
};

const portOf = ({ governed }: Postern): number => Number(new URL(governed).port);

test('is refused where no rule names it, though everything else is allowed', async () => {
  const oid = await oidOf('lo_creat(int)');
  const heard = await heardThrough(
    portOf(closed),
    [call(oid, '-1'), say.query('SELECT 1 AS a')],
    2,
  );
  expect(heard).toEqual([
    'E ERROR 42501 policy denies FUNCTION CALL on pg_catalog.lo_creat: no rule allows it',
    ...['Z I', 'T a', 'D 1', 'C SELECT 1', 'Z I'],
  ]);
});

describe('where a rule names it, the messages are those of the server', () => {
  test.each<{ name: string; says: () => Promise<readonly Buffer[]>; readies: number }>([
    {
      name: 'one function',
      says: async () => [call(await oidOf('public.double(int)'), '21')],
      readies: 1,
    },
    {
      name: 'an error in it',
      says: async () => [call(await oidOf('public.double(int)'), 'x'), say.query('SELECT 1')],
      readies: 2,
    },
    {
      name: 'too many arguments',
      says: async () => [call(await oidOf('public.double(int)'), '1', '2'), say.query('SELECT 1')],
      readies: 2,
    },
    { name: 'no such function', says: () => Promise.resolve([call(1, '1')]), readies: 1 },
    {
      name: 'in a transaction block, and in a failed one',
      says: async () => {
        const double = await oidOf('public.double(int)');
        return [
          say.query('BEGIN'),
          call(double, '1'),
          call(double, 'x'),
          call(double, '3'),
          say.query('ROLLBACK'),
        ];
      },
      readies: 5,
    },
    {
      name: 'a large object written and read',
      says: async () => [
        say.query('BEGIN'),
        call(await oidOf('lo_create(oid)'), '70001'),
        call(await oidOf('lo_open(oid, int)'), '70001', '393216'),
        call(await oidOf('lowrite(int, bytea)'), '0', 'hello'),
        call(await oidOf('lo_lseek(int, int, int)'), '0', '1', '0'),
        call(await oidOf('loread(int, int)'), '0', '3'),
        call(await oidOf('lo_close(int)'), '0'),
        say.query('ROLLBACK'),
      ],
      readies: 8,
    },
  ])('$name', async ({ says, readies }) => {
    const script = await says();
    const direct = await heardThrough(server.port, script, readies);
    expect(direct).not.toEqual([]);
    expect(await heardThrough(portOf(open), script, readies)).toEqual(direct);
  });

  test('a Deny on the function holds', async () => {
    const oid = await oidOf('lo_unlink(oid)');
    const [first] = await heardThrough(portOf(open), [call(oid, '1')], 1);
    expect(first).toBe('E ERROR 42501 policy denies FUNCTION CALL on pg_catalog.lo_unlink');
  });

  test('it is in the record, as what it calls', async () => {
    await heardThrough(portOf(open), [call(await oidOf('public.double(int)'), '4')], 1);
    const timeline = openTimeline(open.collector);
    try {
      for (let attempt = 0; attempt < 50; attempt += 1) {
        const found = await timeline.search({ text: 'SELECT public.double($1)' });
        if (found.length > 0) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error('not in the record');
    } finally {
      timeline.close();
    }
  });
});
