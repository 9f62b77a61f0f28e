import { mailOf, people } from './planted.js';

const one = people[0];
const mail = one === undefined ? '' : mailOf(one);

/** What stands over the tables: views, functions, triggers. */
export const objects = `
CREATE VIEW app.people_view AS SELECT id, name, email, region, salary FROM app.people;
CREATE VIEW app.people_upper AS SELECT id, upper(email) AS shout, left(name, 12) AS brief FROM app.people;
CREATE VIEW app.people_joined AS
  SELECT p.id, p.email, o.amount, p.doc ->> 'secret' AS secret FROM app.people p JOIN app.orders o ON o.person_id = p.id;
CREATE VIEW app.people_deep AS SELECT shout || '/' || brief AS both FROM app.people_upper;
CREATE VIEW app.people_barrier WITH (security_barrier) AS SELECT id, email FROM app.people WHERE id < 3;
CREATE VIEW app.regional_view AS SELECT id, body FROM app.regional;
CREATE VIEW app.product_view AS SELECT id, sku, price FROM app.products WHERE stock > 0;
CREATE MATERIALIZED VIEW app.people_kept AS SELECT id, name, email, birth FROM app.people;
CREATE MATERIALIZED VIEW app.product_kept AS SELECT stock, count(*) AS n FROM app.products GROUP BY stock;

CREATE FUNCTION app.mail_of(n int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM app.people WHERE id = n';
CREATE FUNCTION app.mail_atomic(n int) RETURNS text STABLE BEGIN ATOMIC SELECT email FROM app.people WHERE id = n; END;
CREATE FUNCTION app.mail_pl(n int) RETURNS text LANGUAGE plpgsql STABLE AS
  'BEGIN RETURN (SELECT email FROM app.people WHERE id = n); END';
CREATE FUNCTION app.mail_dynamic(n int) RETURNS text LANGUAGE plpgsql STABLE AS
  'DECLARE r text; BEGIN EXECUTE ''SELECT email FROM app.people WHERE id = $1'' INTO r USING n; RETURN r; END';
CREATE FUNCTION app.mail_definer(n int) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS
  'SELECT email FROM app.people WHERE id = n';
CREATE FUNCTION app.all_people() RETURNS SETOF app.people LANGUAGE sql STABLE AS 'SELECT * FROM app.people';
CREATE FUNCTION app.told(n int) RETURNS int LANGUAGE plpgsql AS
  'BEGIN RAISE NOTICE ''it is %'', (SELECT email FROM app.people WHERE id = n); RETURN n; END';
CREATE FUNCTION app.name_of(p app.people) RETURNS text LANGUAGE sql STABLE AS 'SELECT (p).name';
CREATE FUNCTION app.nap(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n + 1';
CREATE PROCEDURE app.keep_copy() LANGUAGE sql AS 'INSERT INTO scratch.box SELECT id, email FROM app.people';

CREATE FUNCTION app.tells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE 'owner is %', (SELECT email FROM app.people WHERE id = NEW.id); RETURN NEW; END $$;
CREATE TRIGGER tells BEFORE INSERT ON app.logged FOR EACH ROW EXECUTE FUNCTION app.tells();
CREATE FUNCTION app.raises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'not for %', (SELECT email FROM app.people WHERE id = NEW.id)
  USING DETAIL = (SELECT name FROM app.people WHERE id = NEW.id), TABLE = (SELECT doc ->> 'secret' FROM app.people WHERE id = NEW.id);
END $$;
CREATE TRIGGER raises BEFORE INSERT ON app.guarded FOR EACH ROW EXECUTE FUNCTION app.raises();

CREATE INDEX people_mail_pattern ON app.people (email text_pattern_ops) WHERE email <> '${mail}';
CREATE STATISTICS app.people_stats (mcv) ON email, name FROM app.people;
`;
