import { honest } from '../work.js';

/** What migrations of a schema of one's own do. */
export const migrations = honest('migrations', {
  'a table': [
    'CREATE TABLE scratch.t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, made timestamptz DEFAULT now())',
    "INSERT INTO scratch.t (name) VALUES ('a') RETURNING id, name",
  ],
  'IF NOT EXISTS': [
    'CREATE TABLE IF NOT EXISTS scratch.notes (id int)',
    'SELECT * FROM scratch.notes ORDER BY 1',
  ],
  serial: [
    'CREATE TABLE scratch.t (id serial PRIMARY KEY, v text)',
    "INSERT INTO scratch.t (v) VALUES ('x') RETURNING *",
  ],
  LIKE: ['CREATE TABLE scratch.t (LIKE app.products INCLUDING ALL)', 'SELECT * FROM scratch.t'],
  'a foreign key': [
    'CREATE TABLE scratch.t (id int PRIMARY KEY, note_id int REFERENCES scratch.notes (id) ON DELETE CASCADE)',
    'INSERT INTO scratch.t VALUES (1, 1)',
    'DELETE FROM scratch.notes WHERE id = 1',
    'TABLE scratch.t',
  ],
  CHECK: ['CREATE TABLE scratch.t (n int CHECK (n > 0))', 'INSERT INTO scratch.t VALUES (1)'],
  partitions: [
    'CREATE TABLE scratch.t (d date, v int) PARTITION BY RANGE (d)',
    "CREATE TABLE scratch.t1 PARTITION OF scratch.t FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
    "INSERT INTO scratch.t VALUES ('2026-01-05', 1)",
    'SELECT tableoid::regclass, * FROM scratch.t',
  ],
  'hash partitions': [
    'CREATE TABLE scratch.t (i int) PARTITION BY HASH (i)',
    'CREATE TABLE scratch.t0 PARTITION OF scratch.t FOR VALUES WITH (MODULUS 2, REMAINDER 0)',
    'CREATE TABLE scratch.t1 PARTITION OF scratch.t FOR VALUES WITH (MODULUS 2, REMAINDER 1)',
    'INSERT INTO scratch.t SELECT generate_series(1, 20)',
    'SELECT count(*) FROM scratch.t',
  ],
  inheritance: [
    'CREATE TABLE scratch.t () INHERITS (scratch.notes)',
    "INSERT INTO scratch.t VALUES (9, 'nine')",
    'SELECT count(*) FROM scratch.notes',
  ],
  'ADD COLUMN': [
    'ALTER TABLE scratch.notes ADD COLUMN done bool NOT NULL DEFAULT false',
    'SELECT * FROM scratch.notes ORDER BY id',
  ],
  'DROP COLUMN': [
    'ALTER TABLE scratch.notes DROP COLUMN body',
    'SELECT * FROM scratch.notes ORDER BY id',
  ],
  'RENAME COLUMN': [
    'ALTER TABLE scratch.notes RENAME COLUMN body TO text',
    'SELECT text FROM scratch.notes ORDER BY id',
  ],
  'RENAME TO': [
    'ALTER TABLE scratch.notes RENAME TO memos',
    'SELECT * FROM scratch.memos ORDER BY id',
  ],
  'ALTER TYPE': [
    'ALTER TABLE scratch.notes ALTER COLUMN body TYPE varchar(50)',
    'SELECT * FROM scratch.notes ORDER BY id',
  ],
  'ALTER TYPE USING': [
    'ALTER TABLE scratch.notes ALTER COLUMN body TYPE int USING length(body)',
    'SELECT * FROM scratch.notes ORDER BY id',
  ],
  'SET NOT NULL': [
    'ALTER TABLE scratch.notes ALTER body SET NOT NULL',
    'SELECT count(*) FROM scratch.notes',
  ],
  'SET DEFAULT': [
    "ALTER TABLE scratch.notes ALTER body SET DEFAULT 'none'",
    'INSERT INTO scratch.notes (id) VALUES (8) RETURNING body',
  ],
  'ADD CONSTRAINT': [
    'ALTER TABLE scratch.notes ADD CONSTRAINT short CHECK (length(body) < 100) NOT VALID',
    'ALTER TABLE scratch.notes VALIDATE CONSTRAINT short',
  ],
  'ADD UNIQUE': 'ALTER TABLE scratch.notes ADD UNIQUE (body)',
  'several at once':
    "ALTER TABLE scratch.notes ADD a int, ADD b text DEFAULT 'b', ALTER body SET NOT NULL",
  'an index': [
    'CREATE INDEX notes_body ON scratch.notes (body)',
    "SELECT indexname FROM pg_indexes WHERE schemaname = 'scratch' ORDER BY 1",
  ],
  'an index, expressions': 'CREATE INDEX ON scratch.notes (lower(body), id DESC) WHERE id > 0',
  'an index, concurrently': 'CREATE INDEX CONCURRENTLY notes_c ON scratch.notes (body)',
  'a GIN index': ['CREATE TABLE scratch.t (d jsonb)', 'CREATE INDEX ON scratch.t USING gin (d)'],
  REINDEX: ['CREATE INDEX notes_r ON scratch.notes (body)', 'DROP INDEX scratch.notes_r'],
  'a view': [
    'CREATE VIEW scratch.v AS SELECT id, upper(body) AS b FROM scratch.notes',
    'SELECT * FROM scratch.v ORDER BY id',
  ],
  'a view, replaced': [
    'CREATE VIEW scratch.v AS SELECT id FROM scratch.notes',
    'CREATE OR REPLACE VIEW scratch.v AS SELECT id, body FROM scratch.notes',
    'SELECT * FROM scratch.v ORDER BY id',
  ],
  'a view of products': [
    'CREATE VIEW scratch.v AS SELECT stock, sum(price) AS worth FROM app.products GROUP BY stock',
    'SELECT * FROM scratch.v ORDER BY 1',
  ],
  'a materialised view': [
    'CREATE MATERIALIZED VIEW scratch.m AS SELECT kind, count(*) FROM app.events GROUP BY kind',
    'SELECT * FROM scratch.m ORDER BY 1',
  ],
  'a view with CHECK OPTION': [
    'CREATE VIEW scratch.v AS SELECT * FROM scratch.notes WHERE id < 10 WITH CHECK OPTION',
    "INSERT INTO scratch.v VALUES (4, 'four')",
    'SELECT * FROM scratch.v ORDER BY id',
  ],
  'a sequence': [
    'CREATE SEQUENCE scratch.s START 100 INCREMENT 5',
    "SELECT nextval('scratch.s'), nextval('scratch.s')",
    'ALTER SEQUENCE scratch.s RESTART',
    "SELECT nextval('scratch.s')",
  ],
  'an enum': [
    "CREATE TYPE scratch.e AS ENUM ('a', 'b')",
    "ALTER TYPE scratch.e ADD VALUE 'c' AFTER 'a'",
    'SELECT enum_range(NULL::scratch.e)',
  ],
  'a composite type': [
    'CREATE TYPE scratch.c AS (a int, b text)',
    "SELECT (ROW(1, 'x')::scratch.c).b",
  ],
  'a domain': ['CREATE DOMAIN scratch.pos AS int CHECK (VALUE > 0)', 'SELECT 5::scratch.pos'],
  'a function in SQL': [
    "CREATE FUNCTION scratch.f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a * 2'",
    'SELECT scratch.f(21)',
  ],
  'a function over products': [
    "CREATE FUNCTION scratch.f(s int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM app.products WHERE stock = s'",
    'SELECT scratch.f(1)',
  ],
  'a function in plpgsql': [
    "CREATE FUNCTION scratch.f(a int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN a + 1; END'",
    'SELECT scratch.f(1)',
  ],
  'a trigger for a timestamp': [
    "CREATE FUNCTION scratch.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := ''touched''; RETURN NEW; END'",
    'CREATE TRIGGER touch BEFORE INSERT ON scratch.box FOR EACH ROW EXECUTE FUNCTION scratch.touch()',
    'INSERT INTO scratch.box VALUES (1) RETURNING v',
  ],
  comments: [
    "COMMENT ON TABLE scratch.notes IS 'some notes'",
    "SELECT obj_description('scratch.notes'::regclass)",
  ],
  'CREATE TABLE AS': [
    'CREATE TABLE scratch.t AS SELECT * FROM app.products WHERE stock = 1',
    'SELECT count(*) FROM scratch.t',
  ],
  'SELECT INTO': [
    'SELECT kind, count(*) AS n INTO scratch.t FROM app.events GROUP BY kind',
    'SELECT * FROM scratch.t ORDER BY 1',
  ],
  'a temporary table': [
    'CREATE TEMP TABLE t AS SELECT id FROM app.products',
    'SELECT count(*) FROM t',
    'DROP TABLE t',
  ],
  'a temporary table, ON COMMIT DROP': [
    'BEGIN',
    'CREATE TEMP TABLE t (i int) ON COMMIT DROP',
    'INSERT INTO t VALUES (1)',
    'SELECT * FROM t',
    'COMMIT',
  ],
  'DROP TABLE': [
    'CREATE TABLE scratch.t (i int)',
    'DROP TABLE scratch.t',
    "SELECT to_regclass('scratch.t')",
  ],
  'DROP IF EXISTS': 'DROP TABLE IF EXISTS scratch.nothing',
  'DROP CASCADE': [
    'CREATE VIEW scratch.v AS SELECT * FROM scratch.box',
    'CREATE TABLE scratch.bb (i int)',
    'CREATE VIEW scratch.vv AS SELECT * FROM scratch.bb',
    'DROP TABLE scratch.bb CASCADE',
  ],
  'in a transaction': [
    'BEGIN',
    'CREATE TABLE scratch.t (i int)',
    'INSERT INTO scratch.t VALUES (1)',
    'SELECT * FROM scratch.t',
    'COMMIT',
    'TABLE scratch.t',
  ],
  undone: [
    'BEGIN',
    'CREATE TABLE scratch.t (i int)',
    'ROLLBACK',
    "SELECT to_regclass('scratch.t')",
  ],
  'in one message':
    'CREATE TABLE scratch.t (i int); INSERT INTO scratch.t VALUES (1), (2); SELECT sum(i) FROM scratch.t',
  'a table of versions': [
    'CREATE TABLE IF NOT EXISTS scratch.schema_migrations (version varchar(255) PRIMARY KEY)',
    "INSERT INTO scratch.schema_migrations VALUES ('20260101')",
    'SELECT version FROM scratch.schema_migrations ORDER BY 1',
  ],
  'a lock for migrations': [
    'SELECT pg_try_advisory_lock(4242)',
    'CREATE TABLE scratch.t (i int)',
    'SELECT pg_advisory_unlock(4242)',
  ],
  'a swap of tables': [
    'CREATE TABLE scratch.box_new (LIKE scratch.box)',
    "INSERT INTO scratch.box_new VALUES (1, 'new')",
    'BEGIN',
    'ALTER TABLE scratch.box RENAME TO box_old',
    'ALTER TABLE scratch.box_new RENAME TO box',
    'COMMIT',
    'TABLE scratch.box',
  ],
  ANALYZE: [
    'CREATE TABLE scratch.t AS SELECT generate_series(1, 100) i',
    'ANALYZE scratch.t',
    "SELECT reltuples FROM pg_class WHERE oid = 'scratch.t'::regclass",
  ],
  'a copy of masked people, ids': [
    'CREATE TABLE scratch.t AS SELECT id, region FROM app.people',
    'SELECT * FROM scratch.t ORDER BY id',
  ],
  'a generated column': [
    'CREATE TABLE scratch.t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)',
    'INSERT INTO scratch.t VALUES (4) RETURNING b',
  ],
});
