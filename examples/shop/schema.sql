-- A small web shop. Runs on PostgreSQL 13 and later; needs nothing but an empty database.
CREATE TABLE public.customers (
  id         bigint PRIMARY KEY,
  full_name  text NOT NULL,
  email      text NOT NULL UNIQUE,
  phone      text,
  birth_date date,
  region     text NOT NULL,
  city       text NOT NULL,
  signed_up  timestamptz NOT NULL,
  churned    boolean NOT NULL
);

CREATE TABLE public.products (
  id       bigint PRIMARY KEY,
  sku      text NOT NULL UNIQUE,
  name     text NOT NULL,
  category text NOT NULL,
  price    numeric(10, 2) NOT NULL CHECK (price > 0)
);

CREATE TABLE public.orders (
  id          bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES public.customers (id),
  region      text NOT NULL,
  status      text NOT NULL CHECK (status IN ('paid', 'shipped', 'delivered', 'returned')),
  ordered_at  timestamptz NOT NULL
);
CREATE INDEX orders_customer_id ON public.orders (customer_id);

CREATE TABLE public.order_items (
  order_id   bigint NOT NULL REFERENCES public.orders (id),
  line       integer NOT NULL,
  product_id bigint NOT NULL REFERENCES public.products (id),
  quantity   integer NOT NULL CHECK (quantity > 0),
  unit_price numeric(10, 2) NOT NULL,
  PRIMARY KEY (order_id, line)
);

CREATE TABLE public.payments (
  id          bigint PRIMARY KEY,
  order_id    bigint NOT NULL REFERENCES public.orders (id),
  card_number text NOT NULL,
  amount      numeric(10, 2) NOT NULL,
  paid_at     timestamptz NOT NULL
);

-- The web site and the newsletter know people by their e-mail address alone.
CREATE TABLE public.events (
  id          bigint PRIMARY KEY,
  email       text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('visit', 'cart', 'newsletter-open', 'support-ticket', 'return')),
  region      text NOT NULL,
  client_ip   inet,
  occurred_at timestamptz NOT NULL
);
CREATE INDEX events_email ON public.events (email);
