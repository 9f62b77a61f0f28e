import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  analyze,
  catalogueFingerprintQuery,
  classify,
  loadParser,
  maskFits,
  parse,
  readCatalogue,
  rewrite,
  SqlError,
  type Catalogue,
  type Change,
  type Mask,
} from '@postern/sql';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findServer, serverOwner, type Major } from '../harness/binaries.js';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { statements } from './statements.js';

const undo = new Undo();
afterAll(() => undo.all());
beforeAll(() => loadParser());

const key = new Uint8Array(32).fill(7);
const settings = { searchPath: ['$user', 'public'], user: 'postgres', role: 'none' };

interface Live {
  readonly client: pg.Client;
  readonly catalogue: Catalogue;
}

/** Every value as the server writes it. */
const asText = { getTypeParser: () => (value: string) => value };

const run = (client: pg.Client, sql: string): Promise<pg.QueryArrayResult<(string | null)[]>> =>
  client.query<(string | null)[]>({ text: sql, rowMode: 'array', types: asText });

const fingerprintOf = async (client: pg.Client): Promise<string> =>
  (await run(client, catalogueFingerprintQuery)).rows[0]?.[0] ?? '';

const load = (client: pg.Client): Promise<Catalogue> =>
  readCatalogue(async (sql) => (await run(client, sql)).rows);

const open = async (version: Major): Promise<Live> => {
  const server = await startPostgres({ version });
  undo.push(() => server.stop());
  await server.sql('CREATE DATABASE shop');
  await server.sql(await readFile(join(root, 'sql', 'fixtures', 'shop.sql'), 'utf8'), 'shop');
  const client = new pg.Client({ connectionString: server.login('shop') });
  await client.connect();
  undo.push(() => client.end());
  return { client, catalogue: await load(client) };
};

const rewritten = (catalogue: Catalogue, sql: string, change: Partial<Change>): string => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  const analyzed = analyze(statement, catalogue, settings);
  return rewrite(analyzed, { masks: [], rowFilters: [], session: {}, key, ...change }).sql;
};

/** All but those whose syntax is too new, which the server refuses as the analysis does. */
const understood = async ({ client, catalogue }: Live): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const sql of statements)
    try {
      rewritten(catalogue, sql, {});
      found.push(sql);
    } catch (thrown) {
      if (!(thrown instanceof SqlError) || thrown.code !== 'syntax') throw thrown;
      const { message } = thrown;
      await expect(run(client, sql)).rejects.toMatchObject({ code: '42601', message });
    }
  return found;
};

const shape = (result: pg.QueryArrayResult<unknown[]>): readonly unknown[] =>
  result.fields.map((f) => [f.name, f.dataTypeID, f.dataTypeModifier, f.tableID, f.columnID]);

const masks: readonly Mask[] = [
  { null: {} },
  { redact: {} },
  { hash: {} },
  { uuid: {} },
  { email: {} },
  { partial: { first: 1, last: 1 } },
  { year: {} },
  { month: {} },
  { bucket: { size: 100_000 } },
  { round: { digits: -1 } },
  { json: { paths: ['$.a.b', 'c[0].d', '$.x[*]'] } },
];

const owner = await serverOwner();
const wanted: readonly Major[] = [18, 15, 13];
const there = new Set<Major>();
for (const version of wanted) if (await findServer(version, owner, tmpdir())) there.add(version);

for (const version of wanted) {
  const group = there.has(version) ? describe : describe.skip;
  group(`PostgreSQL ${version}`, () => {
    let live: Live;
    beforeAll(async () => {
      live = await open(version);
    });
    const relation = (name: string) => ({ schema: 'public', name });

    test('a substitution that changes nothing gives the same rows, names, types and origins', async () => {
      const rowFilters = live.catalogue.data.relations
        .filter((r) => r.schema === 'public' || r.schema === 'Mixed')
        .map((r) => ({ relation: r, sql: 'true' }));
      for (const sql of await understood(live)) {
        const outcome = (text: string): Promise<unknown> =>
          run(live.client, text).then(
            (result) => [shape(result), result.rows],
            (error: unknown) =>
              error instanceof pg.DatabaseError ? [error.code, error.message] : error,
          );
        const after = rewritten(live.catalogue, sql, { rowFilters });
        expect([sql, await outcome(after)]).toEqual([sql, await outcome(sql)]);
      }
    });

    test('no statement shows a masked value', async () => {
      const change = {
        masks: [
          { relation: relation('customers'), column: 'email', mask: { redact: {} } },
          { relation: relation('customers'), column: 'lower_email', mask: { redact: {} } },
          { relation: relation('contacts'), column: 'mail', mask: { redact: {} } },
        ],
      };
      for (const sql of await understood(live)) {
        const result = await run(live.client, rewritten(live.catalogue, sql, change)).catch(
          (error: unknown) => ({ rows: [String(error)] }),
        );
        expect([sql, JSON.stringify(result.rows)]).toEqual([
          sql,
          expect.not.stringMatching(/@(example|shop)/),
        ]);
      }
    });

    test('every mask on every type: the same type and modifier, NULL stays NULL, or it does not fit', async () => {
      const customers = live.catalogue.relation('public', 'customers');
      if (!customers) throw new Error('no customers');
      const sql = 'SELECT * FROM customers';
      const raw = await run(live.client, sql);
      for (const mask of masks)
        for (const [i, column] of customers.columns.entries()) {
          const { name } = column;
          const change = { masks: [{ relation: customers, column: name, mask }] };
          if (maskFits(live.catalogue, column, mask) !== undefined) {
            expect(() => rewritten(live.catalogue, sql, change)).toThrow('its mask cannot be made');
            continue;
          }
          const found = await run(live.client, rewritten(live.catalogue, sql, change));
          const types = (r: typeof raw): unknown =>
            r.fields.map((f) => [f.name, f.dataTypeID, f.dataTypeModifier]);
          expect([mask, name, types(found)]).toEqual([mask, name, types(raw)]);
          found.rows.forEach((row, n) => {
            if (raw.rows[n]?.[i] === null) expect([mask, name, row[i]]).toEqual([mask, name, null]);
          });
        }
    });

    test('equal values hash equally across tables and types', async () => {
      await run(
        live.client,
        'CREATE TABLE h (a text, b varchar(100), c int, d bigint, e numeric(20,4), f char(5))',
      );
      await run(live.client, "INSERT INTO h VALUES ('x', 'x', 5, 5, 5.0000, 'x')");
      const catalogue = await load(live.client);
      const change = {
        masks: ['a', 'b', 'c', 'd', 'e', 'f'].map((column) => ({
          relation: relation('h'),
          column,
          mask: { hash: {} },
        })),
      };
      const [[a, b, c, d, e, f] = []] = (
        await run(live.client, rewritten(catalogue, 'SELECT * FROM h', change))
      ).rows;
      expect(b).toBe(a);
      expect(d).toBe(c);
      expect(Number(e)).toBe(Number(c));
      expect(a?.slice(0, 5)).toBe(f);
      await run(live.client, 'DROP TABLE h');
    });

    test('a row filter holds against conditions that fail on hidden rows', async () => {
      const change = {
        rowFilters: [{ relation: relation('customers'), sql: 'region = session.region' }],
        session: { 'session.region': 'eu' },
      };
      const sql = 'SELECT id FROM customers WHERE 1 / (id - 2) < 5 FOR UPDATE OF customers';
      await expect(run(live.client, sql)).rejects.toMatchObject({ code: '22012' });
      expect((await run(live.client, rewritten(live.catalogue, sql, change))).rows).toEqual([
        ['1'],
      ]);
    });

    test('the plan of a key lookup stays', async () => {
      const change = {
        masks: [{ relation: relation('customers'), column: 'email', mask: { hash: {} } }],
      };
      const sql = rewritten(live.catalogue, 'SELECT email FROM customers WHERE id = 1', change);
      await run(live.client, 'SET enable_seqscan = off');
      const plan = JSON.stringify((await run(live.client, `EXPLAIN ${sql}`)).rows);
      expect(plan).toContain('customers_pkey');
      expect(plan).not.toContain('Subquery Scan');
      await run(live.client, 'RESET enable_seqscan');
    });

    test('tags flow through what the server says of its objects', () => {
      const found = classify(live.catalogue, []);
      expect(found.problems).toEqual([]);
      expect(found.tagsOf(relation('contacts'), 'mail')).toEqual(['pii.email']);
      expect(found.tagsOf(relation('customers'), 'lower_email')).toEqual(['pii.email']);
    });

    test('the fingerprint stays while rows are written', async () => {
      await run(live.client, 'CREATE TABLE written (a int)');
      const before = await fingerprintOf(live.client);
      for (let i = 0; i < 3; i += 1) {
        await run(live.client, 'INSERT INTO written VALUES (1)');
        expect(await fingerprintOf(live.client)).toBe(before);
      }
      await run(live.client, 'CREATE TEMP TABLE mine (a int)');
      expect(await fingerprintOf(live.client)).toBe(before);
      await run(live.client, 'DROP TABLE written, mine');
    });

    test.each([
      'CREATE TABLE z (a int)',
      'ALTER TABLE z RENAME a TO b',
      "COMMENT ON COLUMN z.b IS 'postern:x'",
      'CREATE VIEW zv AS SELECT b FROM z',
      'CREATE OR REPLACE VIEW zv AS SELECT b + 1 AS b FROM z',
      'CREATE FUNCTION zf() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
      'CREATE OR REPLACE FUNCTION zf() RETURNS int LANGUAGE sql AS $$SELECT 2$$',
      'DROP FUNCTION zf()',
      'CREATE DOMAIN zd AS int[]',
      'DROP DOMAIN zd',
      'DROP VIEW zv',
      'DROP TABLE z',
      "CREATE FUNCTION ze() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
      'CREATE EVENT TRIGGER ze ON ddl_command_end EXECUTE FUNCTION ze()',
      'ALTER EVENT TRIGGER ze DISABLE',
      'DROP EVENT TRIGGER ze',
    ])('the fingerprint notices %s', async (ddl) => {
      const before = await fingerprintOf(live.client);
      expect(await fingerprintOf(live.client)).toBe(before);
      await run(live.client, ddl);
      expect(await fingerprintOf(live.client)).not.toBe(before);
    });
  });
}
