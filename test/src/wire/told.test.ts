/** What a refusal says: the same from the proxy and from `postern policy explain`, and all of it in the reference. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';

const objects = `
apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: shop, namespace: ml}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: 5432}]
  tls: {mode: disable}
  classifications: [{column: public.people.email, tags: [pii.email]}, {column: public.far.v, tags: [region.eu]}]
---
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: guards, namespace: ml}
spec:
  defaultAction: Deny
  residency: {tags: ["region.eu"], allowedRegions: ["eu-*"]}
  rules:
    - {name: work, actions: [select, write, copy-in, copy-out, ddl, execute], tables: ['public.*'], effect: Allow, masks: [{tags: [pii.email], mask: {redact: {}}}]}
    - {name: few, actions: [select, write], tables: [public.t], effect: Allow, limits: {maxAffectedRows: 2, maxRows: 4, maxExportRows: 3}}
    - {name: in-part, actions: [select, write], tables: [public.part], effect: Allow, rowFilter: id < 3}
    - {name: no-drop, actions: [ddl], commands: [DROP], effect: Deny}
    - {name: no-truncate, actions: [truncate], effect: Deny, message: nothing is emptied}
    - {name: no-unfiltered, actions: [update, delete], unfiltered: true, effect: Deny}
    - {name: no-grants, actions: [privilege], effect: Deny}
    - {name: no-settings, actions: [config], effect: Deny}
    - {name: no-harm, actions: [execute], functions: [pg_catalog.pg_terminate_backend, pg_catalog.pg_sleep], effect: Deny}
    - {name: asks, actions: [ddl], commands: [ALTER TABLE], effect: RequireApproval}
  rego: |
    deny contains "no notes are read" if {
      some access in input.statement.accesses
      access.object == "public.notes"
    }
`;

const schema = `
  CREATE TABLE public.t (id int, n int DEFAULT 0);
  INSERT INTO public.t SELECT generate_series(1, 5);
  CREATE TABLE public.part (id int);
  CREATE TABLE public.notes (id int);
  CREATE TABLE public.far (v int);
  CREATE TABLE public.people (id int PRIMARY KEY, email text);
  CREATE VIEW public.part_view AS SELECT id FROM public.part;
  CREATE SCHEMA other;
  CREATE TABLE other.closed (id int);
`;

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let server: Postgres;
let governed: string;
let folder: string;

const who = ['--as', 'serviceaccount:ml/trainer'];

beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(schema);
  folder = await mkdtemp(join(tmpdir(), 'postern-told-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'policy.yaml'), objects);
  const postern = await startPostern({
    files: [folder],
    upstream: server.url('postgres'),
    words: who,
  });
  undo.push(() => postern.stop());
  governed = postern.login('postgres', '', 'postgres');
}, 120_000);

interface Told {
  readonly sqlstate: string;
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
}

const byProxy = async (sql: string): Promise<Told | undefined> => {
  const client = new pg.Client(governed);
  await client.connect();
  try {
    await client.query(sql);
    return undefined;
  } catch (cause) {
    const { code = '', message, detail = '', hint = '' } = cause as pg.DatabaseError;
    return { sqlstate: code, message, detail, hint };
  } finally {
    await client.end();
  }
};

const explained = async (sql: string): Promise<Partial<Told> | undefined> => {
  const url = new URL(server.url('postgres'));
  url.username = 'postgres';
  const serverUrl = url.href;
  const words = ['policy', 'explain', '-f', folder, ...who, '-o', 'json'];
  const out = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [join(root, 'cli/bin/postern.js'), ...words, '--database-url', serverUrl, sql],
      (cause, stdout, stderr) => {
        if (stdout === '' && cause) reject(new Error(stderr));
        else resolve(stdout);
      },
    );
  });
  const { statements } = JSON.parse(out) as {
    readonly statements: readonly { readonly outcome: { readonly kind: string } & Partial<Told> }[];
  };
  const outcome = statements[0]?.outcome;
  if (outcome === undefined || outcome.kind === 'forward' || outcome.kind === 'rewrite')
    return undefined;
  const { sqlstate, message, detail, hint } = outcome;
  return { sqlstate, message, detail, hint } as Partial<Told>;
};

const refused: readonly (readonly [name: string, sql: string, detail: string])[] = [
  ['a rule', 'DROP TABLE t', 'policy=ml/guards rule=no-drop reason=rule'],
  ['TRUNCATE', 'TRUNCATE part', 'policy=ml/guards rule=no-truncate reason=rule'],
  ['an unfiltered write', 'DELETE FROM notes WHERE random() < 2', 'policy=ml/guards rule=no-unfiltered reason=rule; policy=ml/guards rule=rego reason=rego'],
  ['a privilege', 'GRANT SELECT ON t TO PUBLIC', 'policy=ml/guards rule=no-grants reason=rule'],
  ['a setting', 'SET row_security = off', 'policy=ml/guards rule=no-settings reason=rule'],
  ['a setting of the server', "ALTER SYSTEM SET work_mem = '1MB'", 'policy=ml/guards rule=no-settings reason=rule'],
  ['a function that a rule names', 'SELECT pg_sleep(10)', 'policy=ml/guards rule=no-harm reason=rule'],
  ['another', 'SELECT pg_terminate_backend(1)', 'policy=ml/guards rule=no-harm reason=rule; policy=ml/guards rule=default reason=side-door'],
  ['an approval', 'ALTER TABLE t ADD x int', 'policy=ml/guards rule=asks reason=rule'],
  ['no rule', 'SELECT * FROM other.closed', 'policy=ml/guards rule=default reason=no-rule'],
  ['Rego', 'SELECT id FROM notes', 'policy=ml/guards rule=rego reason=rego'],
  ['residency', 'SELECT v FROM far', 'policy=ml/guards rule=residency reason=residency'],
  ['a view of filtered rows', 'SELECT id FROM part_view', 'policy=ml/guards rule=in-part reason=row-filter-through-view'],
  ['a side door', "SELECT pg_read_file('x')", 'policy=ml/guards rule=default reason=side-door'],
  ['a server file', "COPY t TO '/tmp/x'", 'policy=ml/guards rule=default reason=not-understood'],
  ['DO', 'DO $$ BEGIN NULL; END $$', 'policy=ml/guards rule=default reason=not-understood'],
  ['a mask that cannot be put in', 'CREATE INDEX ON people (email)', 'policy=ml/guards rule=work reason=cannot-mask construct='],
  ['an aggregate of all rows', 'SELECT json_agg(t) FROM t', 'policy=ml/guards rule=few reason=bulk-export limit=3'],
]; // prettier-ignore

describe('the proxy and explain tell the same', () => {
  test.each(refused)(
    '%s',
    async (_name, sql, detail) => {
      const told = await byProxy(sql);
      expect(told?.detail.startsWith(detail) ? detail : told).toBe(detail);
      expect(told?.hint).not.toBe('');
      expect(await explained(sql)).toEqual(told);
    },
    60_000,
  );

  test.each([['SELECT id FROM t WHERE id = 1'], ['SELECT email FROM people'], ['SELECT now()']])(
    'neither refuses %s',
    async (sql) => {
      expect(await byProxy(sql)).toBeUndefined();
      expect(await explained(sql)).toBeUndefined();
    },
    60_000,
  );
});

describe('what is refused as it runs', () => {
  test.each([
    ['DELETE FROM t WHERE id < 5', '54000', 'policy=ml/guards rule=few reason=max-affected-rows limit=2'],
    ['SELECT * FROM t', '54000', 'policy=ml/guards rule=few reason=bulk-export limit=3'],
    ['COPY (SELECT id FROM t) TO STDOUT', '54000', 'policy=ml/guards rule=few reason=bulk-export limit=3'],
    ['SELECT * FROM t WHERE id = id', '54000', 'policy=ml/guards rule=few reason=bulk-export limit=3'],
    ['SELECT * FROM t WHERE id > 0', '54000', 'policy=ml/guards rule=few reason=max-rows limit=4'],
  ])('%s', async (sql, sqlstate, detail) => {
    const told = await byProxy(sql);
    expect({ sqlstate: told?.sqlstate, detail: told?.detail }).toEqual({ sqlstate, detail });
    expect(told?.hint).not.toBe('');
  }); // prettier-ignore

  test.each([
    ['SELECT * FROM t LIMIT 3'],
    ['SELECT count(*) FROM t'],
    ['SELECT id FROM t WHERE id < 5'],
    ['SELECT sum(id) FROM t'],
    ['UPDATE t SET n = 1 WHERE id < 3'],
  ])('%s is within', async (sql) => {
    expect(await byProxy(sql)).toBeUndefined();
  });
});

test('every reason that the code can give is in the reference', async () => {
  const sources = await Promise.all(
    ['sidecar/src', 'policy/src'].map(async (package_) => {
      const files = await readdir(join(root, package_), { recursive: true });
      const ours = files.filter((file) => file.endsWith('.ts') && !file.includes('.test'));
      return Promise.all(ours.map((file) => readFile(join(root, package_, file), 'utf8')));
    }),
  );
  const text = sources.flat().join('\n');
  const union = /export type ReasonCode =([^;]+);/.exec(text)?.[1] ?? '';
  const given = new Set([
    ...[...text.matchAll(/\breason=([a-z][a-z-]+)/g)].map(([, code]) => code ?? ''),
    ...[...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code ?? ''),
  ]);
  expect(given.size).toBeGreaterThan(20);
  const reference = await readFile(join(root, 'docs/reference/reasons.md'), 'utf8');
  const rows = reference.split('\n').filter((line) => line.startsWith('| `'));
  const documented = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, code]) => code ?? ''),
  );
  expect([...given].filter((code) => !documented.includes(code))).toEqual([]);
  expect(documented.filter((code) => !given.has(code) && code !== 'reason')).toEqual([]);
});
