/** Corners of name resolution, each judged by the server: what it reads, what it is called, or why it is refused. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyze, formatName, parse } from '@postern/sql';
import { Undo } from '../harness/undo.js';
import { type Court, judge } from '../oracle/judge.js';
import { judgeUtility } from '../oracle/utility.js';
import { courtWith } from './court.js';
import { saidByAnalysis, saidByServer } from './said.js';

const undo = new Undo();
afterAll(() => undo.all());

const schema = `
  CREATE TYPE place AS (street text, zip int);
  CREATE TYPE profile AS (nick text, home place);
  CREATE DOMAIN known_place AS place;
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE DOMAIN small AS positive CHECK (VALUE < 100);
  CREATE TABLE people (id int PRIMARY KEY, name text, home place, work known_place, p profile, age small);
  CREATE TABLE pets (id int PRIMARY KEY, name text, owner int);
  CREATE VIEW seen AS SELECT id, name FROM people;
  CREATE FUNCTION made(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql AS 'SELECT a + b';
  CREATE SEQUENCE numbers;`;

let court: Court;
beforeAll(async () => {
  court = await courtWith(undo, schema);
}, 60_000);

describe('understood', () => {
  test.each([
    ['SELECT (e.p).home.* FROM people e'],
    ['SELECT (e).p.home.*, (e.home).* FROM people e'],
    ['SELECT street(home), zip(e.work) FROM people e'],
    ['SELECT upper(street(home)) FROM people WHERE zip(home) > 3'],
    ['SELECT street((SELECT home FROM people LIMIT 1))'],
    ['SELECT nullif(home, work), home = work FROM people'],
    [
      'SELECT sum(id) OVER w, sum(id) OVER (w ROWS 1 PRECEDING) FROM people WINDOW w AS (ORDER BY id)',
    ],
    ['SELECT name AS n, people.name AS n FROM people ORDER BY n'],
    ['SELECT *, id FROM pets ORDER BY id'],
    ['SELECT made(a => 1), made(b => 2, a => 1), made(1, b => 2)'],
    [
      `SELECT t.a, t.b[1] FROM JSON_TABLE(jsonb '{}', '$' COLUMNS (a int[] PATH '$.a', b text[])) t`,
    ],
    [`SELECT t.a[1] FROM XMLTABLE('/r' PASSING xml '<r/>' COLUMNS a int[] PATH 'a') t`],
    ['SELECT people.*, people.name FROM people GROUP BY people.id ORDER BY name'],
  ])('%s', async (sql) => {
    expect(await judge(court, sql)).toEqual({ kind: 'agree' });
  });
});

describe('refused as the server does', () => {
  test.each([
    ['SELECT name AS n, id::text AS n FROM people ORDER BY n'],
    ['SELECT a.name, b.name FROM people a, pets b ORDER BY name'],
    ['SELECT * FROM people a, pets b ORDER BY name'],
    ['SELECT lower(a.name) AS n, upper(b.name) AS n FROM people a, pets b GROUP BY n'],
    ['SELECT DISTINCT ON (n) a.name AS n, b.name AS n FROM people a, pets b'],
    ['SELECT DISTINCT ON (3) id FROM pets'],
    ['SELECT sum(id) OVER nowhere FROM people'],
    ['SELECT sum(id) OVER w FROM people WINDOW v AS (ORDER BY id), w AS (nowhere)'],
    ['SELECT id AS z, owner AS z FROM pets UNION SELECT id, age FROM people ORDER BY z'],
    ['SELECT id FROM pets UNION SELECT id FROM people ORDER BY 3'],
    ['SELECT made(b => 1)'],
    ['SELECT made(1, a => 2)'],
    ['UPDATE people SET home.nowhere = 1'],
    ['UPDATE people SET p.home.nowhere = 1'],
    ["INSERT INTO people (id, home.nowhere) VALUES (1, 'x')"],
    ["SELECT t.a FROM JSON_TABLE(jsonb '{}', '$' COLUMNS (a nowhere)) t"],
    ["SELECT t.a FROM XMLTABLE('/r' PASSING xml '<r/>' COLUMNS a nowhere) t"],
    ['SELECT sum(id) OVER (nowhere ORDER BY id) FROM people'],
    ['SELECT (SELECT sum(p.id) OVER w) FROM people p WINDOW w AS (ORDER BY id)'],
    ['SELECT ctid FROM seen'],
    ['SELECT s.tableoid FROM seen s'],
    ["SELECT 'x'::nowhere.t"],
    ['INSERT INTO pets (id) VALUES (1) ON CONFLICT (nowhere) DO NOTHING'],
    ['SELECT street(name) FROM people'],
  ])('%s', async (sql) => {
    const server = await saidByServer(court, sql);
    const { hint: _, ...said } = server ?? { hint: undefined };
    expect(server).toBeDefined();
    expect(saidByAnalysis(court, sql)).toMatchObject(said);
  });
});

describe('columns are called', () => {
  test.each([
    [
      'SELECT (VALUES (1)), (SELECT name FROM pets UNION SELECT name FROM people LIMIT 1), (SELECT 1 + 1)',
    ],
    ['SELECT street(home), (p).home.zip, (SELECT max(id) FROM pets) FROM people'],
  ])('%s', async (sql) => {
    const { fields } = await court.client.query(sql);
    const named = parse(sql).flatMap((statement) =>
      analyze(statement, court.whole, court.settings).analysis.output.map(({ name }) => name),
    );
    expect(named).toEqual(fields.map(({ name }) => name));
  });
});

describe('utility statements', () => {
  test.each([
    ['ALTER SEQUENCE numbers OWNED BY pets.owner', 'public.pets.owner'],
    ['ALTER DOMAIN positive ADD CHECK (VALUE <> 7)', 'public.people.age'],
    ['ALTER DOMAIN small ADD CHECK (VALUE <> 7)', 'public.people.age'],
  ])('%s', async (sql, column) => {
    expect(await judgeUtility(court, sql)).toEqual({ kind: 'agree' });
    const found = parse(sql).flatMap((statement) =>
      analyze(statement, court.whole, court.settings).analysis.accesses.flatMap(
        ({ object, columns }) =>
          columns.map(({ name }) => `${object ? formatName(object) : ''}.${name}`),
      ),
    );
    expect(found).toContain(column);
  });
});
