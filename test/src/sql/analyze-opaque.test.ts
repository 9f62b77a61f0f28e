/** What `postern sql analyze` says it cannot see through: docs/reference/sql-analyze.md names these. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { startPostgres } from '../harness/postgres.js';
import { mustRun } from '../harness/program.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

interface Case {
  readonly sql: string;
  readonly opaque: readonly string[];
}

const cases: readonly Case[] = [
  { sql: 'SELECT most_common_vals FROM pg_stats', opaque: ['side door pg_stats'] },
  {
    sql: 'SELECT s.histogram_bounds FROM pg_stats s, pg_stats t',
    opaque: ['side door pg_stats'],
  },
  { sql: 'SELECT relpartbound FROM pg_class', opaque: ['side door pg_class'] },
  { sql: 'SELECT relname FROM pg_class', opaque: [] },
  { sql: 'SELECT query FROM pg_stat_activity', opaque: ['side door pg_stat_activity'] },
  { sql: 'SELECT pid FROM pg_stat_activity', opaque: [] },
  { sql: 'SELECT pg_get_indexdef(1)', opaque: ['side door pg_get_indexdef'] },
  { sql: 'SELECT pg_read_file($1)', opaque: ['side door pg_read_file'] },
  {
    sql: 'EXPLAIN SELECT histogram_bounds FROM pg_stats',
    opaque: ['side door pg_stats'],
  },
  { sql: 'SELECT * FROM statistics', opaque: ['view public.statistics: side door pg_stats'] },
  { sql: 'SELECT score(1)', opaque: ['function public.score'] },
  {
    sql: 'SELECT outer_one(1)',
    opaque: ['function public.outer_one: function public.score'],
  },
  {
    sql: 'INSERT INTO watched VALUES (1)',
    opaque: ['trigger function public.watch on public.watched'],
  },
  { sql: 'SELECT a @@@ a FROM watched', opaque: ['operator public.@@@'] },
  { sql: "COPY watched TO PROGRAM 'cat'", opaque: ['COPY PROGRAM'] },
  { sql: "COPY names FROM '/tmp/names'", opaque: ['COPY server file'] },
  { sql: 'DO $$BEGIN END$$', opaque: ['DO'] },
  { sql: "LOAD 'auto_explain'", opaque: ['LOAD'] },
  { sql: 'SELECT lower(name) FROM names', opaque: [] },
];

describe('opaque', () => {
  let opaque: readonly (readonly string[])[];

  beforeAll(async () => {
    const server = await startPostgres();
    undo.push(() => server.stop());
    await server.sql(`
      CREATE TABLE names (name text);
      CREATE TABLE watched (a int);
      CREATE FUNCTION score(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
      CREATE FUNCTION outer_one(int) RETURNS int LANGUAGE sql AS 'SELECT score($1)';
      CREATE FUNCTION same(int, int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
      CREATE OPERATOR @@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = same);
      CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER watches BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION watch();
      CREATE VIEW statistics AS SELECT tablename, most_common_vals::text FROM pg_stats`);
    const { stdout } = await mustRun(
      process.execPath,
      [
        join(root, 'cli', 'bin', 'postern.js'),
        ...['sql', 'analyze', '--json', '--database-url', server.login('postgres')],
      ],
      {
        env: { ...process.env, NODE_OPTIONS: '' },
        input: cases.map(({ sql }) => `${sql};\n`).join(''),
      },
    );
    const report = JSON.parse(stdout) as {
      statements: readonly { flags: { opaque: readonly string[] } }[];
    };
    opaque = report.statements.map(({ flags }) => flags.opaque);
  }, 120_000);

  test('has an answer for each statement', () => {
    expect(opaque.length).toBe(cases.length);
  });

  test.each(cases.map((one, i) => ({ ...one, i })))('$sql', ({ opaque: expected, i }) => {
    expect(opaque[i]).toEqual(expected);
  });
});
