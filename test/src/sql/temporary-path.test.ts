/** Reading the catalogue must not make the session's temporary schema, as current_schemas() would. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readCatalogue } from '@postern/sql';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all());

let client: pg.Client;
beforeAll(async () => {
  const server = await startPostgres();
  undo.push(() => server.stop());
  client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
}, 60_000);

const rows = async (sql: string): Promise<(string | null)[][]> => {
  const types = { getTypeParser: () => (value: string) => value };
  return (await client.query<(string | null)[]>({ text: sql, rowMode: 'array', types })).rows;
};

const path = async (): Promise<readonly string[]> => (await readCatalogue(rows)).definitionPath;

test.each([
  ['"$user", public', ['pg_catalog', 'public']],
  ['pg_temp', ['pg_catalog']],
  ['pg_temp, public, "$user"', ['pg_catalog', 'public']],
  ['public, pg_temp', ['pg_catalog', 'public']],
])('search_path %s', async (searchPath, schemas) => {
  await client.query(`SET search_path = ${searchPath}`);
  expect(await path()).toEqual(schemas);
  expect(await rows('SELECT pg_my_temp_schema()::int')).toEqual([['0']]);
});

test('one that is there is in it', async () => {
  await client.query('CREATE TEMP TABLE x (); SET search_path = pg_temp, public');
  expect(await path()).toEqual(['pg_catalog', expect.stringMatching(/^pg_temp_/), 'public']);
});
