/** The types of parameters are those that the server deduces: its ParameterDescription says. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { analyze, loadParser, parameterTypes, parse } from '@postern/sql';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { type Court, openCourt } from '../oracle/judge.js';
import { judgeParameters } from '../oracle/parameters.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let court: Court;

beforeAll(async () => {
  await loadParser();
  const server = await startPostgres();
  undo.push(() => server.stop());
  const client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
  await client.query(await readFile(join(root, 'sql', 'fixtures', 'shop.sql'), 'utf8'));
  await client.query(`CREATE FUNCTION pick(a int, b text DEFAULT 'x') RETURNS text LANGUAGE sql AS 'SELECT b';
    CREATE FUNCTION pick(a tier) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TYPE public.pair AS (x int, y text);
    CREATE TABLE public.boxes (p pair, ns int[], r int4range, js jsonb)`);
  court = await openCourt(client);
}, 60_000);

const statements = `
SELECT $1
SELECT $1::int, $2::tier, $3::short
SELECT $1 + 1, $2 || 'x', 1 + $3
INSERT INTO customers (id, big) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET big = excluded.big + customers.big + $3
INSERT INTO customers AS c (id, big) VALUES (1, '2') ON CONFLICT (id) DO UPDATE SET big = excluded.big + c.big WHERE excluded.email <> $1
SELECT NULLIF($1, 0), NULLIF(id, 1.5), NULLIF(NULL, small) + $2, NULLIF(name, $3) FROM customers
SELECT sum(id) OVER (PARTITION BY $1 ORDER BY $2), rank() OVER w FROM customers WINDOW w AS (ORDER BY $3, id)
SELECT id FROM customers WHERE id = $1 AND $2 = email AND region <> $3
SELECT id FROM customers WHERE id IN ($1, $2) OR tier IN ($3)
SELECT id FROM customers WHERE $1 IN (id, 3) AND id NOT IN ($2, small)
SELECT id FROM customers WHERE id = ANY ($1) AND $2 = ALL (tags)
SELECT id FROM customers WHERE id = ANY (ARRAY[$1, $2]::int[])
SELECT id FROM customers WHERE (id, email) = ($1, $2)
SELECT id FROM customers WHERE (id, email) IN (($1, $2), ($3, $4))
SELECT id FROM customers WHERE birth BETWEEN $1 AND $2 AND $3 NOT BETWEEN small AND big
SELECT id FROM customers WHERE name LIKE $1 AND email ~* $2 AND name SIMILAR TO $3
SELECT id FROM customers WHERE balance IS DISTINCT FROM $1 AND NULLIF(id, $2) = 1
SELECT id FROM customers WHERE $1 AND NOT $2 OR ok IS NOT TRUE
SELECT id FROM customers WHERE code = $1 AND tier > $2 AND token = $3
SELECT id FROM customers WHERE extra @> $1 AND extra ->> $2 = $3 AND extra ? $4
SELECT id FROM customers WHERE tags && $1 AND $2 = ANY (tags)
SELECT CASE WHEN $1 THEN id ELSE $2 END FROM customers
SELECT CASE id WHEN $1 THEN $2 ELSE 'x' END FROM customers
SELECT CASE $1 WHEN 'a' THEN 1 END
SELECT COALESCE(email, $1), GREATEST($2, big, small), LEAST($3, 1.5) FROM customers
SELECT ARRAY[$1, 2], ARRAY[$2]::date[], ARRAY[ARRAY[4, $3], ARRAY[5, 6]]
SELECT lower($1), length($2), substring(name FROM $3 FOR $4), round($5, 2) FROM customers
SELECT date_trunc($1, seen), extract(year FROM $2::date), seen AT TIME ZONE $3 FROM customers
SELECT pick($1, $2), pick(b => $3, a => $4)
SELECT array_append(tags, $1), array_position(ARRAY[1], $2), cardinality($3::int[]) FROM customers
SELECT count(*) FILTER (WHERE $1), sum($2::int), string_agg(name, $3) FROM customers
SELECT percentile_cont($1) WITHIN GROUP (ORDER BY balance) FROM customers
SELECT lag(id, $1) OVER (ORDER BY id ROWS BETWEEN $2 PRECEDING AND CURRENT ROW) FROM customers
SELECT id FROM customers ORDER BY id LIMIT $1 OFFSET $2
SELECT id FROM customers FETCH FIRST $1 ROWS ONLY
SELECT tags[$1], tags[$2:$3], extra[$4] FROM customers
SELECT * FROM generate_series($1, 10) g, unnest($2::text[]) u
SELECT * FROM (VALUES ($1, 1), (2, $2)) v (a, b)
VALUES ($1), (1.5)
SELECT $1 UNION SELECT id FROM customers
SELECT id, $1 FROM customers UNION ALL SELECT $2, name FROM customers
SELECT $1 UNION SELECT $2
SELECT * FROM (SELECT $1 AS a) s
WITH t AS (SELECT $1 AS a) SELECT a FROM t
WITH RECURSIVE t (n) AS (SELECT $1::int UNION ALL SELECT n + $2 FROM t WHERE n < $3) SELECT n FROM t
SELECT id FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > $1)
SELECT id FROM customers WHERE $1 IN (SELECT customer_id FROM orders)
SELECT id FROM customers WHERE EXISTS (SELECT FROM orders WHERE note = $1)
SELECT id FROM customers WHERE id = (SELECT max(id) FROM orders WHERE placed > $1)
SELECT (SELECT $1)
SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id AND o.total > $1
SELECT id FROM customers TABLESAMPLE bernoulli ($1) REPEATABLE ($2)
SELECT id FROM customers GROUP BY id HAVING count(*) > $1
SELECT email COLLATE "C" < $1, $2 COLLATE "C" FROM customers
SELECT 1 WHERE $1 > 5 AND $1 = ANY ($2)
SELECT $2::int, $1::text, $1
SELECT r @> $1, r && $2, lower(r) = $3 FROM boxes
SELECT js['a'] = $1, (p).x = $2 FROM boxes
SELECT xmlparse(document $1), xmlelement(name a, name) FROM customers
INSERT INTO customers (id, name, email, tier, code, tags, balance) VALUES ($1, $2, $3, $4, $5, $6, $7)
INSERT INTO customers (id, name, ok) VALUES ($1, $2, $3), ($4, lower($5), true)
INSERT INTO customers (id, name) SELECT $1, $2
INSERT INTO customers (id, name) SELECT $1, name FROM customers WHERE id = $2
INSERT INTO orders (customer_id, total) SELECT id, $1 FROM customers UNION SELECT 1, $2::int
INSERT INTO boxes (ns[1], p.x, js) VALUES ($1, $2, $3)
INSERT INTO boxes (p) VALUES (ROW($1, $2))
INSERT INTO customers (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET email = $3 WHERE customers.big > $4
INSERT INTO customers (id, name) VALUES ($1, $2) RETURNING id + $3, $4
UPDATE customers SET email = $1, balance = balance + $2, tier = $3, code = $4 WHERE id = $5
UPDATE customers SET (name, email) = ($1, $2), tags[1] = $3
UPDATE boxes SET p.y = $1, ns[1:2] = $2, r = $3
DELETE FROM orders USING customers c WHERE customer_id = c.id AND c.region = $1 RETURNING $2::int
MERGE INTO orders o USING customers c ON o.customer_id = c.id AND c.region = $1 WHEN MATCHED AND o.total > $2 THEN UPDATE SET note = $3 WHEN NOT MATCHED THEN INSERT (customer_id, total) VALUES ($4, $5)
SELECT json_build_object('a', $1::text), jsonb_set(extra, $2, $3) FROM customers
SELECT JSON_VALUE(extra, '$.a' RETURNING int) = $1 FROM customers
SELECT overlay(name PLACING $1 FROM $2), trim($3 FROM name), position($4 IN name) FROM customers
SELECT rank($1) WITHIN GROUP (ORDER BY id), array_remove($2, $3) FROM customers
SELECT sum(id) OVER (ORDER BY birth RANGE BETWEEN $1 PRECEDING AND $2 FOLLOWING) FROM customers
SELECT sum(id) OVER w FROM customers WINDOW w AS (ORDER BY balance RANGE $1 PRECEDING)
SELECT ($1, $2)::pair, ROW($3, $4)::pair
SELECT a -> $1 FROM jsonb_array_elements('[]') a
UPDATE boxes SET ns[$1] = 1, ns[$2:$3] = '{}', js[$4] = $5
SELECT * FROM unnest(ARRAY[1, 2]) WITH ORDINALITY AS u (a, n) WHERE a = $1 AND n < $2
SELECT xmlroot(xml '<a/>', version $1), x.* FROM XMLTABLE($2 PASSING $3 COLUMNS a int PATH $4 DEFAULT $5) x
SELECT (point '(1,2)')[$1] = $2
SELECT name FROM (SELECT (pg_timezone_names()).name) z WHERE name = $1
SELECT interval '1 day' * $1, seen + $2, birth - $3, now() - $4 FROM customers
SELECT $1 IS JSON, $2 IS NOT JSON OBJECT
MERGE INTO public.boxes b USING customers c ON b.ns = $1 WHEN MATCHED THEN UPDATE SET r = $2 WHEN NOT MATCHED THEN INSERT (p, ns) VALUES (ROW($3, c.email), $4) RETURNING b.js = $5
UPDATE public.boxes SET ns = $1 WHERE r = $2 RETURNING js -> $3
`
  .trim()
  .split('\n');

test.each(statements)('%s', async (sql) => {
  expect(await judgeParameters(court, sql)).toEqual({ kind: 'agree' });
});

test('declared types come before those that are deduced', () => {
  const [statement] = parse('SELECT $1 + $2');
  if (!statement) throw new Error('no statement');
  const types = (declared?: readonly number[]): unknown =>
    parameterTypes(analyze(statement, court.catalogue, court.settings, declared));
  expect(types([20])).toEqual([20, 20]);
  expect(types([0, 1700])).toEqual([1700, 1700]);
  expect(() => types([])).toThrow('operator is not unique: unknown + unknown');
  expect(types()).toEqual([undefined, undefined]);
});

test.each([
  ['PREPARE p (int) AS SELECT $1', 'of what is prepared, not of the statement'],
  ['SELECT 1', 'none'],
])('%s has no parameters: %s', (sql) => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  expect(parameterTypes(analyze(statement, court.catalogue, court.settings, []))).toEqual([]);
});
