/** A result that is cut is, message for message, that of a statement that fails at the row too many. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { converse } from './conversation.js';
import { noDropPolicy } from './no-drop-policy.js';
import { pieces, say } from './raw-client.js';

const policy = `${noDropPolicy}
    - {name: few, actions: [select], tables: [public.t, public.big], effect: Allow, limits: {maxRows: 2}}
    - {name: few-written, actions: [insert, select], tables: [public.kept], effect: Allow, limits: {maxRows: 2}}
`;

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let server: Postgres;
let governed: number;

beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(`
    CREATE TABLE public.t AS SELECT generate_series(1, 5) AS id;
    CREATE TABLE public.big AS SELECT generate_series(1, 100000) AS id;
    CREATE TABLE public.w (i int);
    CREATE TABLE public.kept (id int)`);
  const folder = await mkdtemp(join(tmpdir(), 'postern-limits-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'policy.yaml'), policy);
  const postern = await startPostern({ files: [folder], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
  governed = Number(new URL(postern.governed).port);
}, 120_000);

/** A statement with more rows than the limit: through Postern, and as it fails at the server at that row. */
const cut = (table: string): string => `SELECT id FROM ${table}`;
const fails = (table: string): string => `${cut(table)} WHERE id / (3 - id) IS NOT NULL`;

interface Case {
  readonly name: string;
  readonly says: (limited: string) => readonly Buffer[];
  /** the server looks at all rows before it sends the first */
  readonly gathered?: true;
}

const write = 'INSERT INTO w VALUES (1)';
const [begin, commit] = [say.query('BEGIN'), say.query('COMMIT')];
const count = say.query('SELECT count(*) FROM w');
const run = (sql: string): Buffer[] => [say.parse(sql), say.bind(), say.execute()];
const sync = say.sync();

const cases: readonly Case[] = [
  { name: 'a query', says: (limited) => [say.query(limited)] },
  { name: 'two of them', says: (limited) => [say.query(limited), say.query(limited)] },
  { name: 'a write behind it', says: (limited) => [say.query(limited), say.query(write), count] },
  { name: 'in a block', says: (limited) => [begin, say.query(limited), commit] },
  {
    name: 'in a block, with writes around it',
    says: (limited) => [
      begin,
      say.query(write),
      say.query(limited),
      say.query(write),
      commit,
      count,
    ],
  },
  {
    name: 'in a block with a savepoint',
    says: (limited) => [
      ...[begin, say.query('SAVEPOINT s'), say.query(limited), say.query('ROLLBACK TO s')],
      ...[say.query(write), commit, count],
    ],
  },
  {
    name: 'in the middle of a query string',
    says: (limited) => [say.query(`${write}; ${limited}; ${write}`), count],
  },
  {
    name: 'in a query string, before one that is refused',
    says: (limited) => [say.query(`${write}; ${limited}; DROP TABLE nothing`), count],
  },
  {
    name: 'in a query string that is a block',
    says: (limited) => [say.query(`BEGIN; ${write}; ${limited}; COMMIT`), count, commit],
  },
  {
    name: 'in a query string in a block',
    says: (limited) => [begin, say.query(`${write}; ${limited}; ${write}`), count, commit, count],
  },
  { name: 'extended', says: (limited) => [...run(limited), sync] },
  {
    name: 'extended, three cycles in one write',
    says: (limited) => [...run(limited), sync, ...run(limited), sync, ...run(write), sync, count],
  },
  {
    name: 'extended, in the middle of a batch',
    says: (limited) => [...run(write), ...run(limited), ...run(write), sync, count],
  },
  {
    name: 'extended, first of a batch',
    says: (limited) => [...run(limited), ...run(write), sync, count],
  },
  {
    name: 'extended, last of a batch',
    says: (limited) => [...run(write), ...run(limited), sync, count],
  },
  {
    name: 'extended, a Flush between',
    says: (limited) => [...run(limited), say.flush(), ...run(write), sync, count],
  },
  {
    name: 'extended, a Query without a Sync',
    says: (limited) => [...run(write), ...run(limited), say.query(write), sync, count],
  },
  {
    name: 'a query string behind an error in its batch, before the Sync',
    says: (limited) => [
      ...[say.describe('S'), say.query(`${write}; ${limited}`), sync, say.query(limited), count],
    ],
  },
  {
    name: 'a query string, and the unnamed statement it leaves no more',
    says: (limited) => [
      ...[say.query(`${write}; ${limited}; ${write}`), say.describe('S'), sync],
      ...[say.query('SELECT 1; SELECT 2'), say.bind(), sync],
    ],
  },
  {
    name: 'extended, in a block',
    says: (limited) => [
      begin,
      ...run(write),
      sync,
      ...run(limited),
      sync,
      ...run(write),
      sync,
      commit,
      count,
    ],
  },
  {
    name: 'extended, the block begins in the batch',
    says: (limited) => [...run('BEGIN'), ...run(limited), sync, ...run(write), sync, commit, count],
  },
  {
    name: 'extended, the block ends in the batch',
    says: (limited) => [
      ...[
        begin,
        ...run(write),
        sync,
        ...run('COMMIT'),
        ...run(write),
        ...run(limited),
        sync,
        count,
      ],
    ],
  },
  {
    name: 'a portal in parts',
    says: (limited) => [
      ...[say.parse(limited, 's'), say.bind('s', 'p'), say.execute('p', 1), say.execute('p', 1)],
      ...[say.execute('p', 1), say.execute('p', 1), ...run(write), sync, count],
    ],
  },
  {
    name: 'a prepared statement keeps its name',
    says: (limited) => [
      ...[say.parse(limited, 's'), say.bind('s'), say.execute(), sync],
      ...[say.bind('s'), say.describe('P'), say.execute(), sync],
    ],
  },
  {
    name: 'the unnamed statement stays',
    says: (limited) => [...run(limited), sync, say.bind(), say.describe('P'), say.execute(), sync],
  },
  {
    name: 'EXECUTE',
    gathered: true,
    says: (limited) => [say.query(`PREPARE s AS ${limited}`), say.query('EXECUTE s'), count],
  },
  {
    name: 'EXECUTE in a query string',
    gathered: true,
    says: (limited) => [
      ...[say.query(`PREPARE s AS ${limited}`), say.query(`${write}; EXECUTE s; ${write}`), count],
    ],
  },
  {
    name: 'FETCH',
    gathered: true,
    says: (limited) => [
      ...[begin, say.query(write), say.query(`DECLARE c CURSOR FOR ${limited}`)],
      ...[say.query('FETCH 2 FROM c'), say.query('FETCH 2 FROM c'), say.query('FETCH 2 FROM c')],
      ...[commit, count],
    ],
  },
  {
    name: 'FETCH in a query string',
    gathered: true,
    says: (limited) => [
      ...[begin, say.query(`DECLARE c CURSOR FOR ${limited}; FETCH ALL FROM c; ${write}`)],
      ...[commit, count],
    ],
  },
  {
    name: 'COPY',
    says: (limited) => [say.query(`COPY (${limited}) TO STDOUT`), say.query(write), count],
  },
  {
    name: 'COPY in a block',
    says: (limited) => [
      begin,
      say.query(`COPY (${limited}) TO STDOUT`),
      say.query(write),
      commit,
      count,
    ],
  },
  {
    name: 'COPY, extended',
    says: (limited) => [...run(`COPY (${limited}) TO STDOUT`), ...run(write), sync, count],
  },
  {
    name: 'a function that writes',
    says: (limited) => [
      say.query('CREATE TEMP SEQUENCE n'),
      say.query(limited.replace('SELECT id', "SELECT id, nextval('n')")),
      say.query(write),
      count,
    ],
  },
];

/** The error's own words differ; nothing else may. */
const alike = (heard: readonly string[]): readonly string[] =>
  heard.map((one) => (/^E ERROR (54000|22012) /.test(one) ? 'E the result is cut' : one));

const ask = async (
  port: number,
  says: readonly Buffer[],
  cut?: (bytes: Buffer) => readonly Buffer[],
): Promise<readonly string[]> => {
  await server.sql('TRUNCATE w, kept');
  return alike(await converse(port, { says }, cut));
};

describe.each([
  ['of a few rows, finished before it can be cancelled', 't'],
  ['of many rows', 'big'],
] as const)('%s', (_subject, table) => {
  test.each(cases)(
    '$name',
    async ({ says, gathered }) => {
      const seen = (heard: readonly string[]): readonly string[] =>
        gathered === true ? heard.filter((one) => !/^(T id|D [12])$/.test(one)) : heard;
      const expected = seen(await ask(server.port, says(fails(table))));
      expect(expected).toContain('E the result is cut');
      const script = says(cut(table));
      expect(seen(await ask(governed, script))).toEqual(expected);
      expect(seen(await ask(governed, script, (bytes) => pieces(bytes, 7)))).toEqual(expected);
    },
    60_000,
  );
});

describe('in any script', () => {
  type Step = (limited: string) => readonly Buffer[];
  const steps: readonly (readonly [name: string, step: Step])[] = [
    ['Q limited', (limited) => [say.query(limited)]],
    ['Q write', () => [say.query(write)]],
    ['Q BEGIN', () => [begin]],
    ['Q COMMIT', () => [commit]],
    ['Q SAVEPOINT', () => [say.query('SAVEPOINT s')]],
    ['Q ROLLBACK TO', () => [say.query('ROLLBACK TO s')]],
    ['Q several', (limited) => [say.query(`${write}; ${limited}; ${write}`)]],
    ['Q within', () => [say.query('SELECT id FROM t LIMIT 1')]],
    ['Q count', () => [count]],
    ['E limited', (limited) => run(limited)],
    ['E part', (limited) => [say.parse(limited), say.bind('', 'p'), say.execute('p', 2)]],
    ['E further', () => [say.execute('p', 1)]],
    ['E write', () => run(write)],
    ['E BEGIN', () => run('BEGIN')],
    ['E COMMIT', () => run('COMMIT')],
    ['E within', () => run('SELECT id FROM t LIMIT 2')],
    ['E RETURNING', () => run('INSERT INTO kept VALUES (1), (2) RETURNING id')],
    ['D unnamed', () => [say.describe('S')]],
    ['Sync', () => [sync]],
    ['Sync again', () => [sync]],
    ['D Flush', () => [say.flush()]],
  ];

  test('the messages are those of a statement that fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...steps), { minLength: 2, maxLength: 9 }),
        fc.constantFrom('t', 'big'),
        fc.constantFrom(Infinity, 1, 40),
        async (script, table, size) => {
          // A Query in an open batch leaves the server itself confused (XX000 at the next).
          const said = (limited: string): Buffer[] => [
            ...script.flatMap(([name, step], i) => {
              const open = name.startsWith('Q') && /^[ED]/.test(script[i - 1]?.[0] ?? '');
              return [...(open ? [sync] : []), ...step(limited)];
            }),
            ...[sync, commit, count],
          ];
          const expected = await ask(server.port, said(fails(table)));
          const heard = await ask(governed, said(cut(table)), (bytes) => pieces(bytes, size));
          expect(heard).toEqual(expected);
        },
      ),
      { numRuns: Number(process.env['POSTERN_RUNS'] ?? 60) },
    );
  }, 3_600_000);
});

describe('a write whose RETURNING is cut is undone', () => {
  const insert = 'INSERT INTO kept SELECT id FROM generate_series(1, 5) id RETURNING id';
  test.each<[string, readonly Buffer[]]>([
    ['a query', [say.query(insert)]],
    ['a query string', [say.query(`${insert}; ${write}`)]],
    ['extended', [...run(insert), sync]],
    ['extended, among others', [...run(write), ...run(insert), ...run(write), sync]],
    ['a block', [begin, say.query(write), say.query(insert), say.query(write), commit]],
    ['PREPARE, EXECUTE', [say.query(`PREPARE i AS ${insert}`), say.query('EXECUTE i')]],
    ['prepared, extended', [say.parse(insert, 'i'), sync, say.bind('i'), say.execute(), sync]],
  ])('%s', async (_name, says) => {
    const heard = await ask(governed, says);
    expect(heard.filter((one) => one === 'E the result is cut')).toHaveLength(1);
    const [left] = await server.sql(
      'SELECT (SELECT count(*) FROM w) + (SELECT count(*) FROM kept) AS n',
    );
    expect(Number(left?.['n'])).toBe(0);
  });
});

test('what is within the limit goes on as ever', async () => {
  const insert = 'INSERT INTO kept VALUES (1), (2) RETURNING id';
  const two = 'SELECT id FROM t LIMIT 2';
  const says = [
    ...[say.query(insert), ...run(two), ...run(insert), ...run(two), sync, begin, say.query(two)],
    ...[say.query(`${insert}; ${two}; ${write}`), commit, ...run(two), say.flush(), sync, count],
  ];
  const expected = await ask(server.port, says);
  expect(await ask(governed, says)).toEqual(expected);
  expect(await ask(governed, says, (bytes) => pieces(bytes, 5))).toEqual(expected);
});
