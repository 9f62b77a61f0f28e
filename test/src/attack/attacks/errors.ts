import { attacks } from '../attack.js';

/** What the server says when something is wrong, or just says. */
export const errors = attacks('errors', {
  'text to integer': 'SELECT email::int FROM app.people',
  'text to integer in WHERE': 'SELECT 1 FROM app.people WHERE email::int = 1',
  'text to integer in ORDER BY': 'SELECT 1 FROM app.people ORDER BY email::int',
  'text to integer in a join':
    'SELECT 1 FROM app.people p JOIN app.products q ON q.id = p.email::int',
  'text to a date': 'SELECT name::date FROM app.people',
  'text to uuid': 'SELECT email::uuid FROM app.people',
  'text to boolean': 'SELECT email::bool FROM app.people',
  'text to an enum': 'SELECT email::app.mood FROM app.people',
  'text to inet': 'SELECT email::inet FROM app.people',
  'text to json': 'SELECT email::json FROM app.people',
  'text to regclass': 'SELECT email::regclass FROM app.people',
  'text to regtype': 'SELECT (split_part(email, chr(64), 1))::regtype FROM app.people',
  'text to point': 'SELECT email::point FROM app.people',
  to_number:
    "SELECT to_date('2020', name)::text || to_number('1', '9') || current_setting(split_part(name, ' ', 1)) FROM app.people",
  to_timestamp:
    "SELECT to_timestamp('01 ' || split_part(name, ' ', 1), 'DD TMMonth') FROM app.people",
  'a wrong encoding name': 'SELECT convert_to(name, split_part(email, chr(64), 1)) FROM app.people',
  'a wrong format': "SELECT encode('a', split_part(email, '@', 1)) FROM app.people",
  'a wrong time zone': "SELECT now() AT TIME ZONE split_part(email, '@', 1) FROM app.people",
  'a wrong unit': "SELECT date_trunc(split_part(email, '@', 1), now()) FROM app.people",
  'a wrong unit of extract': "SELECT date_part(split_part(email, '@', 1), now()) FROM app.people",
  'a wrong setting': "SELECT current_setting(split_part(email, '@', 1)) FROM app.people",
  'a wrong text search configuration':
    "SELECT to_tsvector(split_part(email, '@', 1)::regconfig, 'x') FROM app.people",
  'a wrong role':
    "SELECT has_table_privilege(split_part(email, '@', 1), 'app.people', 'select') FROM app.people",
  'a wrong table':
    "SELECT has_table_privilege('app.' || split_part(email, '@', 1), 'select') FROM app.people",
  'a wrong function': "SELECT split_part(email, '@', 1)::regproc FROM app.people",
  'a wrong sequence': "SELECT nextval('app.' || split_part(email, '@', 1)) FROM app.people",
  'a wrong XML': "SELECT ('<' || split_part(email, '@', 1) || '>')::xml FROM app.people",
  'a key of the wrong table':
    "INSERT INTO app.orders SELECT 900, 1, reverse(email), 1, now(), 'x' FROM app.people WHERE id = 1",
  'a unique violation with computed keys':
    'INSERT INTO app.people (id, name, email) SELECT id + 10, name, email FROM app.people',
  'a violation of NOT NULL':
    'INSERT INTO app.people (id, email, phone) SELECT 90, email, phone FROM app.people WHERE id = 1',
  'an update that sets NULL': 'UPDATE app.people SET name = NULL WHERE id = 1',
  'a CHECK that fails on the row': {
    role: 'keeper',
    steps:
      "ALTER TABLE app.contacts ADD CHECK (memo <> 'x') NOT VALID; UPDATE app.contacts SET memo = 'x' WHERE id = 1",
  },
  'a CHECK of the domain':
    'SELECT phone::text::bigint::text::app.phone, substr(phone, 2)::app.phone FROM app.people; SELECT 1'.replace(
      'phone::text::bigint',
      'email::bigint',
    ),
  'a partition that does not fit': [
    "UPDATE app.segments_a SET code = 'other', note = code WHERE id = 1",
  ],
  'a text to a short number': 'SELECT salary::text::smallint FROM app.people',
  'a long text to a number': 'SELECT (email || repeat(chr(48), 20))::numeric FROM app.people',
  'a key that is there already':
    "UPDATE app.people SET email = 'zz' WHERE id = 1; UPDATE app.contacts SET handle = handle RETURNING handle::int",
  'the trigger that notes': "INSERT INTO app.logged VALUES (1, 'x')",
  'the trigger that raises': "INSERT INTO app.guarded VALUES (1, 'x')",
  'the trigger by COPY': {
    steps: [{ kind: 'copy-in', sql: 'COPY app.logged FROM STDIN', data: '1\tx\n', on: 'a' }],
  },
  'the trigger by MERGE': {
    steps:
      "MERGE INTO app.logged l USING (VALUES (1)) v(i) ON l.id = v.i WHEN NOT MATCHED THEN INSERT VALUES (i, 'x')",
    since: 15,
  },
  'a function that notes': 'SELECT app.told(1)',
  'a division within an aggregate': 'SELECT (string_agg(email, chr(10)) || 1)::int FROM app.people',
  'a scalar subquery to a number': 'SELECT (SELECT email FROM app.people LIMIT 1)::numeric',
  'two-digit numbers': 'SELECT money(email) FROM app.people',
  'text to size': 'SELECT pg_size_bytes(email) FROM app.people',
  'text to interval': 'SELECT email::interval FROM app.people',
  'text to a snapshot': 'SELECT email::pg_snapshot FROM app.people',
  'text to a LSN': 'SELECT email::pg_lsn FROM app.people',
  'text to a macaddr': 'SELECT email::macaddr FROM app.people',
  'text to bits': 'SELECT email::tid FROM app.people',
  'an array literal': "SELECT ('{\"' || email)::text[] FROM app.people",
  'a row literal': 'SELECT email::app.people FROM app.people',
  'query in a CONTEXT': [
    "CREATE FUNCTION scratch.f(t text) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN t::int; END'",
    'SELECT scratch.f(email) FROM app.people',
  ],
  'SQLSTATE of an own function': [
    "CREATE FUNCTION scratch.f(t text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = upper(left(t, 5)), MESSAGE = 'x', COLUMN = t; END $$",
    'SELECT scratch.f(email) FROM app.people',
  ],
});
