import { attacks, type Written } from '../attack.js';
import { bind, raw } from '../steps.js';
import { say } from '../../wire/raw-client.js';

/** A harmless table of the name of a masked one, and a session whose search_path is the one or the other. */
const misled = (...between: readonly (string | ReturnType<typeof raw>)[]): Written => ({
  steps: [
    'CREATE TABLE scratch.people (id int, name text, email text, salary numeric)',
    ...between,
    'SELECT email FROM people',
    'ROLLBACK',
    'SELECT name FROM people',
  ],
});

const bound = (sql: string, ...rest: readonly Buffer[]): ReturnType<typeof raw> =>
  raw([say.parse(sql, 'z'), bind([], false, 'z'), ...rest, say.sync()]);

/** Names that mean something else than they seem to. */
export const shadowing = attacks('shadowing', {
  'SET in a failed block': misled(
    'SET search_path = app',
    'BEGIN',
    'SET search_path = scratch',
    'SELECT 1/0',
    'ROLLBACK',
  ),
  'SET, rolled back': misled(
    'SET search_path = app',
    'BEGIN',
    'SET search_path = scratch',
    'ROLLBACK',
  ),
  'SET, rolled back to a savepoint': misled(
    'SET search_path = app',
    'BEGIN',
    'SAVEPOINT s',
    'SET search_path = scratch',
    'ROLLBACK TO s',
  ),
  'SET LOCAL, then the end': misled(
    'SET search_path = app',
    'BEGIN',
    'SET LOCAL search_path = scratch',
    'COMMIT',
  ),
  'SET LOCAL without a block': misled('SET search_path = app', 'SET LOCAL search_path = scratch'),
  'SET in one failing message': misled(
    'SET search_path = app',
    'SET search_path = scratch; SELECT 1/0',
  ),
  'SET behind an error of one message': misled(
    'SET search_path = app',
    'SELECT 1/0; SET search_path = scratch',
  ),
  'SET that is only bound': misled('SET search_path = app', bound('SET search_path = scratch')),
  'SET in a batch that fails later': misled(
    'SET search_path = app',
    raw([
      ...[say.parse('SET search_path = scratch', 'z'), bind([], false, 'z'), say.execute()],
      ...[say.parse('SELECT 1/0', 'y'), bind([], false, 'y'), say.execute(), say.sync()],
    ]),
  ),
  'SET behind a failure of the batch': misled(
    'SET search_path = app',
    raw([
      ...[say.parse('SELECT 1/0', 'y'), bind([], false, 'y'), say.execute()],
      ...[
        say.parse('SET search_path = scratch', 'z'),
        bind([], false, 'z'),
        say.execute(),
        say.sync(),
      ],
    ]),
  ),
  set_config: misled('SET search_path = scratch', "SELECT set_config('search_path', 'app', false)"),
  'set_config that finds no row': misled(
    'SET search_path = app',
    "SELECT set_config('search_path', 'scratch', false) WHERE false",
  ),
  'set_config of a computed name': misled(
    'SET search_path = scratch',
    "SELECT set_config('search' || '_path', 'a' || 'pp', false)",
  ),
  'set_config in a CTE that is not read': misled(
    'SET search_path = app',
    "WITH x AS (SELECT set_config('search_path', 'scratch', false)) SELECT 1",
  ),
  'set_config in CASE': misled(
    'SET search_path = scratch',
    "SELECT CASE WHEN set_config('search_path', 'app', false) IS NULL THEN set_config('search_path', 'scratch', false) END",
  ),
  'set_config row by row': misled(
    "SELECT set_config('search_path', s, false) FROM (VALUES (1, 'scratch'), (2, 'app')) v(i, s) ORDER BY i",
  ),
  "set_config by a function of one's own": misled(
    'SET search_path = scratch',
    "CREATE FUNCTION scratch.go() RETURNS text LANGUAGE sql AS $$ SELECT set_config('search_path', 'app', false) $$",
    'SELECT scratch.go()',
  ),
  'set_config by plpgsql': misled(
    'SET search_path = scratch',
    'CREATE FUNCTION scratch.go() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET search_path = app; END $$',
    'SELECT scratch.go()',
  ),
  'SET in DO': misled('SET search_path = scratch', 'DO $$ BEGIN SET search_path = app; END $$'),
  'UPDATE pg_settings': misled(
    'SET search_path = scratch',
    "UPDATE pg_settings SET setting = 'app' WHERE name = 'search_path'",
  ),
  RESET: {
    settings: { search_path: 'app' },
    steps: [
      'CREATE TABLE scratch.people (email text)',
      'SET search_path = scratch',
      'SELECT email FROM people',
      'RESET search_path',
      'SELECT email FROM people',
    ],
  },
  'RESET ALL': {
    settings: { search_path: 'app' },
    steps: [
      'CREATE TABLE scratch.people (email text)',
      'SET search_path = scratch',
      'SELECT email FROM people',
      'RESET ALL',
      'SELECT email FROM people',
    ],
  },
  'DISCARD ALL': {
    settings: { search_path: 'app' },
    steps: [
      'CREATE TABLE scratch.people (email text)',
      'SET search_path = scratch',
      'SELECT email FROM people',
      'DISCARD ALL',
      'SELECT email FROM people',
    ],
  },
  'SET TO DEFAULT': {
    settings: { options: '-c search_path=app' },
    steps: [
      'CREATE TABLE scratch.people (email text)',
      'SET search_path = scratch',
      'SELECT email FROM people',
      'SET search_path TO DEFAULT',
      'SELECT email FROM people',
    ],
  },
  'from the start': { settings: { search_path: 'app' }, steps: 'SELECT email FROM people' },
  'from the start, by options': {
    settings: { options: '-csearch_path=app' },
    steps: 'SELECT email FROM people',
  },
  'SET SCHEMA': misled('SET search_path = scratch', "SET SCHEMA 'app'"),
  $user: misled(
    'SET search_path = scratch',
    'CREATE SCHEMA IF NOT EXISTS app',
    'SET search_path = "$user", app, scratch',
  ),
  'a schema that is not there': misled('SET search_path = nowhere, app, scratch'),
  'pg_temp in the path': misled(
    'CREATE TEMP TABLE people (email text)',
    'SET search_path = app, pg_temp',
  ),
  'a temporary table in front': misled(
    'SET search_path = app',
    'CREATE TEMP TABLE people (name text, email text)',
    'DROP TABLE pg_temp.people',
  ),
  'a temporary table that was never': misled(
    'SET search_path = app',
    'BEGIN',
    'CREATE TEMP TABLE people (name text, email text)',
    'ROLLBACK',
  ),
  'a temporary table, undone to a savepoint': misled(
    'SET search_path = app',
    'BEGIN',
    'SAVEPOINT s',
    'CREATE TEMP TABLE people (name text, email text)',
    'ROLLBACK TO s',
  ),
  'a temporary table until COMMIT': misled(
    'SET search_path = app',
    'BEGIN',
    'CREATE TEMP TABLE people (name text, email text) ON COMMIT DROP',
    'COMMIT',
  ),
  'a temporary table in a failing message': misled(
    'SET search_path = app',
    'CREATE TEMP TABLE people (name text, email text); SELECT 1/0',
  ),
  'a temporary table, then read in one message': misled(
    'SET search_path = app',
    'CREATE TEMP TABLE people (name text, email text); DROP TABLE people; SELECT email FROM people',
  ),
  'a temporary table by DO': misled(
    'SET search_path = app',
    'CREATE TEMP TABLE people (name text, email text)',
    'DO $$ BEGIN DROP TABLE pg_temp.people; END $$',
  ),
  'a temporary table that is renamed': misled(
    'SET search_path = app',
    'CREATE TEMP TABLE people (name text, email text)',
    'ALTER TABLE pg_temp.people RENAME TO others',
  ),
  'a temporary view in front': misled(
    'SET search_path = app',
    'CREATE TEMP VIEW people AS SELECT NULL::text AS email, NULL::text AS name',
    'DROP VIEW pg_temp.people',
  ),
  'a CTE of the name':
    "WITH people AS (SELECT 'x' AS email) SELECT p.email FROM app.people p, people",
  'a CTE of the name, within':
    "SELECT (WITH people AS (SELECT 'x'::text AS email) SELECT q.email FROM app.people q LIMIT 1) FROM people".replace(
      'FROM people',
      'FROM app.people',
    ),
  'a CTE that refers to the table of its name': [
    'SET search_path = app',
    'WITH people AS (SELECT email FROM people) SELECT * FROM people',
  ],
  'a recursive CTE of the name':
    "WITH RECURSIVE x AS (SELECT 'x'::text AS email), people AS (SELECT email FROM app.people UNION SELECT email FROM x) SELECT email FROM people",
  'an alias of the name': 'SELECT products.email FROM app.people AS products',
  "an alias of a column's name": 'SELECT email.email FROM app.people AS email',
  'an alias that hides the schema': 'SELECT app.email FROM app.people AS app',
  "a function of one's own by the mask's name": {
    steps: [
      "CREATE FUNCTION scratch.sha256(b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS 'SELECT b'",
      "CREATE FUNCTION scratch.encode(b bytea, t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT convert_from(b, ''UTF8'')'",
      "CREATE FUNCTION scratch.convert_to(a text, b name) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE '%', a; RETURN a::bytea; END $$",
      'SET search_path = scratch, pg_catalog',
      'SELECT email FROM app.people',
    ],
  },
  "functions of text by the mask's name": {
    steps: [
      "CREATE FUNCTION scratch.left(a text, b int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT a'",
      "CREATE FUNCTION scratch.length(a text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0'",
      "CREATE FUNCTION scratch.repeat(a text, b int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT a'",
      'SET search_path = scratch, pg_catalog',
      'SELECT name FROM app.people',
    ],
  },
  "functions of dates by the mask's name": {
    steps: [
      "CREATE FUNCTION scratch.date_trunc(a text, b timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE AS 'SELECT b'",
      "CREATE FUNCTION scratch.date_trunc(a text, b timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS 'SELECT b'",
      "CREATE FUNCTION scratch.make_date(a int, b int, c int) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT date ''2000-01-01'''",
      'SET search_path = scratch, pg_catalog',
      'SELECT birth FROM app.people',
    ],
  },
  "operators by the mask's name": {
    steps: [
      "CREATE FUNCTION scratch.cat(a text, b text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE '%', b; RETURN a; END $$",
      'CREATE OPERATOR scratch.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = scratch.cat)',
      "CREATE FUNCTION scratch.times(a numeric, b numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE '%', a; RETURN a; END $$",
      'CREATE OPERATOR scratch.* (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = scratch.times)',
      'CREATE OPERATOR scratch./ (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = scratch.times)',
      'SET search_path = scratch, pg_catalog',
      'SELECT email, salary, name FROM app.people',
    ],
  },
  "operators by the filter's name": {
    steps: [
      "CREATE FUNCTION scratch.always(a text, b text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'",
      'CREATE OPERATOR scratch.= (LEFTARG = text, RIGHTARG = text, FUNCTION = scratch.always)',
      'SET search_path = scratch, pg_catalog',
      'SELECT body FROM app.regional',
    ],
  },
  "types by the mask's name": {
    steps: [
      'CREATE DOMAIN scratch.text AS pg_catalog.text',
      'CREATE DOMAIN scratch.date AS pg_catalog.date',
      'CREATE DOMAIN scratch.numeric AS pg_catalog.numeric',
      'SET search_path = scratch, pg_catalog',
      'SELECT email, birth, salary FROM app.people',
    ],
  },
  'a table with the name of a catalogue': {
    steps: [
      'CREATE TABLE scratch.pg_stats (x int)',
      'SET search_path = scratch, pg_catalog',
      'SET search_path = pg_catalog, scratch',
      'SELECT * FROM pg_stats',
    ],
  },
});
