-- Fills the shop: the same rows every time and on every version, because the dice are MD5 sums.
-- 1,200 customers, 60 products, about 3,500 orders, 7,000 items, 12,000 events.
BEGIN;

-- A number in [0, 1) for a key and the name of what is diced.
CREATE FUNCTION pg_temp.dice(what text, key bigint) RETURNS double precision
  LANGUAGE sql IMMUTABLE
  AS $$ SELECT ('x' || substr(md5(what || ':' || key), 1, 8))::bit(32)::bigint::double precision / 4294967296 $$;

CREATE FUNCTION pg_temp.pick(choices text[], what text, key bigint) RETURNS text
  LANGUAGE sql IMMUTABLE
  AS $$ SELECT choices[1 + floor(pg_temp.dice(what, key) * array_length(choices, 1))::int] $$;

INSERT INTO public.customers (id, full_name, email, phone, birth_date, region, city, signed_up, churned)
SELECT
  id,
  first || ' ' || last,
  lower(first) || '.' || lower(last) || id || '@' ||
    pg_temp.pick('{mail.example,post.example,inbox.example,web.example}', 'domain', id),
  CASE region WHEN 'eu' THEN '+49 30 ' WHEN 'us' THEN '+1 212 ' ELSE '+81 3 ' END ||
    lpad(floor(pg_temp.dice('phone', id) * 10000000)::text, 7, '0'),
  date '1950-01-01' + floor(pg_temp.dice('birth', id) * 20000)::int,
  region,
  CASE region
    WHEN 'eu' THEN pg_temp.pick('{Berlin,Lyon,Porto,Gdansk,Turin,Aarhus}', 'city', id)
    WHEN 'us' THEN pg_temp.pick('{Denver,Boston,Austin,Portland}', 'city', id)
    ELSE pg_temp.pick('{Osaka,Sapporo,Nagoya}', 'city', id)
  END,
  timestamptz '2023-01-01 00:00:00+00' + pg_temp.dice('signup', id) * interval '700 days',
  -- who writes to support and sends things back leaves; who reads the newsletter stays
  pg_temp.dice('churn', id) < 0.08 + 0.75 * greatest(pg_temp.dice('trouble', id) - pg_temp.dice('liking', id), 0)
FROM (
  SELECT
    id,
    pg_temp.pick('{Ada,Ben,Chloe,David,Elif,Finn,Grace,Hugo,Ines,Jonas,Kaori,Lena,Marco,Nora,Omar,Paula,Quentin,Rosa,Samir,Tilda,Uwe,Vera,Wanda,Yuki}', 'first', id) AS first,
    pg_temp.pick('{Abbott,Bauer,Costa,Dubois,Eriksen,Fischer,Garcia,Hansen,Ito,Jansen,Kowalski,Lindqvist,Moreau,Novak,Okafor,Petrov,Rossi,Sato,Tanaka,Vogel,Weber,Young}', 'last', id) AS last,
    CASE WHEN pg_temp.dice('region', id) < 0.55 THEN 'eu'
         WHEN pg_temp.dice('region', id) < 0.85 THEN 'us'
         ELSE 'ap' END AS region
  FROM generate_series(1, 1200) AS id
) AS people;

INSERT INTO public.products (id, sku, name, category, price)
SELECT
  id,
  'SKU-' || lpad(id::text, 5, '0'),
  pg_temp.pick('{Quiet,Nordic,Folding,Pocket,Everyday,Copper,Linen,Solar}', 'adjective', id) || ' ' ||
    CASE category
      WHEN 'kitchen' THEN pg_temp.pick('{Kettle,Pan,Grinder,Scale}', 'noun', id)
      WHEN 'office' THEN pg_temp.pick('{Lamp,Chair,Notebook,Stand}', 'noun', id)
      ELSE pg_temp.pick('{Tent,Bottle,Backpack,Stove}', 'noun', id)
    END,
  category,
  round((5 + pg_temp.dice('price', id) * 195)::numeric, 2)
FROM (
  SELECT id, pg_temp.pick('{kitchen,office,outdoor}', 'category', id) AS category
  FROM generate_series(1, 60) AS id
) AS goods;

INSERT INTO public.orders (id, customer_id, region, status, ordered_at)
SELECT
  row_number() OVER (ORDER BY c.id, n),
  c.id,
  c.region,
  CASE WHEN pg_temp.dice('returned', c.id * 100 + n) < 0.3 * pg_temp.dice('trouble', c.id) THEN 'returned'
       ELSE pg_temp.pick('{paid,shipped,delivered,delivered,delivered}', 'status', c.id * 100 + n) END,
  c.signed_up + pg_temp.dice('ordered', c.id * 100 + n) * interval '300 days'
FROM public.customers AS c
CROSS JOIN LATERAL generate_series(1, 1 + floor(pg_temp.dice('orders', c.id) * 5)::int) AS n;

INSERT INTO public.order_items (order_id, line, product_id, quantity, unit_price)
SELECT o.id, line, p.id, 1 + floor(pg_temp.dice('quantity', o.id * 10 + line) * 3)::int, p.price
FROM public.orders AS o
CROSS JOIN LATERAL generate_series(1, 1 + floor(pg_temp.dice('items', o.id) * 3)::int) AS line
JOIN public.products AS p ON p.id = 1 + floor(pg_temp.dice('product', o.id * 10 + line) * 60)::int;

INSERT INTO public.payments (id, order_id, card_number, amount, paid_at)
SELECT
  o.id,
  o.id,
  '4000 ' || lpad(floor(pg_temp.dice('card1', o.customer_id) * 10000)::text, 4, '0') || ' ' ||
    lpad(floor(pg_temp.dice('card2', o.customer_id) * 10000)::text, 4, '0') || ' ' ||
    lpad(floor(pg_temp.dice('card3', o.customer_id) * 10000)::text, 4, '0'),
  sum(i.quantity * i.unit_price),
  o.ordered_at + interval '2 minutes'
FROM public.orders AS o
JOIN public.order_items AS i ON i.order_id = o.id
GROUP BY o.id;

INSERT INTO public.events (id, email, kind, region, client_ip, occurred_at)
SELECT
  row_number() OVER (ORDER BY c.id, k.kind, n),
  c.email,
  k.kind,
  c.region,
  ('10.' || c.id % 200 || '.' || n || '.' || 1 + c.id % 250)::inet,
  c.signed_up + pg_temp.dice('event ' || k.kind, c.id * 100 + n) * interval '300 days'
FROM public.customers AS c
CROSS JOIN LATERAL (
  VALUES
    ('visit', 2 + floor(pg_temp.dice('visits', c.id) * 6)::int),
    ('cart', floor(pg_temp.dice('carts', c.id) * 3)::int),
    ('newsletter-open', floor(pg_temp.dice('liking', c.id) * 6)::int),
    ('support-ticket', floor(pg_temp.dice('trouble', c.id) * 5)::int),
    ('return', floor(pg_temp.dice('trouble', c.id) * 1.8)::int)
) AS k (kind, times)
CROSS JOIN LATERAL generate_series(1, k.times) AS n;

COMMIT;

ANALYZE public.customers, public.products, public.orders, public.order_items, public.payments, public.events;
