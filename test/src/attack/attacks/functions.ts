import { attacks } from '../attack.js';

const own = (name: string, words: string, body: string): string =>
  `CREATE FUNCTION scratch.${name} ${words} AS $f$${body}$f$`;

/** Functions that are there, and of the client's own. */
export const functions = attacks('functions', {
  'in SQL': 'SELECT app.mail_of(1)',
  'in SQL, BEGIN ATOMIC': 'SELECT app.mail_atomic(1)',
  'in plpgsql': 'SELECT app.mail_pl(1)',
  'in plpgsql, EXECUTE': 'SELECT app.mail_dynamic(1)',
  "with its definer's rights": 'SELECT app.mail_definer(1)',
  'in FROM': 'SELECT * FROM app.mail_of(2)',
  rows: 'SELECT email FROM app.all_people()',
  'rows in the list': 'SELECT app.all_people()',
  'a field of its rows': 'SELECT (app.all_people()).email',
  'in LATERAL': 'SELECT m FROM app.products p, LATERAL app.mail_of(p.id) m',
  'in a condition':
    "SELECT app.mail_of(1) FROM app.products WHERE app.mail_of(1) LIKE 'z%' LIMIT 1",
  'in ORDER BY': 'SELECT app.mail_pl(id) FROM app.products ORDER BY app.mail_pl(id) LIMIT 3',
  'as a default of a table': [
    'CREATE TABLE scratch.x (i int, v text DEFAULT app.mail_of(1))',
    'INSERT INTO scratch.x (i) VALUES (1) RETURNING v',
  ],
  'as a generated column': [
    "CREATE TABLE scratch.x (i int, v text GENERATED ALWAYS AS (app.name_of(ROW(i, 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::app.people)) STORED)",
    'SELECT app.mail_of(1)',
  ],
  "in a CHECK of a table of one's own": [
    "CREATE FUNCTION scratch.says(i int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', app.mail_of(i); RETURN true; END $$",
    'CREATE TABLE scratch.x (i int CHECK (scratch.says(i)))',
    'INSERT INTO scratch.x VALUES (1)',
  ],
  "in an index of a table of one's own": [
    own(
      'says(i int)',
      'RETURNS int LANGUAGE plpgsql IMMUTABLE',
      "BEGIN RAISE NOTICE '%', (SELECT email FROM app.people WHERE id = i); RETURN i; END",
    ),
    'CREATE INDEX ON scratch.notes (scratch.says(id))',
  ],
  'that takes the row': 'SELECT app.name_of(p) FROM app.people p',
  'that takes the row, as an attribute': [
    'SET search_path = app',
    'SELECT (p).name_of FROM app.people p',
  ],
  'that takes the row, by search_path': ['SET search_path = app', 'SELECT p.name_of FROM people p'],
  "one's own, in SQL": [
    own('f()', 'RETURNS text LANGUAGE sql', 'SELECT email FROM app.people LIMIT 1'),
    'SELECT scratch.f()',
  ],
  "one's own, SETOF the table": [
    own('f()', 'RETURNS SETOF app.people LANGUAGE sql', 'TABLE app.people'),
    'SELECT * FROM scratch.f()',
  ],
  "one's own, RETURNS TABLE": [
    own('f()', 'RETURNS TABLE (e text) LANGUAGE sql', 'SELECT email FROM app.people'),
    'SELECT * FROM scratch.f()',
  ],
  "one's own, OUT arguments": [
    own(
      'f(OUT a text, OUT b numeric)',
      'LANGUAGE sql',
      'SELECT email, salary FROM app.people LIMIT 1',
    ),
    'SELECT (scratch.f()).*',
  ],
  "one's own, VARIADIC": [
    own('f(VARIADIC t text[])', 'RETURNS text LANGUAGE sql', 'SELECT $1[1]'),
    'SELECT scratch.f(email, name) FROM app.people',
  ],
  "one's own, BEGIN ATOMIC": {
    since: 14,
    steps: [
      'CREATE FUNCTION scratch.f() RETURNS text BEGIN ATOMIC SELECT email FROM app.people LIMIT 1; END',
      'SELECT scratch.f()',
    ],
  },
  "one's own, RETURN": {
    since: 14,
    steps: [
      'CREATE FUNCTION scratch.f() RETURNS text RETURN (SELECT email FROM app.people LIMIT 1)',
      'SELECT scratch.f()',
    ],
  },
  "one's own, in plpgsql": [
    own(
      'f()',
      'RETURNS text LANGUAGE plpgsql',
      'BEGIN RETURN (SELECT max(email) FROM app.people); END',
    ),
    'SELECT scratch.f()',
  ],
  "one's own, by a function that calls it": [
    own('f()', 'RETURNS text LANGUAGE sql', 'SELECT email FROM app.people LIMIT 1'),
    own('g()', 'RETURNS text LANGUAGE sql', 'SELECT scratch.f()'),
    'SELECT scratch.g()',
  ],
  "one's own, whose body looks at a table made after it": [
    'SET check_function_bodies = off',
    own('f()', 'RETURNS text LANGUAGE sql', 'SELECT email FROM scratch.later LIMIT 1'),
    'CREATE VIEW scratch.later AS SELECT email FROM app.people',
    'SELECT scratch.f()',
  ],
  "one's own, by its search_path": [
    'CREATE TABLE scratch.people (email text)',
    `CREATE FUNCTION scratch.f() RETURNS text LANGUAGE sql SET search_path = app AS 'SELECT email FROM people LIMIT 1'`,
    'SELECT scratch.f()',
  ],
  "one's own, by the caller's search_path": [
    'CREATE TABLE scratch.people (email text)',
    'SET search_path = scratch',
    own('f()', 'RETURNS text LANGUAGE sql', 'SELECT email FROM people LIMIT 1'),
    'SELECT scratch.f()',
    'SET search_path = app',
    'SELECT scratch.f()',
  ],
  "one's own, of the temporary schema": [
    "CREATE FUNCTION pg_temp.f() RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM app.people'",
    'SELECT pg_temp.f()',
  ],
  "one's own, whose argument's default reads": [
    own(
      'f(t text DEFAULT (SELECT app.mail_of(1)))',
      'RETURNS text LANGUAGE sql',
      'SELECT $1',
    ).replace('(SELECT app.mail_of(1))', 'app.mail_of(1)'),
    'SELECT scratch.f()',
  ],
  "one's own, altered after it was looked at": [
    'CREATE TABLE scratch.people (email text)',
    'SET search_path = scratch',
    own('f()', 'RETURNS text LANGUAGE sql', 'SELECT email FROM people LIMIT 1'),
    'SELECT scratch.f()',
    'ALTER FUNCTION scratch.f() SET search_path = app',
    'SELECT scratch.f()',
  ],
  'a procedure that writes': ['CALL app.keep_copy()', 'TABLE scratch.box'],
  "a procedure of one's own": [
    "CREATE PROCEDURE scratch.p(INOUT t text) LANGUAGE plpgsql AS 'BEGIN t := (SELECT max(email) FROM app.people); END'",
    "CALL scratch.p('x')",
  ],
  'DO that notes': "DO $$ BEGIN RAISE NOTICE '%', (SELECT max(email) FROM app.people); END $$",
  'DO that writes': [
    'DO $$ BEGIN INSERT INTO scratch.box SELECT id, email FROM app.people; END $$',
    'TABLE scratch.box',
  ],
  'DO that fails': 'DO $$ BEGIN PERFORM email::int FROM app.people; END $$',
  'DO that sets': [
    "DO $$ BEGIN PERFORM set_config('my.x', max(email), false) FROM app.people; END $$",
    "SELECT current_setting('my.x')",
  ],
  "a trigger of one's own": [
    own(
      't()',
      'RETURNS trigger LANGUAGE plpgsql',
      'BEGIN NEW.v := (SELECT max(email) FROM app.people); RETURN NEW; END',
    ),
    'CREATE TRIGGER t BEFORE INSERT ON scratch.box FOR EACH ROW EXECUTE FUNCTION scratch.t()',
    'INSERT INTO scratch.box VALUES (1) RETURNING v',
  ],
  "a deferred trigger of one's own": [
    own(
      't()',
      'RETURNS trigger LANGUAGE plpgsql',
      "BEGIN RAISE NOTICE '%', (SELECT max(email) FROM app.people); RETURN NULL; END",
    ),
    'CREATE CONSTRAINT TRIGGER t AFTER INSERT ON scratch.box DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scratch.t()',
    'BEGIN',
    'INSERT INTO scratch.box VALUES (1)',
    'COMMIT',
  ],
  'a trigger that is there, twice around': [
    "INSERT INTO app.logged SELECT id, 'x' FROM app.people",
  ],
  "a rule of one's own": [
    'CREATE RULE r AS ON INSERT TO scratch.box DO INSTEAD SELECT email FROM app.people',
    'INSERT INTO scratch.box VALUES (1)',
  ],
  'a rule that also writes': [
    'CREATE RULE r AS ON INSERT TO scratch.notes DO ALSO INSERT INTO scratch.box SELECT id, email FROM app.people',
    "INSERT INTO scratch.notes VALUES (9, 'x')",
    'TABLE scratch.box',
  ],
  'a rule of DELETE': [
    'CREATE RULE r AS ON DELETE TO scratch.notes DO INSTEAD SELECT p.email FROM app.people p WHERE p.id = OLD.id',
    'DELETE FROM scratch.notes',
  ],
  NOTIFY: ['LISTEN c', "SELECT pg_notify('c', max(email)) FROM app.people", 'SELECT 1'],
  'a setting': ["SELECT set_config('my.x', max(email), false) FROM app.people", 'SHOW my.x'],
  'a setting that is reported':
    "SELECT set_config('application_name', max(email), false) FROM app.people",
  'a sequence': [
    'CREATE SEQUENCE scratch.s',
    "SELECT setval('scratch.s', (SELECT trunc(salary)::bigint FROM app.people WHERE id = 1))",
    'SELECT last_value FROM scratch.s',
  ],
  'a large object': [
    "SELECT lo_from_bytea(4711, convert_to((SELECT string_agg(email, ',') FROM app.people), 'UTF8'))",
    'SELECT lo_get(4711)',
  ],
  "an operator of one's own": [
    own('f(text, int)', 'RETURNS text LANGUAGE sql', 'SELECT $1'),
    'CREATE OPERATOR scratch.## (LEFTARG = text, RIGHTARG = int, FUNCTION = scratch.f)',
    'SELECT email OPERATOR(scratch.##) 1 FROM app.people',
  ],
});
