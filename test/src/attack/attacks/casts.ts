import { attacks } from '../attack.js';

/** Values that change their type on the way. */
export const casts = attacks('casts', {
  'to varchar': 'SELECT email::varchar FROM app.people',
  'to a shorter varchar': 'SELECT email::varchar(9) FROM app.people',
  'to char(n)': 'SELECT CAST(email AS char(40)) FROM app.people',
  'to name': 'SELECT email::name FROM app.people',
  'to bytea': 'SELECT email::bytea FROM app.people',
  'to json': "SELECT ('\"' || email || '\"')::json FROM app.people",
  'to jsonb and out': "SELECT ('{\"a\": \"' || email || '\"}')::jsonb ->> 'a' FROM app.people",
  'to xml': 'SELECT email::xml FROM app.people',
  'to an array': "SELECT ('{' || email || '}')::text[] FROM app.people",
  'an array as text': 'SELECT tags::text FROM app.people',
  'an array as another': 'SELECT tags::varchar(8)[] FROM app.people',
  'to tsvector': 'SELECT email::tsvector FROM app.people',
  'to tsquery': 'SELECT quote_literal(email)::tsquery FROM app.people',
  'bytea to text': 'SELECT token::text FROM app.people',
  'bytea to bit by hex': "SELECT ('x' || encode(token, 'hex'))::bit(80) FROM app.people",
  'number to text': 'SELECT salary::text FROM app.people',
  'number to double': 'SELECT salary::float8 FROM app.people',
  'number to integer': 'SELECT salary::int FROM app.people',
  'number to money': 'SELECT salary::money FROM app.people',
  'number to range': 'SELECT numrange(salary, salary + 1) FROM app.people',
  'number to bits': 'SELECT salary::int::bit(32)::int FROM app.people',
  'number to hex, turned back': {
    ask: async (ask) => {
      const heard = await ask('SELECT to_hex(salary::int) FROM app.people');
      return heard
        .filter(({ type }) => type === 'D')
        .map(({ short }) => String(parseInt(short.slice(2), 16)));
    },
  },
  'digits of a text': 'SELECT substr(national_id, 3)::int FROM app.people',
  'digits, summed': 'SELECT sum(substr(national_id, 3)::int) FROM app.people WHERE id = 1',
  'number to an interval':
    'SELECT extract(epoch FROM make_interval(secs => salary::float8)) FROM app.people',
  'number to a date': 'SELECT extract(epoch FROM to_timestamp(salary::float8)) FROM app.people',
  'date to text': 'SELECT birth::text FROM app.people',
  'date to timestamp': 'SELECT birth::timestamp FROM app.people',
  'date in another style': ["SET datestyle = 'German'", 'SELECT birth FROM app.people'],
  'date to timestamptz': 'SELECT birth::timestamptz FROM app.people',
  'date to a range': "SELECT daterange(birth, birth, '[]') FROM app.people",
  'enum beside':
    'SELECT mood::text, name FROM app.people WHERE mood IS NOT NULL AND name IS NOT NULL',
  'domain to its base': 'SELECT phone::text FROM app.people',
  'domain away': 'SELECT substr(phone, 2) FROM app.people',
  'row to text and back': 'SELECT (p::text::app.people).email FROM app.people p',
  'row to another type': [
    'CREATE TABLE scratch.like_people (LIKE app.people)',
    'SELECT (p::text::scratch.like_people).email FROM app.people p',
  ],
  'an own domain': ['CREATE DOMAIN scratch.d AS text', 'SELECT email::scratch.d FROM app.people'],
  'an own domain with a check that tells': [
    "CREATE FUNCTION scratch.tell(t text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', t; RETURN true; END'",
    'CREATE DOMAIN scratch.d AS text CHECK (scratch.tell(VALUE))',
    'SELECT count(email::scratch.d) FROM app.people',
  ],
  'an own cast': [
    'CREATE TYPE scratch.pair AS (a text, b text)',
    "CREATE FUNCTION scratch.to_pair(text) RETURNS scratch.pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1, $1)::scratch.pair'",
    'CREATE CAST (text AS scratch.pair) WITH FUNCTION scratch.to_pair(text)',
    'SELECT (email::scratch.pair).a FROM app.people',
  ],
  'hash of a row': "SELECT md5(email::text), encode(sha224(email::bytea), 'hex') FROM app.people",
});
