import { mailOf, people, planted } from './planted.js';
import { generatedSchema } from './schema-generated.js';
import { objects } from './schema-objects.js';

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** A definition is no secret, docs/adr/0012-what-a-definition-may-say.md: the value is not to be read in it. */
const shifted = (word: string): string =>
  [...word].map((letter) => letters[(letters.indexOf(letter) + 13) % 26]).join('');

const text = (value: string): string => `'${value}'`;

const personRow = (person: (typeof people)[number]): string =>
  `(${[
    String(person.id),
    text(`${person.first} ${person.last}`),
    text(mailOf(person)),
    text(`NI${person.national}`),
    person.salary,
    text(person.birth),
    text(
      JSON.stringify({ secret: person.secret, plan: 'gold', inner: { code: person.secret, n: 1 } }),
    ),
    `ARRAY[${text(person.tag)}, 'plain']`,
    `convert_to(${text(person.token)}, 'UTF8')`,
    text(`+${person.phone}`),
    text(person.region),
    `'calm'`,
    text(`note ${person.id}`),
  ].join(', ')})`;

const rows = (of: readonly string[]): string => of.join(',\n  ');

/** Tables whose columns are masked, or whose rows are filtered. */
const tables = `
CREATE SCHEMA app;
CREATE SCHEMA scratch;
CREATE TYPE app.mood AS ENUM ('calm', 'angry');
CREATE DOMAIN app.phone AS text CHECK (VALUE LIKE '+%');

CREATE TABLE app.people (
  id int PRIMARY KEY,
  name text NOT NULL,
  email text UNIQUE,
  national_id varchar(20),
  salary numeric(12,2),
  birth date,
  doc jsonb,
  tags text[],
  token bytea,
  phone app.phone,
  region text,
  mood app.mood,
  note text,
  email_lower text GENERATED ALWAYS AS (lower(email)) STORED
);
INSERT INTO app.people VALUES
  ${rows(people.map(personRow))};

CREATE TABLE app.regional (id int PRIMARY KEY, region text NOT NULL, body text, amount int);
INSERT INTO app.regional VALUES
  ${rows([
    `(1, 'eu', 'open one', 10)`,
    `(2, 'eu', 'open two', 20)`,
    ...planted.hidden.map((word, i) => `(${i + 3}, 'us', '${word}', ${(i + 3) * 10})`),
  ])};

CREATE TABLE app.segments (id int, code text, note text) PARTITION BY LIST (code);
CREATE TABLE app.segments_a PARTITION OF app.segments FOR VALUES IN ('${planted.segments[0]}');
CREATE TABLE app.segments_b PARTITION OF app.segments FOR VALUES IN ('${planted.segments[1]}');
CREATE TABLE app.segments_rest PARTITION OF app.segments DEFAULT;
INSERT INTO app.segments VALUES
  ${rows(planted.segments.map((word, i) => `(${i + 1}, '${word}', 'segment ${i + 1}')`))};

CREATE TABLE app.contacts (id int, handle text, memo text);
CREATE TABLE app.vip_contacts (level int) INHERITS (app.contacts);
INSERT INTO app.contacts VALUES (1, '${planted.contacts[0]}', 'first');
INSERT INTO app.vip_contacts VALUES (2, '${planted.contacts[1]}', 'second', 9);

CREATE TABLE app.orders (
  id int PRIMARY KEY,
  person_id int REFERENCES app.people,
  email text REFERENCES app.people (email),
  amount numeric(10,2),
  placed timestamptz,
  status text
);
INSERT INTO app.orders VALUES
  ${rows(
    people.flatMap((person) =>
      [0, 1, 2].map(
        (i) =>
          `(${person.id * 10 + i}, ${person.id}, '${mailOf(person)}', ${person.id * 7 + i}.50, '2026-0${i + 1}-1${person.id} 10:00+00', '${['new', 'paid', 'sent'][i] ?? ''}')`,
      ),
    ),
  )};

CREATE TABLE app.tickets (
  id int PRIMARY KEY,
  opened date,
  body text DEFAULT translate('${shifted(planted.defaulted)}', '${shifted(letters)}', '${letters}'),
  CONSTRAINT known_body CHECK (body <> 'forbidden')
);
INSERT INTO app.tickets VALUES
  ${rows(planted.tickets.map((word, i) => `(${i + 1}, '2026-01-0${i + 1}', 'about ${word} again')`))};
CREATE INDEX ticket_of_one ON app.tickets (id) WHERE body = '${planted.predicate}';
CREATE INDEX people_lower ON app.people (lower(name));

CREATE TABLE app.ledger (id int, region text, body text, note text);
INSERT INTO app.ledger
  SELECT i, CASE WHEN i % 2 = 0 THEN 'us' ELSE 'eu' END,
         CASE WHEN i % 2 = 0 THEN '${planted.ledger}' ELSE 'open ' || i END,
         CASE WHEN i % 3 = 0 THEN '${planted.common}' ELSE 'note ' || i END
  FROM generate_series(1, 600) i;

CREATE TABLE app.late (id int);
INSERT INTO app.late VALUES (1), (2);
ALTER TABLE app.late ADD COLUMN secret text DEFAULT '${planted.missing}';
ALTER TABLE app.late ALTER secret DROP DEFAULT;
`;

/** Without anything to protect. */
const open = `
CREATE TABLE app.products (id int PRIMARY KEY, sku text UNIQUE, title text, price numeric(8,2), stock int);
INSERT INTO app.products SELECT i, 'sku' || i, 'product ' || i, i * 1.25, i % 7 FROM generate_series(1, 40) i;
CREATE TABLE app.events (id bigserial PRIMARY KEY, kind text, at timestamptz, payload jsonb, product_id int REFERENCES app.products);
INSERT INTO app.events (kind, at, payload, product_id)
  SELECT (ARRAY['view', 'click', 'buy'])[1 + i % 3], timestamptz '2026-01-01 00:00+00' + i * interval '7 hours',
         jsonb_build_object('n', i, 'ok', i % 2 = 0), 1 + i % 40 FROM generate_series(1, 200) i;
CREATE TABLE app.logged (id int, what text);
CREATE TABLE app.guarded (id int PRIMARY KEY, what text);
CREATE TABLE scratch.notes (id int PRIMARY KEY, body text);
INSERT INTO scratch.notes VALUES (1, 'one'), (2, 'two');
CREATE TABLE scratch.box (id int, v text);
`;

/** Statistics keep values of tables with a few rows more. */
const analysed = `
ALTER TABLE app.people ALTER email SET STATISTICS 1000;
ANALYZE;
`;

const grants = `
GRANT USAGE ON SCHEMA app, scratch TO worker, keeper;
GRANT CREATE ON SCHEMA scratch TO worker, keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app, scratch TO worker;
GRANT REFERENCES ON app.people TO worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA app TO worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO worker;
`;

/** The keeper owns what is in the schema, as jobs too often do. */
const owners = `
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT c.oid::regclass AS name, c.relkind FROM pg_class c
           WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') LOOP
    EXECUTE format('ALTER %s %s OWNER TO keeper',
      CASE r.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, r.name);
  END LOOP;
END $$;
ALTER SCHEMA app OWNER TO keeper;
ALTER TABLE scratch.notes OWNER TO worker;
ALTER TABLE scratch.box OWNER TO worker;
`;

/** Logins of the server; nobody is asked for a password. */
export const roles = `
CREATE ROLE worker LOGIN;
CREATE ROLE keeper LOGIN;
CREATE ROLE chief LOGIN SUPERUSER;
GRANT pg_read_all_stats TO worker;
`;

/** The whole schema, to be run in an empty database. */
export const schema = [tables, open, objects, generatedSchema, grants, owners, analysed].join('\n');
