/** Which statements the server takes without a look: asked of the oldest and the newest server. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadParser, parse, runsUnseen } from '@postern/sql';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { RawClient, say } from '../wire/raw-client.js';

const undo = new Undo();
afterAll(() => undo.all());

const statements = [
  ...['COPY nowhere FROM STDIN', 'COPY (SELECT * FROM nowhere) TO STDOUT', 'DROP TABLE nowhere'],
  ...[
    'CREATE TABLE x (LIKE nowhere)',
    'CREATE TABLE x (i nothing)',
    'ALTER TABLE nowhere ADD i int',
  ],
  ...['CREATE VIEW x AS SELECT * FROM nowhere', 'REFRESH MATERIALIZED VIEW nowhere'],
  ...['CREATE INDEX ON nowhere (i)', 'TRUNCATE nowhere', 'LOCK TABLE nowhere', 'VACUUM nowhere'],
  ...[
    'ANALYZE nowhere',
    'CLUSTER nowhere',
    'REINDEX TABLE nowhere',
    'COMMENT ON TABLE nowhere IS NULL',
  ],
  ...['GRANT SELECT ON nowhere TO nobody', 'CREATE ROLE x IN ROLE nobody', 'DROP ROLE nobody'],
  ...['PREPARE x AS SELECT * FROM nowhere', 'DEALLOCATE nowhere', 'CLOSE nowhere', 'LISTEN x'],
  ...["NOTIFY x, 'y'", 'SET work_mem = 1', 'RESET nothing', 'DISCARD PLANS', 'CHECKPOINT'],
  ...[
    "DO 'BEGIN PERFORM nothing(); END'",
    'CREATE RULE r AS ON SELECT TO nowhere DO INSTEAD NOTHING',
  ],
  ...['CREATE TRIGGER t AFTER INSERT ON nowhere EXECUTE FUNCTION nothing()', 'CREATE SCHEMA x'],
  ...['CREATE FUNCTION f() RETURNS nothing LANGUAGE sql AS $$SELECT 1$$', 'LOAD $$nothing$$'],
  ...[
    'ALTER SYSTEM SET work_mem = 1',
    'CREATE EXTENSION nothing',
    'SECURITY LABEL ON ROLE x IS NULL',
  ],
  ...['SELECT * FROM nowhere', 'INSERT INTO nowhere VALUES (1)', 'UPDATE nowhere SET i = 1'],
  ...['DELETE FROM nowhere', 'EXPLAIN SELECT * FROM nowhere', 'SHOW work_mem', 'VALUES (1)'],
  ...['DECLARE c CURSOR FOR SELECT * FROM nowhere', 'CREATE TABLE x AS SELECT * FROM nowhere'],
  ...['CREATE MATERIALIZED VIEW x AS SELECT * FROM nowhere', 'SELECT * INTO x FROM nowhere'],
];

describe.each([13, 18] as const)('PostgreSQL %d', (version) => {
  test('what is taken at Parse, and described as without columns', async () => {
    await loadParser();
    const server = await startPostgres({ version, auth: 'trust' });
    undo.push(() => server.stop());
    const client = await RawClient.open(server.port, 'postgres', 'postgres');
    const ours: string[] = [];
    const servers: string[] = [];
    for (const sql of statements) {
      const says = Buffer.concat([say.parse(sql), say.describe('S'), say.sync()]);
      const heard = await client.exchange(says, 1);
      if (heard.includes('n') && !heard.some((one) => one.startsWith('E'))) servers.push(sql);
      const [statement] = parse(sql);
      if (statement !== undefined && runsUnseen(statement)) ours.push(sql);
    }
    client.close();
    expect(ours).toEqual(servers);
    expect(ours.length).toBeGreaterThan(30);
    expect(statements.length - ours.length).toBeGreaterThan(10);
  }, 60_000);
});
