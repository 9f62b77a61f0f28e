/** What an older server does not understand is refused as it refuses it, or taken for the call that it takes it for. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';
import { saidByAnalysis, saidByServer } from './said.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const statements = [
  'SELECT JSON_ARRAY(id, x) FROM t',
  'SELECT JSON_ARRAY() FROM t',
  'SELECT JSON_ARRAY(1, 2 NULL ON NULL) FROM t',
  'SELECT JSON_ARRAY(1, NULL)',
  'SELECT JSON_ARRAY(CASE WHEN x IS NULL THEN NULL ELSE x END) FROM t',
  'SELECT JSON_ARRAY(SELECT 1) FROM t',
  'SELECT JSON_ARRAY(x FORMAT JSON) FROM t',
  'SELECT JSON_ARRAY(1 RETURNING text)',
  'SELECT JSON_ARRAYAGG(x ORDER BY id) FILTER (WHERE id > 1) FROM t',
  "SELECT JSON_QUERY(x, '$.a') FROM t",
  "SELECT JSON_QUERY(nowhere, '$.a') FROM t",
  "SELECT JSON_QUERY(x, '$' WITH WRAPPER) FROM t",
  "SELECT JSON_QUERY(x, '$' PASSING 1 AS a) FROM t",
  "SELECT JSON_VALUE(x, '$' RETURNING int) FROM t",
  "SELECT JSON_VALUE(x, '$' DEFAULT 1 ON EMPTY) FROM t",
  "SELECT JSON_EXISTS(x, '$') FROM t",
  'SELECT JSON_SCALAR(1)',
  "SELECT JSON('1')",
  "SELECT JSON('1' WITH UNIQUE KEYS)",
  'SELECT JSON_SERIALIZE(x) FROM t',
  "SELECT JSON_OBJECT('{a,1}')",
  "SELECT JSON_OBJECT('a': 1)",
  "SELECT JSON_OBJECT('a' VALUE 1)",
  "SELECT json_object('{a}', '{1}'), json_build_object('JSON_OBJECT', 1)",
  'SELECT JSON_OBJECT()',
  'SELECT JSON_OBJECTAGG(id: x) FROM t',
  'SELECT x::text IS JSON FROM t',
  'SELECT x::text IS NOT JSON OBJECT FROM t',
  "SELECT 1 FROM t WHERE id IS NOT NULL AND 'é' || (SELECT x::text) IS JSON",
  "SELECT * FROM t, JSON_TABLE(x, '$[*]' COLUMNS (a int PATH '$.a')) AS q",
  'MERGE INTO t USING t u ON t.id = u.id WHEN MATCHED THEN DELETE',
  'MERGE INTO t USING t u ON t.id = u.id WHEN MATCHED THEN DELETE RETURNING t.id',
  'MERGE INTO t USING t u ON t.id = u.id WHEN NOT MATCHED BY SOURCE THEN DELETE',
  'WITH a AS (MERGE INTO t USING t u ON t.id = u.id WHEN MATCHED THEN DELETE RETURNING t.id) SELECT * FROM a',
  'MERGE INTO t USING t u ON t.id = u.id WHEN MATCHED THEN DELETE RETURNING MERGE_ACTION()',
  'UPDATE t SET id = 1 RETURNING WITH (OLD AS o) o.id',
];

describe.each([13, 15, 16, 17] as const)('PostgreSQL %d', (version) => {
  let court: Court;
  beforeAll(async () => {
    const schema = 'CREATE TABLE t (id int, x jsonb)';
    court = await courtWith(undo, schema, { version });
  }, 60_000);

  test.each(statements)('%s', async (sql) => {
    expect(saidByAnalysis(court, sql)).toEqual(await saidByServer(court, sql));
  });
});
