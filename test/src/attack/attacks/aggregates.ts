import { attacks } from '../attack.js';

/** Many rows in one, and what stands in the order or the filter of it. */
export const aggregates = attacks('aggregates', {
  string_agg: "SELECT string_agg(email, ',') FROM app.people",
  'string_agg of bytes': "SELECT string_agg(token, '\\x00') FROM app.people",
  'string_agg with order': "SELECT string_agg(email, ';' ORDER BY salary) FROM app.people",
  'string_agg of single letters':
    "SELECT string_agg(substr(email, i, 1), '.' ORDER BY i) FROM app.people, generate_series(1, 9) i WHERE id = 2",
  array_agg: 'SELECT array_agg(email) FROM app.people',
  'array_agg of rows': 'SELECT array_agg(p) FROM app.people p',
  'array_agg of arrays': 'SELECT array_agg(tags) FROM app.people',
  max: 'SELECT max(email) FROM app.people',
  'min of a date': 'SELECT min(birth) FROM app.people',
  'max of a number': 'SELECT max(salary) FROM app.people',
  'sum of one': 'SELECT sum(salary) FROM app.people WHERE id = 1',
  'avg of one': 'SELECT avg(salary) FROM app.people GROUP BY id',
  mode: 'SELECT mode() WITHIN GROUP (ORDER BY email) FROM app.people',
  percentile_disc: 'SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY email) FROM app.people',
  percentile_cont:
    'SELECT percentile_cont(0) WITHIN GROUP (ORDER BY salary::float8) FROM app.people',
  any_value: { steps: 'SELECT any_value(email) FROM app.people', since: 16 },
  FILTER: 'SELECT max(email) FILTER (WHERE id = 1) FROM app.people',
  'DISTINCT within': "SELECT string_agg(DISTINCT name, ',') FROM app.people",
  'GROUP BY': 'SELECT email, count(*) FROM app.people GROUP BY email',
  'GROUP BY a number': 'SELECT email, count(*) FROM app.people GROUP BY 1',
  'GROUP BY an alias': 'SELECT lower(email) AS e FROM app.people GROUP BY e',
  HAVING: "SELECT max(email) FROM app.people HAVING max(email) > ''",
  CUBE: 'SELECT email, national_id FROM app.people GROUP BY CUBE (email, national_id)',
  ROLLUP: 'SELECT region, email FROM app.people GROUP BY ROLLUP (region, email)',
  'the key of another table':
    'SELECT p.email, sum(o.amount) FROM app.people p JOIN app.orders o ON o.person_id = p.id GROUP BY p.id',
  range_agg: { steps: 'SELECT range_agg(numrange(salary, salary + 1)) FROM app.people', since: 14 },
  'window over an aggregate': 'SELECT max(max(email)) OVER () FROM app.people GROUP BY id',
  nth_value: 'SELECT nth_value(email, 2) OVER () FROM app.people',
  'array_agg over a window': 'SELECT array_agg(email) OVER (ORDER BY id) FROM app.people',
  'bit_or of bytes':
    "SELECT bit_or(get_byte(convert_to(email, 'UTF8'), i)) FROM app.people, generate_series(0, 9) i WHERE id = 1 GROUP BY i ORDER BY i",
  'regr of a value': 'SELECT regr_avgx(1, salary) FROM app.people WHERE id = 1',
  'min of a range of one':
    'SELECT min(salary), max(salary), stddev(salary) FROM app.people WHERE id = 3',
  'an own aggregate': [
    "CREATE FUNCTION scratch.keep(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT coalesce($1, '''') || $2'",
    'CREATE AGGREGATE scratch.kept(text) (SFUNC = scratch.keep, STYPE = text)',
    'SELECT scratch.kept(email) FROM app.people',
  ],
  'an own aggregate of rows': [
    "CREATE FUNCTION scratch.keep(text, app.people) RETURNS text LANGUAGE sql AS 'SELECT coalesce($1, '''') || ($2).email'",
    'CREATE AGGREGATE scratch.kept(app.people) (SFUNC = scratch.keep, STYPE = text)',
    'SELECT scratch.kept(p) FROM app.people p',
  ],
  'an own hypothetical order':
    "SELECT rank('zqm') WITHIN GROUP (ORDER BY email), max(email) FROM app.people",
});
