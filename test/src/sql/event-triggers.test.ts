/** Event triggers are noted by the commands that fire them, and by no others: the server says which. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tmpdir } from 'node:os';
import { analyze, parse } from '@postern/sql';
import { findServer, type Major, serverOwner } from '../harness/binaries.js';
import { Undo } from '../harness/undo.js';
import { type Court, openCourt } from '../oracle/judge.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const triggers: readonly (readonly [name: string, event: string])[] = [
  ['starts', 'ddl_command_start'],
  ['ends', 'ddl_command_end'],
  ['drops', 'sql_drop'],
  ['rewrites', 'table_rewrite'],
  ['tables', `ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'ALTER TABLE')`],
];

const schema = `
  CREATE TABLE t (a int PRIMARY KEY, b text); CREATE TABLE gone (a int); CREATE VIEW v AS SELECT a FROM t;
  CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE TYPE pair AS (x int); CREATE SEQUENCE s; CREATE ROLE somebody;
  CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE DOMAIN d AS int; CREATE INDEX i ON t (b);
  ${triggers
    .map(
      ([name]) =>
        `CREATE FUNCTION ${name}() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '${name}'; END$$;`,
    )
    .join('\n')}
  CREATE FUNCTION never() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'never'; END$$;
  CREATE FUNCTION makes() RETURNS void LANGUAGE sql AS 'CREATE TABLE made_by_function (a int)';
  ${triggers.map(([name, on]) => `CREATE EVENT TRIGGER ${name} ON ${on.replace(/( WHEN .*)?$/, (when) => `${when} EXECUTE FUNCTION ${name}()`)};`).join('\n')}
  CREATE EVENT TRIGGER never ON ddl_command_start EXECUTE FUNCTION never(); ALTER EVENT TRIGGER never DISABLE;`;

/** `rewrites` and `drops` depend on what is there: the analysis may note them where the server has no reason to. */
const maybe: ReadonlySet<string> = new Set(['rewrites', 'drops']);

const commands = [
  'CREATE TABLE n (a int)',
  'CREATE TEMP TABLE n (a int)',
  'CREATE TABLE n AS SELECT 1 AS a',
  'SELECT 1 AS a INTO n',
  'CREATE VIEW n AS SELECT 1 AS a',
  'CREATE MATERIALIZED VIEW n AS SELECT 1 AS a',
  'REFRESH MATERIALIZED VIEW m',
  'CREATE INDEX ON t (b)',
  'REINDEX TABLE t',
  'ALTER TABLE t ADD COLUMN c int',
  'ALTER TABLE t ALTER COLUMN b TYPE int USING a',
  'ALTER TABLE t DROP COLUMN b',
  'ALTER TABLE t RENAME COLUMN b TO c',
  'ALTER TABLE t SET SCHEMA information_schema',
  'ALTER TABLE t OWNER TO somebody',
  'DROP TABLE gone',
  'DROP VIEW v',
  'DROP FUNCTION f',
  'DROP INDEX i',
  'CREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
  'ALTER FUNCTION f() STABLE',
  'CREATE TYPE n AS ENUM ($$a$$)',
  'ALTER TYPE pair ADD ATTRIBUTE y int',
  'CREATE DOMAIN n AS int',
  'ALTER DOMAIN d SET NOT NULL',
  'CREATE SEQUENCE n',
  'ALTER SEQUENCE s RESTART',
  'CREATE SCHEMA n',
  'CREATE SCHEMA n CREATE TABLE x (a int)',
  'CREATE TRIGGER n BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
  'CREATE RULE n AS ON DELETE TO t DO NOTHING',
  'CREATE POLICY n ON t USING (true)',
  'CREATE STATISTICS n ON a, b FROM t',
  'CREATE OPERATOR @@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
  'CREATE AGGREGATE n (int) (SFUNC = int4pl, STYPE = int)',
  'CREATE CAST (pair AS text) WITH INOUT',
  'CREATE COLLATION n FROM "C"',
  'CREATE PUBLICATION n FOR TABLE t',
  'CREATE FOREIGN DATA WRAPPER n',
  'COMMENT ON TABLE t IS $$x$$',
  'GRANT SELECT ON t TO somebody',
  'REVOKE ALL ON t FROM somebody',
  'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO somebody',
  'DROP OWNED BY somebody',
  'REASSIGN OWNED BY somebody TO postgres',
  'CREATE ROLE n',
  'ALTER ROLE somebody NOLOGIN',
  'GRANT pg_monitor TO somebody',
  'DROP ROLE somebody',
  'ALTER EVENT TRIGGER never ENABLE',
  'DROP EVENT TRIGGER never',
  'ALTER ROLE somebody SET work_mem = 100',
  'TRUNCATE t',
  'LOCK TABLE t',
  'CLUSTER t USING t_pkey',
  'ANALYZE t',
  'SELECT * FROM t',
  'INSERT INTO t VALUES (1)',
  'EXPLAIN CREATE TABLE n AS SELECT 1 AS a',
  'SELECT makes()',
  'SET work_mem = 100',
];

const owner = await serverOwner();
for (const version of [18, 13] as readonly Major[]) {
  const there = await findServer(version, owner, tmpdir());
  (there ? describe : describe.skip)(`PostgreSQL ${version}`, () => {
    let court: Court;
    beforeAll(async () => {
      court = await courtWith(undo, schema, { version });
    }, 60_000);

    const fired = async (sql: string): Promise<readonly string[]> => {
      const names = new Set<string>();
      const heard = ({ message = '' }: { message?: string | undefined }): void => {
        if (triggers.some(([name]) => name === message)) names.add(message);
      };
      court.client.on('notice', heard);
      try {
        await court.client.query('BEGIN');
        await court.client.query(sql);
      } finally {
        await court.client.query('ROLLBACK');
        court.client.off('notice', heard);
      }
      return [...names].sort();
    };

    const noted = (sql: string): readonly string[] => {
      const [statement] = parse(sql);
      if (!statement) throw new Error('no statement');
      const { notUnderstood } = analyze(statement, court.whole, court.settings).analysis;
      return notUnderstood
        .flatMap(({ construct, reach }) => {
          const [, name = ''] = /event trigger function public\.(\w+)$/.exec(construct) ?? [];
          return name !== '' && reach === 'anything' ? [name] : [];
        })
        .sort();
    };

    test.each(commands)('%s', async (sql) => {
      const truth = await fired(sql);
      expect(noted(sql).filter((name) => !maybe.has(name) || truth.includes(name))).toEqual(truth);
    });

    test('come and go with the catalogue', async () => {
      await court.client.query('ALTER EVENT TRIGGER starts DISABLE');
      court = await openCourt(court.client);
      expect(noted('CREATE INDEX ON t (b)')).toEqual(['ends']);
    });
  });
}
