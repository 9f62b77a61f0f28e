/** Writes under masks and row filters, from a policy through the proxy to the server and back. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const objects = (port: number): string => `
apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: shop, namespace: test}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: ${port}}]
  tls: {mode: disable}
  detectors: {mode: 'Off'}
  classifications:
    - {column: public.people.email, tags: [pii.email]}
    - {column: public.people.birth, tags: [pii.birth]}
---
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: own, namespace: test}
spec:
  defaultAction: Deny
  rules:
    - name: work
      actions: [select, write, copy-in, copy-out]
      tables: ['public.*']
      effect: Allow
      masks:
        - {tags: [pii.email], mask: {hash: {}}, predicates: allow}
        - {tags: [pii.birth], mask: {year: {}}}
    - name: region
      actions: [select, write, copy-in, copy-out]
      tables: [public.people]
      effect: Allow
      rowFilter: "region = 'eu'"
`;

const schema = `
CREATE TABLE people (id int PRIMARY KEY, name text, email varchar(80) UNIQUE, birth date, region text DEFAULT 'eu', n int);
CREATE TABLE notes (id int, body text);
INSERT INTO people VALUES (1, 'Ann', 'ann@example.com', '1990-05-17', 'eu', 1), (2, 'Bob', 'bob@example.com', '1980-01-02', 'us', 2);
INSERT INTO people SELECT i, 'p', 'p' || i || '@example.com', '2000-02-03', 'us', i FROM generate_series(10, 3000) i;
ANALYZE people;
`;

let server: Postgres;
let client: pg.Client;
let direct: pg.Client;

beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(schema);
  const folder = await mkdtemp(join(tmpdir(), 'postern-writes-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'objects.yaml'), objects(server.port));
  const postern = await startPostern({ files: [folder], upstream: [] });
  undo.push(() => postern.stop());
  const port = Number(new URL(postern.databases['test/shop'] ?? '').port);
  const login = { host: '127.0.0.1', user: 'postgres', database: 'postgres' };
  client = new pg.Client({ ...login, port });
  direct = new pg.Client({ ...login, port: server.port });
  for (const one of [client, direct]) {
    await one.connect();
    undo.push(() => one.end());
  }
}, 120_000);

const failure = async (sql: string, values?: unknown[]): Promise<Partial<pg.DatabaseError>> => {
  try {
    await client.query(sql, values);
  } catch (error) {
    const { code, message, detail, hint } = error as pg.DatabaseError;
    return { code, message, ...(detail ? { detail } : {}), ...(hint ? { hint } : {}) };
  }
  return {};
};

const violated = {
  code: '42501',
  message: 'new row violates the row filter for table "people"',
  detail: 'reason=row-filter',
  hint: 'Write rows that this identity may read.',
};

describe('a row that the filter does not let in', () => {
  test.each<readonly [string, string, unknown[]]>([
    ['INSERT', "INSERT INTO people (id, region) VALUES (3, 'us')", []],
    ['INSERT with parameters', 'INSERT INTO people (id, region) VALUES ($1, $2)', [3, 'us']],
    ['INSERT ... SELECT', "INSERT INTO people (id, region) SELECT 3, lower('US')", []],
    ['UPDATE', "UPDATE people SET region = 'us'", []],
    ['UPDATE with parameters', 'UPDATE people SET region = $1 WHERE id = $2', ['us', 1]],
    [
      'ON CONFLICT',
      "INSERT INTO people (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET region = 'us'",
      [],
    ],
    [
      'MERGE',
      "MERGE INTO people p USING (VALUES (3)) v (i) ON p.id = v.i WHEN NOT MATCHED THEN INSERT (id, region) VALUES (v.i, 'us')",
      [],
    ],
  ])('%s', async (_, sql, values) => {
    expect(await failure(sql, values)).toEqual(violated);
    // the transaction block fails with it
    await client.query('BEGIN');
    expect(await failure(sql, values)).toEqual(violated);
    expect(await failure('SELECT 1')).toMatchObject({ code: '25P02' });
    await client.query('ROLLBACK');
  });

  test('a hidden one that is in the way', async () => {
    const sql =
      "INSERT INTO people (id) VALUES (2) ON CONFLICT (id) DO UPDATE SET name = 'x' WHERE people.n = 2";
    expect(await failure(sql)).toEqual({
      ...violated,
      message: 'the row that conflicts is hidden by the row filter for table "people"',
    });
    expect(await failure(sql.replace('= 2', '= 3'))).toEqual(await failure(sql));
  });

  test('rows of a bulk INSERT, of which one does not fit', async () => {
    const rows = Array.from(
      { length: 5000 },
      (_, i) => `(${5000 + i}, 'p', '${i === 4321 ? 'us' : 'eu'}')`,
    );
    const sql = (some: readonly string[]): string =>
      `INSERT INTO people (id, name, region) VALUES ${some.join(', ')}`;
    expect(await failure(sql(rows))).toEqual(violated);
    await client.query('BEGIN');
    const { rowCount } = await client.query(sql(rows.filter((_, i) => i !== 4321)));
    await client.query('ROLLBACK');
    expect(rowCount).toBe(4999);
  });

  test('COPY is refused with the form that works', async () => {
    expect(await failure('COPY people (id, name, region) FROM STDIN')).toMatchObject({
      code: '42501',
      hint: 'Write the rows with INSERT.',
    });
  });

  test('a prepared statement, again and again', async () => {
    const text = 'INSERT INTO people (id, region) VALUES ($1, $2) RETURNING id';
    await client.query('BEGIN');
    for (let i = 0; i < 8; i += 1) {
      const { rows } = await client.query({ name: 'new', text, values: [100_000 + i, 'eu'] });
      expect(rows).toEqual([{ id: 100_000 + i }]);
    }
    await expect(client.query({ name: 'new', text, values: [9, 'us'] })).rejects.toMatchObject({
      code: '42501',
    });
    await client.query('ROLLBACK');
  });

  test('nobody can make the setting whose absence is the error', async () => {
    const name = 'postern row filter new people';
    for (const sql of [`SET "${name}" = '1'`, `SELECT set_config('${name}', '1', false)`]) {
      await expect(direct.query(sql)).rejects.toMatchObject({ code: /42704|42602/ });
    }
  });
});

describe('masked columns', () => {
  const types = async (of: pg.Client, sql: string): Promise<unknown> => {
    await of.query('BEGIN');
    try {
      const { fields } = await of.query(sql);
      return fields.map((f) => [f.name, f.dataTypeID, f.dataTypeModifier]);
    } finally {
      await of.query('ROLLBACK');
    }
  };

  test.each([
    "INSERT INTO people (id, birth) VALUES (4, '1999-09-09') RETURNING *",
    "UPDATE people SET name = 'x' WHERE id = 1 RETURNING email, birth, people.*",
    'DELETE FROM people WHERE id = 1 RETURNING lower(email), email, birth AS b',
  ])('the types of RETURNING: %s', async (sql) => {
    expect(await types(client, sql)).toEqual(await types(direct, sql));
  });

  test('RETURNING is what a SELECT shows', async () => {
    const { rows: shown } = await client.query(
      'SELECT email, birth::text FROM people WHERE id = 1',
    );
    const { rows } = await client.query(
      "UPDATE people SET name = 'Anna' WHERE id = $1 RETURNING email, birth::text",
      [1],
    );
    expect(rows).toEqual(shown);
    expect(JSON.stringify(rows)).not.toMatch(/ann@|05-17/);
  });

  test.each([
    ['by letters', "UPDATE people SET n = n WHERE email LIKE 'ann%'", 0],
    ['by a day', "UPDATE people SET n = n WHERE birth = '1990-05-17'", 0],
    ['by the year that is shown', "UPDATE people SET n = n WHERE birth = '1990-01-01'", 1],
    [
      'by the whole address, which policy allows',
      "UPDATE people SET n = n WHERE email = 'ann@example.com'",
      1,
    ],
    ['of a hidden row', "UPDATE people SET n = n WHERE email = 'bob@example.com'", 0],
  ])('rows are found %s', async (_, sql, count) => {
    expect((await client.query(sql)).rowCount).toBe(count);
  });

  test('equality with a parameter finds the row', async () => {
    const { rows } = await client.query<{ id: number; email: string }>(
      'SELECT id, email FROM people WHERE email = $1',
      ['ann@example.com'],
    );
    expect(rows).toEqual([{ id: 1, email: expect.not.stringContaining('@') as unknown }]);
  });

  test('masked values flow', async () => {
    await client.query('BEGIN');
    await client.query('UPDATE people SET name = email');
    const { rows } = await client.query<{ name: string }>('SELECT name FROM people WHERE id = 1');
    await client.query('ROLLBACK');
    expect(rows[0]?.name).not.toContain('@');
  });

  test.each([
    [
      'its own values',
      'UPDATE people SET birth = birth + 1',
      'SET',
      'Set birth to a value that is not made of it, or leave it out of SET.',
    ],
    [
      'a row as a value',
      'DELETE FROM people p RETURNING p',
      'whole row of public.people',
      'Name the columns of the row.',
    ],
  ])('refused: %s', async (_, sql, construct, hint) => {
    const { code, detail, hint: said } = await failure(sql);
    expect([code, detail, said]).toEqual([
      '42501',
      expect.stringContaining(`reason=cannot-mask construct=${construct}`),
      hint,
    ]);
  });

  test('the row of a cursor', async () => {
    await client.query('BEGIN');
    await client.query('DECLARE c CURSOR FOR SELECT id FROM people');
    await client.query('FETCH c');
    const { code, detail } = await failure('UPDATE people SET n = 1 WHERE CURRENT OF c');
    await client.query('ROLLBACK');
    expect(code).toBe('42501');
    expect(detail).toContain('reason=');
  });

  test('row locks', async () => {
    await client.query('BEGIN');
    const { rows } = await client.query<{ email: string }>(
      'SELECT * FROM people WHERE id = 1 FOR UPDATE',
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.email).not.toContain('@');
    await expect(
      direct.query('SELECT id FROM people WHERE id = 1 FOR UPDATE NOWAIT'),
    ).rejects.toMatchObject({ code: '55P03' });
    await client.query('ROLLBACK');
  });
});
