/**
 * A statement that changes more rows than its policy allows is, message for message, one that fails at the server:
 * here a twin table on which a trigger raises an error once too many rows have been changed.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { converse } from './conversation.js';
import { noDropPolicy } from './no-drop-policy.js';
import { pieces, say } from './raw-client.js';

const limited = [
  't',
  'child',
  'audited',
  'logged',
  'parts',
  'parts_low',
  'shown',
  'doubled',
  'outside',
];
const policy = `${noDropPolicy}
    - name: few
      actions: [write, copy-in]
      tables: [${limited.map((name) => `public.${name}`).join(', ')}]
      effect: Allow
      limits: {maxAffectedRows: 2}
    - {name: few-made, actions: [ddl], tables: [public.made], effect: Allow, limits: {maxAffectedRows: 2}}
`;

const schema = `
  CREATE TABLE public.t (id int, n int DEFAULT 0);
  CREATE TABLE public.u (id int, n int DEFAULT 0);
  CREATE TABLE public.w (i int);
  CREATE TABLE public.parent (id int PRIMARY KEY);
  CREATE TABLE public.child (id int REFERENCES public.parent ON DELETE CASCADE);
  CREATE TABLE public.audited (id int);
  CREATE TABLE public.logged (id int);
  CREATE FUNCTION public.logs() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO public.logged VALUES (1); RETURN NULL; END $$;
  CREATE TRIGGER logs AFTER INSERT ON public.audited FOR EACH ROW EXECUTE FUNCTION public.logs();
  CREATE TABLE public.parts (id int) PARTITION BY RANGE (id);
  CREATE TABLE public.parts_low PARTITION OF public.parts FOR VALUES FROM (0) TO (10);
  CREATE TABLE public.parts_high PARTITION OF public.parts FOR VALUES FROM (10) TO (20);
  CREATE VIEW public.shown AS SELECT id, n FROM public.t WHERE id < 100;
  CREATE TABLE public.doubled (id int);
  CREATE RULE doubled AS ON INSERT TO public.doubled DO ALSO INSERT INTO public.w VALUES (NEW.id);
  CREATE FUNCTION public.changes(n int) RETURNS int LANGUAGE plpgsql AS $$
    BEGIN UPDATE public.t SET n = 1 WHERE id <= changes.n; RETURN n; END $$;
  CREATE FUNCTION public.changes_sql(n int) RETURNS bigint LANGUAGE sql AS
    $$ UPDATE public.t SET n = 1 WHERE id <= changes_sql.n; SELECT count(*) FROM public.t WHERE public.t.n = 1 $$;
  CREATE PROCEDURE public.commits() LANGUAGE plpgsql AS $$
    BEGIN UPDATE public.t SET n = 1 WHERE id < 3; COMMIT; UPDATE public.t SET n = 1; END $$;
  CREATE PROCEDURE public.changes_all() LANGUAGE plpgsql AS $$ BEGIN UPDATE public.t SET n = 1; END $$;
  -- the twin: at the third row changed by one statement it fails, as a statement over its limit does
  CREATE FUNCTION public.few() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF (SELECT count(*) FROM changed) > 2 THEN RAISE EXCEPTION 'too many'; END IF; RETURN NULL; END $$;
  CREATE TRIGGER i AFTER INSERT ON public.u REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.few();
  CREATE TRIGGER u AFTER UPDATE ON public.u REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.few();
  CREATE TRIGGER d AFTER DELETE ON public.u REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.few();
`;

const fresh = `
  DO $$ BEGIN IF to_regclass('public.made') IS NOT NULL THEN DROP TABLE public.made; END IF; END $$;
  TRUNCATE public.t, public.u, public.w, public.parent, public.child, public.audited, public.logged, public.parts, public.doubled;
  INSERT INTO public.t SELECT i FROM generate_series(1, 5) i;
  ALTER TABLE public.u DISABLE TRIGGER i;
  INSERT INTO public.u SELECT i FROM generate_series(1, 5) i;
  ALTER TABLE public.u ENABLE TRIGGER i;
  INSERT INTO public.parent VALUES (1), (2);
  INSERT INTO public.child VALUES (1), (1), (1), (2);
  INSERT INTO public.parts VALUES (1), (2), (3);
`;

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let server: Postgres;
let governed: number;

beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(schema);
  const folder = await mkdtemp(join(tmpdir(), 'postern-affected-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'policy.yaml'), policy);
  const postern = await startPostern({ files: [folder], upstream: server.url('postgres') });
  undo.push(() => postern.stop());
  governed = Number(new URL(postern.governed).port);
}, 120_000);

const [begin, commit, sync] = [say.query('BEGIN'), say.query('COMMIT'), say.sync()];
const run = (sql: string): Buffer[] => [say.parse(sql), say.bind(), say.execute()];
const aside = 'INSERT INTO w VALUES (1)';
const look = say.query('SELECT count(*) FROM w');

interface Case {
  readonly name: string;
  readonly says: (table: string) => readonly Buffer[];
}

const over = (table: string): string => `UPDATE ${table} SET n = n + 1 WHERE id <= 3`;
const within = (table: string): string => `UPDATE ${table} SET n = n + 1 WHERE id <= 2`;
const state = (table: string): Buffer => say.query(`SELECT id, n FROM ${table} ORDER BY id, n`);

/** The same on the twin fails by itself. */
const alike: readonly Case[] = [
  { name: 'UPDATE', says: (t) => [say.query(over(t))] },
  { name: 'UPDATE at the limit', says: (t) => [say.query(within(t))] },
  { name: 'UPDATE of nothing', says: (t) => [say.query(`UPDATE ${t} SET n = 1 WHERE id > 10`)] },
  {
    name: 'UPDATE, RETURNING nothing',
    says: (t) => [say.query(`DELETE FROM ${t} WHERE id > 10 RETURNING id`)],
  },
  {
    name: 'UPDATE at the limit, RETURNING',
    says: (t) => [say.query(`${within(t)} RETURNING id, n`)],
  },
  { name: 'DELETE', says: (t) => [say.query(`DELETE FROM ${t} WHERE id < 4`)] },
  { name: 'DELETE at the limit', says: (t) => [say.query(`DELETE FROM ${t} WHERE id < 3`)] },
  { name: 'INSERT of rows', says: (t) => [say.query(`INSERT INTO ${t} VALUES (7), (8), (9)`)] },
  { name: 'INSERT at the limit', says: (t) => [say.query(`INSERT INTO ${t} VALUES (7), (8)`)] },
  {
    name: 'INSERT SELECT',
    says: (t) => [say.query(`INSERT INTO ${t} SELECT generate_series(7, 9)`)],
  },
  {
    name: 'one after the other',
    says: (t) => [say.query(within(t)), say.query(over(t)), say.query(within(t))],
  },
  {
    name: 'a query string',
    says: (t) => [say.query(`${aside}; ${over(t)}; ${aside}`), look],
  },
  {
    name: 'a query string, COMMIT behind it',
    says: (t) => [say.query(`BEGIN; ${aside}; ${over(t)}; COMMIT`), look, commit, look],
  },
  {
    name: 'a query string, COMMIT before it',
    says: (t) => [say.query(`BEGIN; ${aside}; COMMIT; ${over(t)}`), look],
  },
  {
    name: 'a query string at the limit',
    says: (t) => [say.query(`${aside}; ${within(t)}; ${aside}; ${within(t)}`), look],
  },
  {
    name: 'in a block',
    says: (t) => [begin, say.query(aside), say.query(over(t)), say.query(aside), commit, look],
  },
  {
    name: 'in a block, pipelined ROLLBACK',
    says: (t) => [begin, say.query(within(t)), say.query(over(t)), say.query('ROLLBACK'), look],
  },
  {
    name: 'in a block with a savepoint',
    says: (t) => [
      ...[begin, say.query(within(t)), say.query('SAVEPOINT s'), say.query(over(t))],
      ...[say.query('ROLLBACK TO s'), say.query(aside), commit, look],
    ],
  },
  {
    name: 'in a failed block',
    says: (t) => [begin, say.query('SELECT 1/0'), say.query(over(t)), commit],
  },
  { name: 'extended', says: (t) => [...run(over(t)), sync] },
  { name: 'extended at the limit', says: (t) => [...run(within(t)), sync] },
  {
    name: 'extended, in the middle of a pipeline',
    says: (t) => [...run(aside), ...run(over(t)), ...run(aside), sync, look],
  },
  {
    name: 'extended, last of a pipeline',
    says: (t) => [...run(within(t)), ...run(aside), ...run(over(t)), sync, look],
  },
  {
    name: 'extended, all of a pipeline at the limit',
    says: (t) => [...run(within(t)), ...run(within(t)), ...run(within(t)), sync, look],
  },
  {
    name: 'extended, COMMIT in the pipeline',
    says: (t) => [begin, ...run(within(t)), ...run(over(t)), ...run('COMMIT'), sync, commit, look],
  },
  {
    name: 'extended, BEGIN in the pipeline',
    says: (t) => [...run('BEGIN'), ...run(aside), ...run(over(t)), sync, commit, look],
  },
  {
    name: 'extended, cycles in one write',
    says: (t) => [...run(within(t)), sync, ...run(over(t)), sync, ...run(within(t)), sync, look],
  },
  {
    name: 'extended, in a block',
    says: (t) => [
      begin,
      ...run(aside),
      sync,
      ...run(over(t)),
      sync,
      ...run(aside),
      sync,
      commit,
      look,
    ],
  },
  {
    name: 'prepared by name',
    says: (t) => [
      ...[
        say.parse(over(t), 's'),
        say.describe('S', 's'),
        sync,
        say.bind('s'),
        say.execute(),
        sync,
      ],
      ...[say.bind('s'), say.execute(), sync],
    ],
  },
  {
    name: 'PREPARE, EXECUTE',
    says: (t) => [
      ...[say.query(`PREPARE s AS ${over(t)}`), say.query('EXECUTE s'), say.query(aside)],
      ...[...run('EXECUTE s'), sync, say.query(`${aside}; EXECUTE s`), look],
    ],
  },
  {
    name: 'a portal in parts, at the limit',
    says: (t) => [
      ...[say.parse(`${within(t)} RETURNING id`), say.bind('', 'p'), say.execute('p', 1)],
      ...[say.execute('p', 1), say.execute('p', 1), sync],
    ],
  },
  {
    name: 'COPY',
    says: (t) => [
      ...[say.query(`COPY ${t} (id) FROM STDIN`), say.copyData('7\n8\n'), say.copyData('9\n')],
      ...[say.copyDone(), say.query(aside), look],
    ],
  },
  {
    name: 'COPY at the limit',
    says: (t) => [
      ...[say.query(`COPY ${t} (id) FROM STDIN`), say.copyData('7\n8\n'), say.copyDone(), look],
    ],
  },
  {
    name: 'COPY that fails',
    says: (t) => [
      say.query(`COPY ${t} (id) FROM STDIN`),
      say.copyData('7\n'),
      say.copyFail('no'),
      look,
    ],
  },
  {
    name: 'COPY in a block',
    says: (t) => [
      ...[begin, say.query(`COPY ${t} (id) FROM STDIN`), say.copyData('7\n8\n9\n'), say.copyDone()],
      ...[say.query(aside), commit, look],
    ],
  },
  {
    name: 'an error of the statement itself',
    says: (t) => [say.query(`UPDATE ${t} SET n = 1 / (id - 3)`), say.query(aside), look],
  },
];

/** The error's own words differ; nothing else may. */
const inCommon = (heard: readonly string[]): readonly string[] =>
  heard.map((one) => (/^E ERROR (54000|P0001) /.test(one) ? 'E too many rows' : one));

const ask = async (
  port: number,
  says: readonly Buffer[],
  cut?: (bytes: Buffer) => readonly Buffer[],
): Promise<readonly string[]> => {
  await server.sql(fresh);
  return inCommon(await converse(port, { says }, cut));
};

describe('as a statement that fails', () => {
  test.each(alike)(
    '$name',
    async ({ name, says }) => {
      const expected = await ask(server.port, [...says('u'), state('u')]);
      if (!/limit|nothing|fail|error/.test(name)) expect(expected).toContain('E too many rows');
      const script = [...says('t'), state('t')];
      expect(await ask(governed, script)).toEqual(expected);
      expect(await ask(governed, script, (bytes) => pieces(bytes, 9))).toEqual(expected);
    },
    60_000,
  );
});

const rowsOf = `SELECT (SELECT sum(n) + 100 * count(*) FROM t) || ' ' || (SELECT count(*) FROM child) || ' '
  || (SELECT count(*) FROM parent) || ' ' || (SELECT count(*) FROM audited) || ' ' || (SELECT count(*) FROM logged)
  || ' ' || (SELECT count(*) FROM parts_high) || ' ' || (SELECT count(*) FROM doubled) || ' ' || (SELECT count(*) FROM w)
  || ' ' || coalesce(to_regclass('made')::text, '-') AS rows`;

const tooMany = '54000 statement undone: it changes more than 2 rows';
const merges = (rows: number): string =>
  `MERGE INTO t USING (SELECT generate_series(1, ${rows}) AS id) s ON t.id = s.id WHEN MATCHED AND s.id = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET n = 1 WHEN NOT MATCHED THEN INSERT VALUES (s.id)`;

describe('whatever changes them', () => {
  test.each<[name: string, sql: string, says: string]>([
    [
      'data-modifying CTEs, each within',
      'WITH a AS (UPDATE t SET n = 1 WHERE id < 3 RETURNING id), b AS (INSERT INTO t VALUES (9) RETURNING id) SELECT count(*) FROM a, b',
      tooMany,
    ],
    [
      'a CTE over, the top within',
      'WITH a AS (DELETE FROM t RETURNING id) INSERT INTO t SELECT max(id) FROM a',
      tooMany,
    ],
    ['a CTE that nobody reads', 'WITH a AS (DELETE FROM t) SELECT 1', tooMany],
    [
      'CTEs within',
      'WITH a AS (DELETE FROM t WHERE id = 1 RETURNING id) INSERT INTO t SELECT id FROM a',
      'C INSERT 0 1',
    ],
    ['MERGE over', merges(3), tooMany],
    ['MERGE within', merges(2), 'C MERGE 2'],
    [
      'INSERT ON CONFLICT, in all',
      'INSERT INTO parent SELECT generate_series(1, 5) ON CONFLICT DO NOTHING',
      'C INSERT 0 3',
    ],
    ['a cascade of a foreign key', 'DELETE FROM parent WHERE id = 1', tooMany],
    ['a cascade within', 'DELETE FROM parent WHERE id = 2', 'C DELETE 1'],
    ['a trigger', 'INSERT INTO audited VALUES (1), (2)', tooMany],
    ['a trigger within', 'INSERT INTO audited VALUES (1)', 'C INSERT 0 1'],
    ['a rule', 'INSERT INTO doubled VALUES (1), (2)', tooMany],
    ['a rule within', 'INSERT INTO doubled VALUES (1)', 'C INSERT 0 1'],
    ['a view', 'UPDATE shown SET n = 1', tooMany],
    ['a view within', 'UPDATE shown SET n = 1 WHERE id < 3', 'C UPDATE 2'],
    ['partitions', 'UPDATE parts SET id = id', tooMany],
    [
      'a row that moves to another partition is two',
      'UPDATE parts SET id = 12 WHERE id < 3',
      tooMany,
    ],
    ['one row that moves', 'UPDATE parts SET id = 12 WHERE id = 1', 'C UPDATE 1'],
    ['a partition by its name', 'DELETE FROM parts_low', tooMany],
    ['a function in SQL', 'SELECT changes_sql(3)', tooMany],
    ['a function in SQL, within', 'SELECT changes_sql(2)', 'D 2'],
    ['a function in PL/pgSQL', 'SELECT changes(5)', tooMany],
    ['a function in PL/pgSQL, within', 'SELECT changes(2)', 'D 2'],
    ['a function in a condition', 'SELECT id FROM t WHERE changes(id) > 0', tooMany],
    ['CREATE TABLE AS', 'CREATE TABLE made AS SELECT generate_series(1, 3)', tooMany],
    ['CREATE TABLE AS within', 'CREATE TABLE made AS SELECT generate_series(1, 2)', 'C SELECT 2'],
    ['SELECT INTO', 'SELECT id INTO made FROM t', tooMany],
    ['CREATE MATERIALIZED VIEW', 'CREATE MATERIALIZED VIEW made AS SELECT id FROM t', tooMany],
    [
      'EXPLAIN ANALYZE',
      'EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) DELETE FROM t',
      tooMany,
    ],
    ['EXPLAIN', 'EXPLAIN (COSTS off) DELETE FROM t', 'C EXPLAIN'],
    ['a procedure in a block', 'BEGIN; CALL changes_all()', tooMany],
    [
      'a procedure in no block',
      'CALL changes_all()',
      '42501 policy limits how many rows a statement changes, and a procedure could commit before they are counted',
    ],
    [
      'a procedure that commits, in a block',
      'BEGIN; CALL commits()',
      '2D000 invalid transaction termination',
    ],
    ['DO in a block', 'BEGIN; DO $$ BEGIN DELETE FROM t; END $$', tooMany],
    [
      'DO in no block',
      'DO $$ BEGIN DELETE FROM t; COMMIT; END $$',
      '42501 policy limits how many rows a statement changes, and a procedure could commit before they are counted',
    ],
    [
      'TRUNCATE',
      'TRUNCATE t',
      '42501 policy limits how many rows a statement changes, and TRUNCATE does not say how many it removes',
    ],
    [
      'a table truncated by the way does not make up for it',
      'BEGIN; DO $$ BEGIN INSERT INTO w SELECT 1 FROM generate_series(1, 2); END $$;; DO $$ BEGIN TRUNCATE w; DELETE FROM t; END $$',
      tooMany,
    ],
    [
      'a cursor',
      'BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT changes(5); COMMIT',
      '42501 policy limits how many rows a statement changes, and those of a cursor may be changed as late as the COMMIT',
    ],
  ])('%s', async (_name, sql, says) => {
    await server.sql(fresh);
    const [before] = await server.sql(rowsOf);
    const heard = await converse(governed, { says: [...blocked(sql), commit] });
    if (/^\d/.test(says) || says === tooMany) {
      expect(heard.filter((one) => one.startsWith('E ')).map((one) => one.trim())).toEqual([
        `E ERROR ${says}`,
      ]);
      const [after] = await server.sql(rowsOf);
      expect(after).toEqual(before);
    } else {
      expect(heard).toContain(says);
      expect(heard.filter((one) => one.startsWith('E '))).toEqual([]);
    }
  });
});

/** `BEGIN`, and what is behind `;;`, in a Query of its own. */
const blocked = (sql: string): readonly Buffer[] =>
  (sql.startsWith('BEGIN; ') ? sql.replace('; ', ';; ') : sql)
    .split(';; ')
    .map((query) => say.query(query));

describe('what is not read to its end', () => {
  test.each<[name: string, says: readonly Buffer[]]>([
    [
      'RETURNING read in parts',
      [say.parse('UPDATE t SET n = 1 RETURNING id'), say.bind('', 'p'), say.execute('p', 1), sync],
    ],
    [
      'RETURNING of a CTE',
      [
        say.parse('WITH a AS (UPDATE t SET n = 1 RETURNING id) SELECT id FROM a'),
        say.bind('', 'p'),
        say.execute('p', 1),
        sync,
      ],
    ],
    [
      'a function, row by row',
      [
        say.parse('SELECT changes(1) FROM generate_series(1, 5)'),
        say.bind('', 'p'),
        say.execute('p', 2),
        say.execute('p', 2),
        sync,
      ],
    ],
    [
      'COPY, the Sync before the data',
      [
        say.parse('COPY t (id) FROM STDIN'),
        say.bind(),
        say.execute(),
        sync,
        say.copyData('7\n8\n9\n'),
        say.copyDone(),
        sync,
      ],
    ],
    [
      'COPY, no Sync before the data',
      [
        say.parse('COPY t (id) FROM STDIN'),
        say.bind(),
        say.execute(),
        say.copyData('7\n8\n9\n'),
        say.copyDone(),
        sync,
      ],
    ],
    [
      'COPY behind a write',
      [
        ...run(aside),
        say.parse('COPY t (id) FROM STDIN'),
        say.bind(),
        say.execute(),
        say.flush(),
        say.copyData('7\n8\n9\n'),
        say.copyDone(),
        sync,
      ],
    ],
    ['no Sync at all', [...run('DELETE FROM t'), say.flush(), say.query('SELECT 1'), sync]],
  ])('%s', async (_name, says) => {
    await server.sql(fresh);
    const [before] = await server.sql(rowsOf);
    const heard = await converse(governed, { says });
    expect(heard.filter((one) => one.startsWith('E ')).map((one) => one.trim())).toEqual([
      `E ERROR ${tooMany}`,
    ]);
    const [after] = await server.sql(rowsOf);
    expect(after).toEqual(before);
  });
});
