import { honest } from '../work.js';

/** Reports over what nobody protects. */
export const analytics = honest('analytics', {
  count: 'SELECT count(*) FROM app.events',
  'count by kind': 'SELECT kind, count(*) FROM app.events GROUP BY kind ORDER BY 2 DESC, 1',
  'daily series':
    "SELECT date_trunc('day', at)::date AS day, count(*) FROM app.events GROUP BY 1 ORDER BY 1",
  'series without gaps':
    "SELECT d::date, count(e.id) FROM generate_series(date '2026-01-01', '2026-01-31', '1 day') d LEFT JOIN app.events e ON e.at::date = d GROUP BY 1 ORDER BY 1",
  'moving average':
    'SELECT day, avg(n) OVER (ORDER BY day ROWS 6 PRECEDING) FROM (SELECT at::date AS day, count(*) AS n FROM app.events GROUP BY 1) q ORDER BY day',
  cumulative: 'SELECT id, sum(price) OVER (ORDER BY id) FROM app.products ORDER BY id',
  'top three of each':
    'SELECT * FROM (SELECT kind, product_id, count(*) AS n, row_number() OVER (PARTITION BY kind ORDER BY count(*) DESC, product_id) AS r FROM app.events GROUP BY 1, 2) q WHERE r <= 3 ORDER BY 1, 4',
  'pivot with FILTER':
    "SELECT product_id, count(*) FILTER (WHERE kind = 'view') AS views, count(*) FILTER (WHERE kind = 'buy') AS buys FROM app.events GROUP BY 1 ORDER BY 1",
  conversion:
    "SELECT round(100.0 * count(*) FILTER (WHERE kind = 'buy') / count(*), 2) FROM app.events",
  percentiles:
    'SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY price) FROM app.products',
  histogram:
    'SELECT width_bucket(price, 0, 50, 5) AS b, count(*) FROM app.products GROUP BY 1 ORDER BY 1',
  correlation:
    'SELECT corr(price::float8, stock), regr_slope(price::float8, stock) FROM app.products',
  ROLLUP:
    'SELECT kind, product_id % 3 AS third, count(*) FROM app.events GROUP BY ROLLUP (1, 2) ORDER BY 1, 2',
  CUBE: 'SELECT kind, product_id % 2 AS odd, count(*), grouping(kind) FROM app.events GROUP BY CUBE (kind, product_id % 2) ORDER BY 1, 2',
  'GROUPING SETS':
    'SELECT kind, at::date, count(*) FROM app.events GROUP BY GROUPING SETS ((kind), (at::date), ()) ORDER BY 1, 2',
  retention:
    'WITH first AS (SELECT product_id, min(at) AS began FROM app.events GROUP BY 1) SELECT extract(day FROM e.at - f.began)::int / 7 AS week, count(DISTINCT e.product_id) FROM app.events e JOIN first f USING (product_id) GROUP BY 1 ORDER BY 1',
  gaps: 'SELECT id, at - lag(at) OVER (ORDER BY at) AS gap FROM app.events ORDER BY id LIMIT 20',
  sessions:
    "SELECT count(*) FROM (SELECT id, CASE WHEN at - lag(at) OVER (PARTITION BY product_id ORDER BY at) > '3 days' THEN 1 END AS new FROM app.events) q WHERE new = 1",
  'recursive calendar':
    "WITH RECURSIVE d(day) AS (SELECT date '2026-01-01' UNION ALL SELECT day + 1 FROM d WHERE day < '2026-01-10') SELECT day, count(e.id) FROM d LEFT JOIN app.events e ON e.at::date = day GROUP BY 1 ORDER BY 1",
  'JSON fields':
    "SELECT payload ->> 'ok' AS ok, sum((payload ->> 'n')::int) FROM app.events GROUP BY 1 ORDER BY 1",
  'JSON containment': 'SELECT count(*) FROM app.events WHERE payload @> \'{"ok": true}\'',
  'JSON path':
    "SELECT count(*) FROM app.events WHERE jsonb_path_exists(payload, '$.n ? (@ > 100)')",
  'JSON rows':
    'SELECT json_agg(row_to_json(p) ORDER BY id) FROM (SELECT id, sku FROM app.products WHERE id < 5) p',
  'DISTINCT ON':
    'SELECT DISTINCT ON (product_id) product_id, kind, at FROM app.events ORDER BY product_id, at DESC',
  'LATERAL top one':
    'SELECT p.id, l.at FROM app.products p CROSS JOIN LATERAL (SELECT at FROM app.events e WHERE e.product_id = p.id ORDER BY at DESC LIMIT 1) l ORDER BY p.id',
  EXISTS:
    "SELECT id FROM app.products p WHERE EXISTS (SELECT 1 FROM app.events e WHERE e.product_id = p.id AND kind = 'buy') ORDER BY id",
  'NOT IN':
    "SELECT count(*) FROM app.products WHERE id NOT IN (SELECT product_id FROM app.events WHERE kind = 'buy' AND product_id IS NOT NULL)",
  'ANY of an array': 'SELECT title FROM app.products WHERE id = ANY (ARRAY[1, 3, 5]) ORDER BY id',
  'UNION of sources':
    "SELECT 'product' AS what, count(*) FROM app.products UNION ALL SELECT 'event', count(*) FROM app.events ORDER BY 1",
  EXCEPT:
    "SELECT id FROM app.products EXCEPT SELECT product_id FROM app.events WHERE kind = 'view' ORDER BY 1",
  INTERSECT: 'SELECT stock FROM app.products INTERSECT SELECT id FROM app.products ORDER BY 1',
  'CASE buckets':
    "SELECT CASE WHEN price < 10 THEN 'low' WHEN price < 30 THEN 'middle' ELSE 'high' END AS band, count(*), round(avg(price), 2) FROM app.products GROUP BY 1 ORDER BY 1",
  string_agg:
    "SELECT stock, string_agg(sku, ',' ORDER BY id) FROM app.products GROUP BY 1 ORDER BY 1",
  array_agg:
    'SELECT kind, array_agg(DISTINCT product_id ORDER BY product_id) FROM app.events GROUP BY 1 ORDER BY 1',
  mode: 'SELECT mode() WITHIN GROUP (ORDER BY stock) FROM app.products',
  regexp:
    "SELECT regexp_replace(sku, '\\D', '', 'g')::int AS n FROM app.products ORDER BY 1 LIMIT 5",
  'text search':
    "SELECT id FROM app.products WHERE to_tsvector('english', title) @@ to_tsquery('english', 'product & 7')",
  dates: "SELECT to_char(at, 'IYYY-IW') AS week, count(*) FROM app.events GROUP BY 1 ORDER BY 1",
  'time zones': "SELECT at AT TIME ZONE 'Europe/Berlin' FROM app.events ORDER BY id LIMIT 3",
  intervals: 'SELECT max(at) - min(at), age(max(at), min(at)) FROM app.events',
  ntile: 'SELECT ntile(4) OVER (ORDER BY price, id), id FROM app.products ORDER BY id',
  'first and last':
    'SELECT DISTINCT kind, first_value(id) OVER w, last_value(id) OVER w FROM app.events WINDOW w AS (PARTITION BY kind ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY 1',
  'RANGE frame':
    "SELECT id, count(*) OVER (ORDER BY at RANGE '2 days' PRECEDING) FROM app.events ORDER BY id LIMIT 10",
  HAVING: 'SELECT product_id FROM app.events GROUP BY 1 HAVING count(DISTINCT kind) > 2 ORDER BY 1',
  'self join':
    'SELECT count(*) FROM app.events a JOIN app.events b ON a.product_id = b.product_id AND a.id < b.id',
  'FULL JOIN':
    "SELECT count(*) FROM app.products p FULL JOIN app.events e ON p.id = e.product_id AND e.kind = 'buy'",
  'VALUES join':
    "SELECT v.label, count(*) FROM app.products p JOIN (VALUES (0, 'out'), (1, 'last')) v(stock, label) USING (stock) GROUP BY 1 ORDER BY 1",
  'page by offset': 'SELECT id, title FROM app.products ORDER BY id LIMIT 10 OFFSET 20',
  'page by key':
    'SELECT id, title FROM app.products WHERE (price, id) > (12.5, 10) ORDER BY price, id LIMIT 10',
  'FETCH FIRST WITH TIES':
    'SELECT id, stock FROM app.products ORDER BY stock FETCH FIRST 3 ROWS WITH TIES',
  'a view': 'SELECT count(*), sum(price) FROM app.product_view',
  'a materialised view': 'SELECT * FROM app.product_kept ORDER BY stock',
  'a function': 'SELECT app.nap(id) FROM app.products ORDER BY id LIMIT 3',
  'TABLESAMPLE repeatable':
    'SELECT count(*) FROM app.events TABLESAMPLE BERNOULLI (50) REPEATABLE (7)',
  mathematics:
    'SELECT id, sqrt(price), ln(price), power(price, 2), price % 3 FROM app.products ORDER BY id LIMIT 5',
  'null handling': 'SELECT coalesce(nullif(stock, 0), -1) FROM app.products ORDER BY id',
  'boolean aggregates':
    'SELECT bool_and(price > 0), every(stock >= 0), bool_or(stock = 3) FROM app.products',
  'ordered set':
    'SELECT stock, percentile_disc(0.9) WITHIN GROUP (ORDER BY price) FROM app.products GROUP BY 1 ORDER BY 1',
  'materialized CTE':
    'WITH b AS MATERIALIZED (SELECT product_id, count(*) AS n FROM app.events GROUP BY 1) SELECT p.sku, b.n FROM b JOIN app.products p ON p.id = b.product_id ORDER BY 2 DESC, 1 LIMIT 5',
  "errors stay errors of one's own data":
    "SELECT count(*) FROM app.products WHERE title ~ '^product \\d+$'",
});
