/** What docs/what-postern-does.md promises, row by row. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { Undo } from '../harness/undo.js';
import { Peer } from './peer.js';
import { say } from './raw-client.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const page = join(root, 'docs', 'what-postern-does.md');
const text = readFileSync(page, 'utf8');

/** The cells of the table under a heading, without its head. */
const rowsUnder = (heading: string): readonly (readonly string[])[] => {
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return own
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) =>
          cell
            .trim()
            .replaceAll('\\|', '|')
            .replace(/^`(.*)`$/, '$1'),
        ),
    );
};

const masked = rowsUnder('What is masked') as readonly [string, string, string][];
const refused = rowsUnder('What is refused') as readonly [string, string, string, string][];
const untouched = rowsUnder('What goes on as without Postern') as readonly [string, string][];

/** Parts of the planted values. */
const telling = /zebra|7a65627261|quagga|1984-05-17|faraway|ref-77/i;

const schema = `
CREATE TABLE people (id int PRIMARY KEY, name text, email text UNIQUE, born date, ref text,
  email_lower text GENERATED ALWAYS AS (lower(email)) STORED);
INSERT INTO people (id, name, email, born, ref) VALUES
  (1, 'Zoe', 'zebra@quagga.example', '1984-05-17', 'ref-77'), (2, 'Ann', 'Zebra.2@quagga.example', '1984-05-17', 'ref-778');
CREATE TABLE flags (id int, active boolean);
INSERT INTO flags VALUES (1, true);
CREATE TABLE box (v text);
INSERT INTO box VALUES ('x');
CREATE TABLE visits (id int, region text, body text);
INSERT INTO visits VALUES (1, 'eu', 'near'), (2, 'us', 'faraway'), (3, 'us', 'faraway');
CREATE VIEW visits_view AS SELECT * FROM visits;
CREATE VIEW people_view AS SELECT id, email AS contact FROM people;
CREATE MATERIALIZED VIEW people_kept AS SELECT id, email AS contact FROM people;
CREATE TABLE parts (id int, email text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
INSERT INTO parts VALUES (1, 'zebra@quagga.example');
CREATE TABLE base_people (id int, email text);
CREATE TABLE vip_people () INHERITS (base_people);
INSERT INTO vip_people VALUES (1, 'zebra@quagga.example');
CREATE FUNCTION peek() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT max(email) FROM people); END $$;
CREATE FUNCTION read_email() RETURNS text LANGUAGE sql STABLE AS 'SELECT max(email) FROM people';
SELECT lo_from_bytea(1, 'zebra');
ANALYZE;
`;

const objects = (port: number): string => `apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: promised, namespace: test}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: ${port}}]
  tls: {mode: disable}
  classifications:
    - {column: public.people.email, tags: [pii.email]}
    - {column: public.people.born, tags: [pii.born]}
    - {column: public.flags.active, tags: [pii.born]}
    - {column: public.people.ref, tags: [pii.ref]}
    - {column: public.parts.email, tags: [pii.email]}
    - {column: public.base_people.email, tags: [pii.email]}
---
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: p, namespace: test}
spec:
  defaultAction: Allow
  rules:
    - name: work
      actions: [any]
      tables: ['*.*']
      effect: Allow
      masks:
        - {tags: [pii.email], mask: {redact: {}}}
        - {tags: [pii.born], mask: {year: {}}}
        - {tags: [pii.ref], mask: {hash: {}}}
    - {name: own-region, actions: [any], tables: [public.visits], effect: Allow, rowFilter: "region = session.region"}
`;

let server: Postgres;
let port: number;
beforeAll(async () => {
  server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  await server.sql(schema);
  const folder = await mkdtemp(join(tmpdir(), 'postern-promises-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'objects.yaml'), objects(server.port));
  const words = ['--as', 'user:ada', '--region', 'eu'];
  const postern = await startPostern({ files: [folder], upstream: [], words });
  undo.push(() => postern.stop());
  port = Number(new URL(postern.governed).port);
}, 120_000);

interface Heard {
  /** every byte */
  readonly bytes: string;
  readonly rows: readonly string[];
  readonly errors: readonly string[];
  /** of the last error */
  readonly detail: string;
  readonly hint: string;
}

/** Each statement of its own, in one session that is not kept. */
const said = async (at: number, sql: string): Promise<Heard> => {
  const peer = await Peer.login(at);
  try {
    // statements of one row share a session, not a transaction: dollar quotes hold semicolons of their own
    const statements = sql.includes('$$') ? [sql] : sql.split('; ');
    const frames = [];
    for (const one of statements) {
      await peer.ask([say.query(one)]);
      frames.push(...peer.frames);
    }
    const fields = (frames.findLast(({ type }) => type === 'E')?.body.toString() ?? '').split('\0');
    const field = (code: string): string =>
      fields.find((part) => part.startsWith(code))?.slice(1) ?? '';
    return {
      bytes: frames.map(({ body }) => body.toString('latin1')).join('\n'),
      rows: frames.filter(({ type }) => /[Dd]/.test(type)).map(({ short }) => short),
      errors: frames.filter(({ type }) => type === 'E').map(({ short }) => short),
      ...{ detail: field('D'), hint: field('H') },
    };
  } finally {
    peer.close();
  }
};

test('the page has its tables', () => {
  expect([masked.length > 25, refused.length > 10, untouched.length > 4]).toEqual([
    true,
    true,
    true,
  ]);
  for (const row of masked) expect(row).toHaveLength(3);
  for (const row of refused) expect(row).toHaveLength(4);
  for (const row of untouched) expect(row).toHaveLength(2);
});

describe('masked', () => {
  test.each(masked)('%s', async (_where, sql, result) => {
    expect(['masked', 'filtered']).toContain(result);
    const heard = await said(port, sql);
    expect(heard.errors).toEqual([]);
    expect(heard.rows.length).toBeGreaterThan(0);
    expect(heard.bytes).not.toMatch(telling);
    // the same without governance is another answer
    const direct = await said(server.port, sql);
    await server.sql("DELETE FROM box WHERE v <> 'x'");
    expect(direct.errors).toEqual([]);
    expect(direct.rows).not.toEqual(heard.rows);
  });
});

describe('refused', () => {
  test.each(refused)('%s', async (_what, sql, reason, works) => {
    const heard = await said(port, sql);
    expect(heard.bytes).not.toMatch(telling);
    if (reason === 'empty') expect([heard.rows, heard.errors]).toEqual([[], []]);
    else {
      expect(heard.errors.join()).toMatch(/^E ERROR 42501 /);
      expect(heard.detail).toContain(reason === 'any' ? 'reason=' : `reason=${reason}`);
      expect(heard.hint).not.toBe('');
    }
    if (works === '') return;
    const instead = await said(port, works);
    expect([works, instead.errors]).toEqual([works, []]);
    expect(instead.bytes).not.toMatch(telling);
  });
});

describe('as without Postern', () => {
  test.each(untouched)('%s', async (_what, sql) => {
    const heard = await said(port, sql);
    expect(heard.rows.length).toBeGreaterThan(0);
    expect(heard).toEqual(await said(server.port, sql));
  });
});

test('the links of the page lead somewhere', async () => {
  const links = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, to = '']) => to);
  expect(links.length).toBeGreaterThan(5);
  for (const to of links) await readFile(join(root, 'docs', to));
});
