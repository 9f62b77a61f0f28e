import { attacks } from '../attack.js';

/** Every way to write a column, or something computed from it. */
export const expressions = attacks('expressions', {
  'a column': 'SELECT email FROM app.people',
  'all columns': 'SELECT * FROM app.people',
  TABLE: 'TABLE app.people',
  'a qualified star': 'SELECT p.* FROM app.people p',
  'an alias': 'SELECT p.email AS harmless FROM app.people AS p',
  'columns renamed by the alias': 'SELECT d FROM app.people AS p(a, b, d)',
  'fully qualified': 'SELECT app.people.email FROM app.people',
  quoted: 'SELECT "people"."email" FROM "app"."people"',
  'unicode quoted': `SELECT U&"\\0065mail" FROM app.U&"p\\0065ople"`,
  'upper case': 'SELECT EMAIL FROM APP.PEOPLE',
  search_path: ['SET search_path = app', 'SELECT email FROM people'],
  'upper()': 'SELECT upper(email) FROM app.people',
  'reverse()': 'SELECT reverse(email) FROM app.people',
  'left of a concatenation': "SELECT left('x' || email, 9) FROM app.people",
  'substring from a position': 'SELECT substring(email FROM 3 FOR 7) FROM app.people',
  'one letter a row':
    'SELECT substr(email, i, 1) FROM app.people, generate_series(1, 12) i WHERE id = 1 ORDER BY i',
  'one letter a column':
    'SELECT substr(email,1,1), substr(email,2,1), substr(email,3,1), substr(email,4,1), substr(email,5,1), substr(email,6,1), substr(email,7,1), substr(email,8,1) FROM app.people WHERE id = 1',
  'codes of letters':
    'SELECT ascii(substr(email, i, 1)) FROM app.people, generate_series(1, 12) i WHERE id = 1 ORDER BY i',
  'split to rows': "SELECT regexp_split_to_table(email, '') FROM app.people WHERE id = 1",
  'split to an array': 'SELECT string_to_array(email, NULL) FROM app.people WHERE id = 1',
  split_part: "SELECT split_part(email, '@', 1) FROM app.people",
  regexp_replace: "SELECT regexp_replace(email, '@.*', '') FROM app.people",
  regexp_match: "SELECT regexp_match(email, '^(.*)@') FROM app.people",
  'regexp_matches in the list': "SELECT regexp_matches(email, '\\w+', 'g') FROM app.people",
  overlay: "SELECT overlay(email PLACING 'x' FROM 12 FOR 5) FROM app.people",
  repeat: 'SELECT repeat(email, 2) FROM app.people',
  lpad: "SELECT lpad(email, 60, '*') FROM app.people",
  translate: "SELECT translate(email, '@.', '__') FROM app.people",
  format: "SELECT format('%s and %I and %L', email, name, national_id) FROM app.people",
  concat_ws: "SELECT concat_ws('-', id, email, NULL, name) FROM app.people",
  coalesce: "SELECT coalesce(NULL, email, 'none') FROM app.people",
  nullif: "SELECT nullif(email, 'x') FROM app.people",
  greatest: "SELECT greatest(email, 'a') FROM app.people",
  CASE: "SELECT CASE WHEN id > 0 THEN email ELSE 'x' END FROM app.people",
  'CASE with an operand': 'SELECT CASE id WHEN 1 THEN name WHEN 2 THEN email END FROM app.people',
  hex: "SELECT encode(convert_to(email, 'UTF8'), 'hex') FROM app.people",
  base64: "SELECT encode(convert_to(email, 'UTF8'), 'base64') FROM app.people",
  escape: "SELECT encode(token, 'escape') FROM app.people",
  md5: 'SELECT md5(email) FROM app.people',
  sha256: "SELECT sha256(convert_to(email, 'UTF8')) FROM app.people",
  'sha512 as hex': "SELECT encode(sha512(convert_to(email, 'UTF8')), 'hex') FROM app.people",
  bits: "SELECT get_bit(convert_to(email, 'UTF8'), (i / 8) * 8 + 7 - i % 8) FROM app.people, generate_series(0, 79) i WHERE id = 1 ORDER BY i",
  get_byte:
    "SELECT get_byte(convert_to(email, 'UTF8'), i) FROM app.people, generate_series(0, 9) i WHERE id = 1 ORDER BY i",
  quote_literal: 'SELECT quote_literal(email) FROM app.people',
  quote_ident: 'SELECT quote_ident(name) FROM app.people',
  'to_char of a number': "SELECT to_char(salary, 'FM999999999.00') FROM app.people",
  arithmetic: 'SELECT salary + 0 FROM app.people',
  'number as text': "SELECT 'n' || salary FROM app.people",
  'to_char of a date': "SELECT to_char(birth, 'DD.MM.YYYY') FROM app.people",
  'parts of a date': 'SELECT extract(epoch FROM birth) FROM app.people',
  'a date and an interval': "SELECT (birth + interval '0 days')::date FROM app.people",
  make_date:
    'SELECT make_date(extract(year FROM birth)::int, extract(month FROM birth)::int, extract(day FROM birth)::int) FROM app.people',
  'julian day': "SELECT to_char(birth, 'J') FROM app.people",
  'attribute notation': 'SELECT (p).email FROM app.people p',
  'functional notation': 'SELECT email(p) FROM app.people p',
  'a function as an attribute': 'SELECT (p.email).upper FROM app.people p',
  'the whole row': 'SELECT p FROM app.people p',
  'the whole row as text': 'SELECT p::text FROM app.people p',
  ROW: 'SELECT ROW(p.*) FROM app.people p',
  'row constructor': 'SELECT (id, email) FROM app.people',
  'field of a row in a subquery': 'SELECT (q.r).email FROM (SELECT p AS r FROM app.people p) q',
  'star of a row in a subquery': 'SELECT (q.r).* FROM (SELECT p AS r FROM app.people p) q',
  'array subscript': 'SELECT tags[1] FROM app.people',
  'array slice': 'SELECT tags[1:1] FROM app.people',
  unnest: 'SELECT unnest(tags) FROM app.people',
  'unnest in FROM': 'SELECT t FROM app.people, unnest(tags) t',
  array_to_string: "SELECT array_to_string(tags, ',') FROM app.people",
  'ARRAY of a subquery': 'SELECT ARRAY(SELECT email FROM app.people)',
  'a scalar subquery': 'SELECT (SELECT email FROM app.people WHERE id = 1)',
  'a correlated subquery':
    'SELECT (SELECT q.email FROM app.people q WHERE q.id = p.id) FROM app.people p',
  'a derived table': 'SELECT x FROM (SELECT email AS x FROM app.people) q',
  LATERAL: 'SELECT l.x FROM app.people p, LATERAL (SELECT p.email AS x) l',
  CTE: 'WITH w AS (SELECT email FROM app.people) SELECT * FROM w',
  'materialized CTE': 'WITH w AS MATERIALIZED (SELECT * FROM app.people) SELECT email FROM w',
  'recursive CTE':
    'WITH RECURSIVE w AS (SELECT 1 AS n, email FROM app.people WHERE id = 1 UNION ALL SELECT n + 1, email FROM w WHERE n < 3) SELECT * FROM w',
  UNION: "SELECT 'x' UNION SELECT email FROM app.people",
  EXCEPT: "SELECT email FROM app.people EXCEPT SELECT 'x'",
  INTERSECT: 'SELECT email FROM app.people INTERSECT SELECT email FROM app.people',
  VALUES: 'VALUES ((SELECT email FROM app.people WHERE id = 1))',
  'join by USING': 'SELECT email FROM app.people JOIN app.orders USING (email)',
  'natural join':
    'SELECT email FROM (SELECT email FROM app.people) a NATURAL JOIN (SELECT email FROM app.people) b',
  'join alias': 'SELECT j.email FROM (app.people p JOIN app.products q ON p.id = q.id) AS j',
  'USING alias': {
    steps: 'SELECT u.email FROM app.people p JOIN app.orders o USING (email) AS u',
    since: 14,
  },
  'window function': 'SELECT first_value(email) OVER (ORDER BY id) FROM app.people',
  lag: 'SELECT lag(email) OVER (ORDER BY id) FROM app.people',
  'named window': 'SELECT max(email) OVER w FROM app.people WINDOW w AS (PARTITION BY id)',
  'DISTINCT ON': 'SELECT DISTINCT ON (email) email FROM app.people',
  'GROUP BY key': 'SELECT id, email, count(*) FROM app.people GROUP BY id',
  'GROUPING SETS': 'SELECT email, name FROM app.people GROUP BY GROUPING SETS ((email), (name))',
  TABLESAMPLE: 'SELECT email FROM app.people TABLESAMPLE BERNOULLI (100)',
  ONLY: 'SELECT email FROM ONLY app.people',
  'the table with a star': 'SELECT email FROM app.people *',
  'ROWS FROM':
    'SELECT * FROM ROWS FROM (generate_series(1, 2), unnest((SELECT tags FROM app.people WHERE id = 1)))',
  'ctid beside': 'SELECT ctid, email FROM app.people',
  'generated column': 'SELECT email_lower FROM app.people',
  'FOR UPDATE': 'SELECT email FROM app.people FOR UPDATE',
  'comment in between': 'SELECT/**/email/**/FROM/* x */app.people -- y',
  'nested comments': 'SELECT /* /* */ id, */ email FROM app.people',
  'dollar quoting': 'SELECT $x$a$x$ || email FROM app.people',
  'escape string': "SELECT E'\\x41' || email FROM app.people",
  'several statements': 'SELECT 1; SELECT email FROM app.people; SELECT 2',
  'behind an empty statement': ';;SELECT email FROM app.people;',
  COLLATE: 'SELECT email COLLATE "C" FROM app.people',
  'OPERATOR()': "SELECT 'x' OPERATOR(pg_catalog.||) email FROM app.people",
  normalize: 'SELECT normalize(email, NFKD) FROM app.people',
  to_tsvector: "SELECT to_tsvector('simple', email || ' ' || name) FROM app.people",
  'tsvector lexemes': "SELECT (unnest(to_tsvector('simple', name))).lexeme FROM app.people",
  ts_headline: "SELECT ts_headline('simple', name, to_tsquery('simple', 'x')) FROM app.people",
  ts_debug: "SELECT d.token FROM app.people p, ts_debug('simple', p.name) d",
  'to_ascii of a conversion':
    "SELECT convert_from(convert(convert_to(email, 'UTF8'), 'UTF8', 'LATIN1'), 'LATIN1') FROM app.people",
  'rot13, turned back': {
    ask: async (ask) => {
      const from = 'abcdefghijklmnopqrstuvwxyz';
      const to = 'nopqrstuvwxyzabcdefghijklm';
      const heard = await ask(`SELECT translate(email, '${from}', '${to}') FROM app.people`);
      return heard.map(({ short }) =>
        [...short].map((c) => (to.includes(c) ? (from[to.indexOf(c)] ?? '') : c)).join(''),
      );
    },
  },
  'twice the salary, halved': {
    ask: async (ask) => {
      const heard = await ask('SELECT (salary * 2)::numeric(14,2) FROM app.people');
      return heard
        .filter(({ type }) => type === 'D')
        .map(({ short }) => (Number(short.slice(2)) / 2).toFixed(2));
    },
  },
  'a difference of dates, added back': {
    ask: async (ask) => {
      const heard = await ask("SELECT birth - date '2000-01-01' FROM app.people");
      return heard
        .filter(({ type }) => type === 'D')
        .map(({ short }) =>
          new Date(Date.UTC(2000, 0, 1 + Number(short.slice(2)))).toISOString().slice(0, 10),
        );
    },
  },
});
