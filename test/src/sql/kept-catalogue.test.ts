/**
 * A reader that keeps what it has read has the same in hand as one that reads everything, whatever has changed between
 * its readings; and the definitions of views are what the server would write anew.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Catalogue, CatalogueReader, readCatalogue } from '@postern/sql';
import { tmpdir } from 'node:os';
import pg from 'pg';
import { findServer, serverOwner, type Major } from '../harness/binaries.js';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all());

const views = `
  CREATE SCHEMA a; CREATE SCHEMA b;
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE TABLE t (id int PRIMARY KEY, name text, mood mood);
  CREATE TABLE u (id int, t_id int, price numeric);
  CREATE FUNCTION f(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1';
  CREATE VIEW plain AS SELECT id, name FROM t;
  CREATE VIEW joined AS SELECT * FROM t JOIN u USING (id);
  CREATE VIEW over_plain AS SELECT name FROM plain;
  CREATE VIEW calls AS SELECT f(price) AS price FROM u;
  CREATE VIEW typed AS SELECT 'sad'::mood AS mood, t AS row FROM t;
  CREATE VIEW of_system AS SELECT relname, oid::regclass AS shown FROM pg_class WHERE relname = 'x'::text;
  CREATE MATERIALIZED VIEW kept AS SELECT name || 'x' AS name FROM t;
  CREATE VIEW b.elsewhere AS SELECT count(*) FROM public.u;
`;

/** One after the other, and how many definitions have to be read because of it. */
const changes: readonly (readonly [sql: string, read: number | 'any'])[] = [
  ['CREATE TABLE other (id int); INSERT INTO other VALUES (1)', 0],
  ['CREATE OR REPLACE VIEW plain AS SELECT id, upper(name) AS name FROM t', 1],
  ['COMMENT ON VIEW plain IS $$x$$', 0],
  ['ALTER TABLE u RENAME price TO cost', 'any'],
  ['ALTER TABLE t RENAME TO tt', 'any'],
  ['ALTER VIEW plain RENAME TO simple', 'any'],
  ['ALTER TABLE u ADD COLUMN name text', 'any'],
  ['ALTER TABLE u SET SCHEMA a', 'any'],
  ['SET search_path = a, public', 'any'],
  ['CREATE TABLE a.tt (id int)', 'any'],
  ['DROP TABLE a.tt', 'any'],
  ['CREATE TEMP TABLE tt (id int)', 'any'],
  ['DROP TABLE pg_temp.tt', 'any'],
  ['CREATE FUNCTION a.f(numeric) RETURNS numeric LANGUAGE sql AS $$SELECT 2 * $1$$', 'any'],
  ['DROP FUNCTION a.f(numeric)', 'any'],
  ['ALTER FUNCTION f(numeric) RENAME TO g', 'any'],
  ['ALTER TYPE mood RENAME TO feeling', 'any'],
  ['ALTER TYPE feeling RENAME VALUE $$sad$$ TO $$blue$$', 'any'],
  ['ALTER SCHEMA a RENAME TO aa; SET search_path = aa, public', 'any'],
  ['CREATE TABLE public.pg_class (x int)', 'any'],
  ['SET search_path = public, pg_catalog, aa', 'any'],
  ['CREATE DOMAIN public.text AS int', 'any'],
  ['CREATE FUNCTION public.count(x int) RETURNS int LANGUAGE sql AS $$SELECT 1$$', 'any'],
  [
    'CREATE OPERATOR public.|| (LEFTARG = pg_catalog.text, RIGHTARG = pg_catalog.text, FUNCTION = pg_catalog.textcat)',
    'any',
  ],
  ['SET search_path = aa, public', 'any'],
  ['DROP TABLE public.pg_class; DROP DOMAIN public.text', 'any'],
  ['RESET search_path', 'any'],
  ['DROP VIEW over_plain', 0],
  ['CREATE TABLE part (id int, at date) PARTITION BY RANGE (at)', 0],
  ['CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ($$2020-01-01$$) TO ($$2021-01-01$$)', 0],
  ['ALTER TABLE part DETACH PARTITION part_1', 0],
  ['ALTER TABLE part_1 ADD PRIMARY KEY (id)', 0],
  ['ALTER TABLE part_1 DROP CONSTRAINT part_1_pkey', 0],
  ['ALTER TABLE part_1 ADD COLUMN twice int GENERATED ALWAYS AS (id * 2) STORED', 0],
  ['ALTER TABLE part_1 ALTER COLUMN at TYPE timestamp', 0],
  ['ALTER TABLE part_1 DROP COLUMN at', 0],
  ['COMMENT ON COLUMN part_1.id IS $$postern:pii.id$$', 0],
  ['COMMENT ON COLUMN part_1.id IS $$postern:pii.other$$', 0],
  ['COMMENT ON COLUMN part_1.id IS NULL', 0],
  ['CREATE TABLE heir () INHERITS (part_1)', 0],
  ['ALTER TABLE heir NO INHERIT part_1', 0],
  ['CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$', 'any'],
  ['CREATE TRIGGER fires AFTER INSERT ON heir FOR EACH ROW EXECUTE FUNCTION fired()', 0],
  ['ALTER FUNCTION fired() RENAME TO fires', 'any'],
  ['DROP TRIGGER fires ON heir', 0],
  ['CREATE RULE ruled AS ON DELETE TO heir DO INSTEAD NOTHING', 0],
  ['ALTER TABLE heir RENAME TO successor', 'any'],
  ['ALTER TABLE successor RENAME TO heir', 'any'],
  [
    'CREATE FUNCTION body(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql AS $$SELECT a + b$$',
    'any',
  ],
  ['ALTER FUNCTION body(int, int) SET search_path = public', 'any'],
  ['SET TimeZone = $$Asia/Tokyo$$', 0],
  ['DROP RULE ruled ON heir', 0],
  ['CREATE DOMAIN positive AS int CHECK (VALUE > 0)', 'any'],
  ['ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 10)', 'any'],
  ['ALTER DOMAIN positive DROP CONSTRAINT small', 'any'],
  ['CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)', 'any'],
  [
    'CREATE FUNCTION to_int(feeling) RETURNS int LANGUAGE sql AS $$SELECT 1$$; CREATE CAST (feeling AS int) WITH FUNCTION to_int(feeling)',
    'any',
  ],
  [`CREATE COLLATION mine FROM "C"; ALTER TABLE heir ADD COLUMN c text COLLATE mine`, 'any'],
  ['ALTER COLLATION mine RENAME TO ours', 'any'],
  ['CREATE EXTENSION citext', 'any'],
  ['ALTER EXTENSION citext ADD FUNCTION fires()', 'any'],
  ['ALTER EXTENSION citext DROP FUNCTION fires()', 'any'],
  [
    'CREATE SCHEMA authored CREATE TABLE inside (a citext) CREATE VIEW over AS SELECT a FROM inside',
    'any',
  ],
  ['ALTER SCHEMA authored RENAME TO moved', 'any'],
  ['CREATE TABLE one (a int); CREATE TABLE two (b text)', 0],
  [
    'ALTER TABLE one RENAME TO three; ALTER TABLE two RENAME TO one; ALTER TABLE three RENAME TO two',
    0,
  ],
  ['DROP TABLE one; CREATE TABLE one (c int)', 0],
  ['CREATE TEMP TABLE one (d int); CREATE TEMP VIEW seen AS SELECT d FROM one', 1],
  ['DISCARD TEMP', 0],
  ['CREATE OR REPLACE PROCEDURE proc(INOUT x int) LANGUAGE sql AS $$SELECT 1$$', 'any'],
  ['ALTER TYPE feeling ADD VALUE $$glad$$ BEFORE $$ok$$', 'any'],
  ['CREATE POLICY own ON heir FOR SELECT USING (id > 0)', 'any'],
  ['ALTER TABLE heir ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', 0],
  ['ALTER POLICY own ON heir USING (id > 1)', 'any'],
  ['ALTER TABLE heir RENAME id TO number', 'any'],
  ['DROP POLICY own ON heir', 'any'],
  ['CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int)', 'any'],
  ['CREATE TYPE span AS RANGE (SUBTYPE = float8)', 'any'],
  [
    'CREATE FOREIGN DATA WRAPPER far; CREATE SERVER there FOREIGN DATA WRAPPER far; CREATE FOREIGN TABLE away (a int) SERVER there',
    'any',
  ],
  ['ALTER SERVER there RENAME TO elsewhere', 'any'],
  [
    'CREATE TABLE referred (id int PRIMARY KEY); CREATE TABLE refers (r int REFERENCES referred ON DELETE CASCADE)',
    'any',
  ],
  [
    'ALTER TABLE refers DROP CONSTRAINT refers_r_fkey, ADD CONSTRAINT own FOREIGN KEY (r) REFERENCES referred ON UPDATE SET NULL',
    'any',
  ],
  ['ALTER TABLE refers DROP CONSTRAINT own', 'any'],
  [
    'CREATE FUNCTION one_more(int) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT $1 + 1$$; CREATE TABLE calling (a int, b int)',
    'any',
  ],
  ['ALTER TABLE calling ALTER COLUMN a SET DEFAULT one_more(1)', 'any'],
  ['ALTER TABLE calling ALTER COLUMN a DROP DEFAULT', 'any'],
  ['ALTER TABLE calling ADD CONSTRAINT more CHECK (one_more(b) > 0)', 'any'],
  ['ALTER TABLE calling DROP CONSTRAINT more', 'any'],
  ['CREATE INDEX calling_one ON calling (one_more(b))', 'any'],
  ['DROP INDEX calling_one', 'any'],
  ['ALTER TABLE calling ADD COLUMN c int GENERATED ALWAYS AS (one_more(a)) STORED', 'any'],
  ['CREATE TABLE parted (a int) PARTITION BY RANGE (one_more(a))', 'any'],
  ['ALTER DOMAIN positive ADD CONSTRAINT more CHECK (one_more(VALUE) > 0)', 'any'],
  ['ALTER DOMAIN positive DROP CONSTRAINT more', 'any'],
  [
    'CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (9); CREATE TRIGGER fires BEFORE INSERT OR UPDATE OF a ON parted FOR EACH ROW EXECUTE FUNCTION fires()',
    'any',
  ],
  ['ALTER TABLE parted DISABLE TRIGGER fires', 'any'],
  ['ALTER TABLE parted_1 ENABLE ALWAYS TRIGGER fires', 'any'],
  ['CREATE RULE ruled AS ON DELETE TO calling DO ALSO DELETE FROM heir', 'any'],
  ['ALTER TABLE calling DISABLE RULE ruled', 'any'],
  ['ALTER TABLE calling ENABLE RULE ruled', 'any'],
  ['CREATE FUNCTION gives(OUT a int, OUT b text) LANGUAGE sql AS $$SELECT 1, NULL::text$$', 'any'],
  [
    `CREATE FUNCTION ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
     CREATE EVENT TRIGGER ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION ddl()`,
    'any',
  ],
  ['ALTER EVENT TRIGGER ddl DISABLE', 'any'],
  ['DROP SCHEMA moved CASCADE; DROP EXTENSION citext CASCADE', 'any'],
];

/** Everything in it, a text each; no order is promised. */
const parts = (catalogue: Catalogue): ReadonlySet<string> => {
  const { routines, version, ...rest } = catalogue.toJSON();
  expect(version).not.toBe('');
  const each = (kind: string, all: readonly unknown[]): readonly string[] =>
    all.map((one) => `${kind} ${JSON.stringify(one)}`);
  return new Set([
    ...Object.entries(rest).flatMap(([kind, value]) =>
      each(kind, Array.isArray(value) && kind !== 'definitionPath' ? value : [value]),
    ),
    ...routines.flatMap(({ overloads, ...routine }) => each(JSON.stringify(routine), overloads)),
  ]);
};

const difference = (kept: ReadonlySet<string>, fresh: ReadonlySet<string>): readonly string[] => [
  ...[...kept].filter((part) => !fresh.has(part)).map((part) => `kept: ${part}`),
  ...[...fresh].filter((part) => !kept.has(part)).map((part) => `fresh: ${part}`),
];

const owner = await serverOwner();
for (const version of [18, 13] as readonly Major[]) {
  const there = await findServer(version, owner, tmpdir());
  (there ? describe : describe.skip)(`PostgreSQL ${version}`, () => {
    let client: pg.Client;
    const reader = new CatalogueReader();
    let asked: string[] = [];

    const rows = async (sql: string): Promise<(string | null)[][]> => {
      asked.push(sql);
      const types = { getTypeParser: () => (value: string) => value };
      return (await client.query<(string | null)[]>({ text: sql, rowMode: 'array', types })).rows;
    };
    const known = async ({ committed = true, compare = true } = {}): Promise<
      Record<string, string | undefined>
    > => {
      asked = [];
      const catalogue = await reader.read(rows, 'x', committed);
      const whole = [...asked];
      if (compare)
        expect(difference(parts(catalogue), parts(await readCatalogue(rows)))).toEqual([]);
      asked = whole;
      return Object.fromEntries(
        catalogue.data.relations
          .filter(({ kind, oid }) => (kind === 'v' || kind === 'm') && oid >= 16384)
          .map((view) => [`${view.oid}`, view.definition]),
      );
    };
    const truth = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        await rows(
          `SELECT oid, pg_get_viewdef(oid) FROM pg_catalog.pg_class WHERE oid >= 16384 AND relkind IN ('v', 'm')`,
        ),
      ) as Record<string, string>;
    const definitionsRead = (): number =>
      asked
        .map((sql) => /pg_get_viewdef[^]*ANY \('\{([\d,]+)\}'/.exec(sql)?.[1]?.split(',').length)
        .reduce<number>((sum, n) => sum + (n ?? 0), 0);

    beforeAll(async () => {
      const server = await startPostgres({ version });
      undo.push(() => server.stop());
      client = new pg.Client({ connectionString: server.login('postgres') });
      await client.connect();
      undo.push(() => client.end());
      await client.query(views);
      expect(await known()).toEqual(await truth());
    }, 60_000);

    test.each(changes)('%s', async (sql, read) => {
      await client.query(sql);
      const found = await known();
      if (read !== 'any') expect(definitionsRead()).toBe(read);
      expect(found).toEqual(await truth());
      expect(await known({ compare: false })).toEqual(found);
      expect(definitionsRead()).toBe(0);
    });

    const atomic = version >= 14 ? test : test.skip;
    atomic('a body in the syntax of SQL follows the names in it', async () => {
      await client.query(`CREATE TABLE base (a int);
        CREATE FUNCTION stored() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM base; END`);
      const body = async (): Promise<string | undefined> => {
        await known();
        const { routines } = (await reader.read(rows, 'x', true)).toJSON();
        return routines.find(({ name }) => name === 'stored')?.overloads[0]?.body;
      };
      expect(await body()).toContain('FROM base');
      await client.query('ALTER TABLE base RENAME TO renamed');
      expect(await body()).toContain('FROM renamed');
    });

    test('is read by a role that may not cast numbers', async () => {
      await client.query(`CREATE ROLE weak; DO $$ DECLARE f regprocedure; BEGIN
        FOR f IN SELECT castfunc FROM pg_cast WHERE castfunc > 0 AND castsource IN (20, 21, 23, 700, 701, 1700)
        LOOP EXECUTE 'REVOKE EXECUTE ON FUNCTION ' || f || ' FROM PUBLIC'; END LOOP; END $$; SET ROLE weak`);
      await expect(rows('SELECT 1::int4::int8 FROM pg_class')).rejects.toThrow('permission denied');
      expect(await reader.fingerprint(rows)).not.toBe('');
      await known();
      await client.query('RESET ROLE');
    });

    test('what a transaction changed twice is read twice, and not kept', async () => {
      const before = await known();
      await client.query('BEGIN');
      for (const name of ['first', 'second']) {
        await client.query(`CREATE OR REPLACE VIEW simple AS SELECT id, '${name}' AS name FROM tt`);
        expect(await known({ committed: false })).toEqual(await truth());
      }
      await client.query('ROLLBACK');
      expect(await known()).toEqual(before);
      expect(definitionsRead()).toBe(0);
    });
  });
}
