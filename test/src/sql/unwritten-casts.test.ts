/**
 * Users' functions that stand in no statement: casts, which run because a value of one type is put where another is
 * wanted, and constraints of domains, in whatever way a value of one is made.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { analyze, parse } from '@postern/sql';
import type { Court } from '../oracle/judge.js';
import { Undo } from '../harness/undo.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all());

const schema = `
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE TYPE duo AS (n int, m mood);
  CREATE TYPE wrapped AS (v text);
  CREATE TABLE days (m mood, ms mood[], b duo, note text, w wrapped);
  INSERT INTO days VALUES ('ok', '{ok}', '(1,ok)', 'x', '(1)');
  CREATE TABLE numbers (id bigint, word text);
  INSERT INTO numbers VALUES (1, 'x');
  CREATE FUNCTION ran() RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE 'the cast ran'; END$$;
  CREATE FUNCTION as_mood(bigint) RETURNS mood LANGUAGE plpgsql AS $$BEGIN PERFORM ran(); RETURN 'ok'; END$$;
  CREATE CAST (bigint AS mood) WITH FUNCTION as_mood(bigint) AS ASSIGNMENT;
  CREATE FUNCTION unwrapped(wrapped) RETURNS date LANGUAGE plpgsql AS $$BEGIN PERFORM ran(); RETURN now(); END$$;
  CREATE CAST (wrapped AS date) WITH FUNCTION unwrapped(wrapped) AS IMPLICIT;
  CREATE FUNCTION wrap() RETURNS wrapped LANGUAGE sql AS $$SELECT '(1)'::wrapped$$;
  CREATE FUNCTION big(int) RETURNS bigint LANGUAGE sql AS 'SELECT $1::bigint';
  CREATE FUNCTION takes(date) RETURNS int LANGUAGE sql AS 'SELECT extract(day FROM $1)::int';
  CREATE FUNCTION gives() RETURNS mood LANGUAGE sql AS 'SELECT 1::bigint';
  CREATE FUNCTION gives_row() RETURNS duo LANGUAGE sql AS 'SELECT 1, 1::bigint';
  CREATE FUNCTION gives_table() RETURNS TABLE (n int, m mood) LANGUAGE sql AS 'SELECT 1, 1::bigint';
  CREATE FUNCTION checked(int) RETURNS bool LANGUAGE plpgsql AS $$BEGIN PERFORM ran(); RETURN true; END$$;
  CREATE DOMAIN strict AS int CHECK (checked(VALUE));
  CREATE TYPE strict_row AS (n int, s strict);
  CREATE TABLE papers (j jsonb, x xml, small smallint);
  INSERT INTO papers VALUES ('{"a": 1}', '<r><a>1</a></r>', 1);`;

interface Case {
  readonly sql: string;
  readonly runs: boolean;
}

const running: readonly string[] = [
  'INSERT INTO days (m) VALUES (big(1))',
  "INSERT INTO days (m) VALUES ('ok'), (big(1))",
  'INSERT INTO days (m) VALUES (12345678901)',
  'INSERT INTO days (m) SELECT count(*) FROM numbers',
  'INSERT INTO days (ms) VALUES (ARRAY[big(1)])',
  'INSERT INTO days (ms[1]) VALUES (big(1))',
  'INSERT INTO days (b) VALUES (ROW(1, big(1)))',
  'INSERT INTO days (b.m) VALUES (big(1))',
  'UPDATE days SET m = big(1)',
  "UPDATE days SET (m, note) = (SELECT count(*), 'x' FROM numbers)",
  "UPDATE days SET (m, note) = ROW (big(1), 'x')",
  'UPDATE days SET b.m = big(1), ms[2] = NULL',
  'UPDATE days SET ms[2] = big(1)',
  'MERGE INTO days USING numbers ON word = note WHEN MATCHED THEN UPDATE SET m = big(1)',
  'MERGE INTO days USING numbers ON word <> note WHEN NOT MATCHED THEN INSERT (m) VALUES (big(1))',
  'WITH w AS (INSERT INTO days (m) VALUES (big(1)) RETURNING note) SELECT * FROM w',
  'SELECT ROW(1, big(1))::duo',
  'SELECT ARRAY[big(1)]::mood[]',
  'SELECT gives()',
  'SELECT m FROM gives_row()',
  'SELECT n, m FROM gives_table()',
  'SELECT takes(wrap())',
  "SELECT takes(ROW('x')::wrapped)",
  'SELECT takes(w) FROM days',
  'SELECT current_date = wrap()',
  'SELECT current_date IN (wrap())',
  'SELECT current_date BETWEEN wrap() AND now()',
  "SELECT date_part('year', wrap())",
  'SELECT takes(f) FROM wrap() AS f',
  'SELECT takes(v.x) FROM (VALUES (wrap())) AS v (x)',
  'ALTER TABLE numbers ALTER id TYPE mood',
  'ALTER TABLE numbers ALTER word TYPE mood USING big(1)',
  'ALTER TABLE numbers ADD m mood DEFAULT big(1)',
  "SELECT q.* FROM papers, JSON_TABLE(j, '$' COLUMNS (a strict PATH '$.a')) q",
  "SELECT q.* FROM papers, JSON_TABLE(j, '$' COLUMNS (NESTED PATH '$' COLUMNS (a strict PATH '$.a'))) q",
  "SELECT q.* FROM papers, XMLTABLE('/r' PASSING x COLUMNS a strict PATH 'a') q",
  "SELECT JSON_VALUE(j, '$.a' RETURNING strict) FROM papers",
  "SELECT JSON_QUERY(j, '$' RETURNING strict_row) FROM papers",
  'SELECT q.* FROM papers, jsonb_to_record(j) AS q (a strict)',
  'SELECT * FROM papers, jsonb_populate_record(NULL::strict_row, j)',
  'SELECT ROW(1, 2)::strict_row',
  "SELECT '(1,2)'::strict_row",
  `SELECT '{"(1,2)"}'::strict_row[]`,
  'ALTER TABLE papers ALTER small TYPE strict',
  'ALTER TABLE papers ADD b strict',
  'ALTER TABLE papers ADD b strict_row DEFAULT ROW(1, 2)',
  'ALTER TABLE papers ALTER small TYPE strict_row USING ROW(small, small)',
];

const quiet: readonly string[] = [
  "INSERT INTO days (m, note) VALUES ('ok', 'x')",
  "INSERT INTO days (m) VALUES (DEFAULT), ('sad')",
  "INSERT INTO days (ms, b) VALUES ('{ok}', '(1,ok)')",
  'INSERT INTO numbers (id, word) VALUES (1, 2)',
  "UPDATE days SET note = 'y', m = 'sad'",
  'SELECT takes(current_date)',
  'SELECT lower(word) FROM numbers',
];

const cases: readonly Case[] = [
  ...running.map((sql) => ({ sql, runs: true })),
  ...quiet.map((sql) => ({ sql, runs: false })),
];

let court: Court;
beforeAll(async () => {
  court = await courtWith(undo, schema);
}, 60_000);

/** Does the server call the function? It raises an error. */
const calledByServer = async (sql: string): Promise<boolean> => {
  const { client } = court;
  await client.query('BEGIN');
  try {
    await client.query(sql);
    return false;
  } catch (thrown) {
    if ((thrown as Error).message !== 'the cast ran') throw thrown;
    return true;
  } finally {
    await client.query('ROLLBACK');
  }
};

const noted = (sql: string, types?: readonly number[]): readonly string[] =>
  parse(sql).flatMap((statement) =>
    analyze(statement, court.whole, court.settings, types).analysis.notUnderstood.flatMap(
      ({ construct }) =>
        construct.match(/cast of public\.\w+|cast of pg_catalog\.\w+|function public\.checked/g) ??
        [],
    ),
  );

test.each(cases)('$sql', async ({ sql, runs }) => {
  expect(await calledByServer(sql)).toBe(runs);
  // With types of parameters that are deduced, and without.
  for (const types of [undefined, []]) {
    if (runs) expect(noted(sql, types)).not.toEqual([]);
    // A column of a type that is cast from is noted whatever is done with it.
    else expect(noted(sql, types)).toEqual([]);
  }
});
