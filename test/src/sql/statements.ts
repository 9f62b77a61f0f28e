/** Honest statements of many shapes over `sql/fixtures/shop.sql`, each with a result whose order is settled. */
export const statements: readonly string[] = `
SELECT * FROM customers ORDER BY id
;;
SELECT c.id, lower(c.email) AS e FROM public.customers AS c /* hint */ WHERE c.region = 'eu' -- x
;;
SELECT public.customers.email, customers.id FROM public.customers WHERE public.customers.id < 3 ORDER BY 2
;;
SELECT c.id, c.email, c.name, count(*) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY c.id
;;
SELECT c.name, max(total) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY (c.id) HAVING c.email <> '' ORDER BY c.name
;;
SELECT row_to_json(c), count(c) OVER () FROM customers c ORDER BY c.id
;;
SELECT (c).email, email(c), (c).* FROM customers c ORDER BY 1
;;
SELECT ctid, tableoid::regclass, id FROM customers ORDER BY id
;;
SELECT c.xmin IS NULL, c.email FROM customers c ORDER BY c.id FOR UPDATE OF c
;;
SELECT email FROM customers TABLESAMPLE bernoulli (100) REPEATABLE (1) ORDER BY 1
;;
SELECT x.email FROM ONLY (customers) x ORDER BY 1
;;
SELECT e.who FROM ONLY events e
;;
SELECT * FROM events * WHERE what = 'login'
;;
TABLE customers
;;
TABLE ONLY products
;;
WITH t AS (TABLE products) SELECT * FROM t ORDER BY 1
;;
SELECT a.email, b.email FROM customers a, customers b WHERE a.id = b.id ORDER BY a.id
;;
SELECT * FROM customers c NATURAL JOIN (SELECT id, name FROM customers) d ORDER BY id
;;
SELECT id, o.total FROM orders o JOIN customers c USING (id) ORDER BY id
;;
SELECT j.id, o.total FROM orders o JOIN customers c USING (id) AS j ORDER BY j.id
;;
SELECT q.* FROM (orders o JOIN customers c ON c.id = o.customer_id) AS q(oid, cid, placed, t, n, id2) ORDER BY 1
;;
SELECT c.a, c.b FROM customers c(a, b) ORDER BY a
;;
SELECT email FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 10) UNION SELECT mail FROM contacts ORDER BY 1
;;
SELECT (SELECT email FROM customers WHERE id = o.customer_id), o.total FROM orders o ORDER BY 2
;;
SELECT c.id, l.n FROM customers c, LATERAL (SELECT count(*) AS n FROM orders o WHERE o.customer_id = c.id) l ORDER BY 1
;;
SELECT c.id, t FROM customers c, unnest(c.tags) t ORDER BY 1, 2
;;
SELECT c.id, k.key, k.value FROM customers c, jsonb_each(c.extra) AS k WHERE jsonb_typeof(c.extra) = 'object' ORDER BY 1,2
;;
SELECT c.id, k.* FROM customers c CROSS JOIN LATERAL json_each(row_to_json(c)) k WHERE k.key = 'email' ORDER BY 1
;;
WITH RECURSIVE t(n, e) AS (SELECT id, email FROM customers WHERE id = 1 UNION ALL SELECT n + 1, e FROM t WHERE n < 3) SELECT * FROM t
;;
WITH customers AS (SELECT 1 AS x) SELECT x FROM customers
;;
SELECT string_agg(email, ',' ORDER BY id), array_agg(name ORDER BY id) FROM customers
;;
SELECT count(*) FROM customers
;;
SELECT count(*) FROM customers, orders
;;
SELECT DISTINCT ON (region) region, email FROM customers ORDER BY region, id
;;
SELECT id, rank() OVER w FROM customers WINDOW w AS (PARTITION BY region ORDER BY email) ORDER BY 1
;;
SELECT region, count(*) FROM customers GROUP BY ROLLUP (region) ORDER BY 1
;;
SELECT region AS r, count(*) FROM customers GROUP BY r ORDER BY r
;;
SELECT CASE WHEN email LIKE '%@%' THEN upper(email) ELSE 'none' END FROM customers ORDER BY id
;;
SELECT p."E-Mail", "People List"."Id" FROM "Mixed"."People List" p, "Mixed"."People List"
;;
SELECT "Mixed"."People List"."E-Mail" FROM "Mixed"."People List"
;;
SELECT U&"\\0065mail" FROM customers ORDER BY 1
;;
SELECT * FROM contacts ORDER BY 1
;;
SELECT * FROM totals ORDER BY 1
;;
SELECT 1/0 FROM customers
;;
SELECT 'ünïcödé', c.email FROM customers c WHERE c.name = 'Ann Ärger'
;;
SELECT count(*) FILTER (WHERE email LIKE 'a%') FROM customers
;;
SELECT max(birth), min(seen), sum(balance), avg(f8) FROM customers WHERE id = 1
;;
VALUES (1, 'a'), (2, 'b')
;;
SELECT v.column1 FROM (VALUES (1), (2)) v ORDER BY 1
;;
SELECT * FROM generate_series(1, 3) WITH ORDINALITY AS g(a, b)
;;
SELECT * FROM ROWS FROM (generate_series(1,2), unnest(ARRAY['x','y','z'])) AS t(a,b)
;;
SELECT * FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id) ORDER BY id
;;
SELECT * FROM customers c WHERE (c.id, c.region) IN (SELECT id, region FROM customers) ORDER BY id
;;
SELECT id FROM customers ORDER BY lower(email) LIMIT 2 OFFSET 1
;;
SELECT o.id, c.email FROM orders o LEFT JOIN (customers c JOIN totals t ON t.customer_id = c.id) ON c.id = o.customer_id ORDER BY 1
;;
SELECT id, email FROM customers WHERE tier = 'gold' AND code = 'AB' AND token IS NOT NULL AND balance BETWEEN 1 AND 100
;;
SELECT a.id FROM customers a EXCEPT ALL SELECT customer_id FROM orders ORDER BY id
;;
SELECT * FROM (SELECT * FROM (SELECT * FROM customers) a) b ORDER BY id
;;
SELECT s.sku, p.title FROM order_items s JOIN products p USING (sku) ORDER BY 1
;;
SELECT p.sku, p.title, p.price, sum(quantity) FROM products p JOIN order_items USING (sku) GROUP BY p.sku ORDER BY 1
;;
SELECT c.id, c.extra, count(*) FROM customers c GROUP BY c.id ORDER BY 1
;;
SELECT to_jsonb(customers.*) - 'email' FROM customers ORDER BY id
;;
SELECT count(*), sum(o.total) FROM customers AS c INNER JOIN orders AS o ON (c.id = o.customer_id) WHERE c.email IS NOT NULL
;;
SELECT GROUPING(region), region FROM customers GROUP BY GROUPING SETS ((region), ()) ORDER BY 1, 2
;;
select c.email::varchar(5), c.name::text collate "C", c.extra->'a', c.tags[1], array(select id from orders order by 1), coalesce(c.email,'x'), nullif(c.email,''), greatest(c.email,'a') from customers c order by c.id
;;
SELECT extract(year from birth), substring(email from 1 for 3), position('@' in email), trim(both from name), email is distinct from name, email similar to '%x', email ~ 'x', overlay(email placing 'x' from 1) FROM customers WHERE isfinite(birth) ORDER BY id;;
SELECT x.a FROM customers c, XMLTABLE('/e' PASSING xmlelement(name e, c.email) COLUMNS a text PATH '.') x;;
SELECT x.a FROM customers c, JSON_TABLE(to_jsonb(c.email), '$' COLUMNS (a text PATH '$')) x
`
  .split(';;')
  .map((text) => text.trim())
  .filter((text) => text !== '');
