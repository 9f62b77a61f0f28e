/** One server, and a Postern before it under whose names its values are looked at in every mode. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskValue } from '@postern/sidecar';
import { type Postern, startPostern } from '../harness/postern.js';
import { type Postgres, startPostgres } from '../harness/postgres.js';
import type { Undo } from '../harness/undo.js';
import { Cutter } from './cutter.js';

/** Databases of the bed: modes, one that no policy selects, and one whose server's stream is cut at random. */
export const names = [
  ...(['off', 'report', 'mask', 'baseline', 'cut', 'secure'] as const),
  ...(['unmasked-off', 'unmasked-report', 'unmasked-mask'] as const),
] as const;
export type Name = (typeof names)[number];

const modes: Readonly<Record<string, string>> = {
  ...{ report: 'Report', mask: 'Mask', cut: 'Mask', secure: 'Mask' },
};

const databaseOf = (name: Name, port: number): string => {
  const mode = modes[name.replace('unmasked-', '')] ?? 'Off';
  const policy = name.startsWith('unmasked') ? 'unmasked' : 'open';
  return `
apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: ${name}, namespace: test${name === 'baseline' ? '' : `, labels: {policy: ${policy}}`}}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: ${port}}]
  tls: {mode: ${name === 'secure' ? 'require' : 'disable'}}
  detectors: {mode: "${mode}"}
  classifications:
    - {column: public.contacts.known, tags: [pii.email]}
    - {column: public.contacts.free, tags: [contact.public]}
    - {column: public.contacts.raw, tags: [pii.email]}
`;
};

const policy = `
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: open, namespace: test}
spec:
  databases: {matchLabels: {policy: open}}
  defaultAction: Allow
  rules:
    - name: work
      actions: [any]
      tables: ['*.*']
      effect: Allow
      masks:
        - {columns: [public.contacts.known], mask: {email: {}}}
        - {tags: [contact.*], mask: {none: {}}}
    - {name: few, actions: [select], tables: [public.few], effect: Allow, limits: {maxRows: 2}}
---
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: unmasked, namespace: test}
spec:
  databases: {matchLabels: {policy: unmasked}}
  defaultAction: Allow
  rules:
    - {name: work, actions: [any], effect: Allow, masks: [{tags: [contact.*], mask: {none: {}}}]}
    - {name: call, actions: [function-call], functions: ["public.*"], effect: Allow}
`;

/** Each alone in its column; none of another's letters. */
export const planted = {
  email: 'jane.doe@example.com',
  note: 'paid with 4242 4242 4242 4242 today',
  varchar: 'varchar@example.com',
  json: 'json@example.com',
  jsonb: 'jsonb@example.com',
  array: 'array@example.com',
  composite: 'composite@example.com',
  domain: 'domain@example.com',
  mood: 'enum@example.com',
  iban: 'DE89 3704 0044 0532 0130 00',
  token: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
} as const;

const schema = `
CREATE TYPE person AS (name text, born date);
CREATE DOMAIN address AS text CHECK (VALUE <> '');
CREATE TYPE mood AS ENUM ('${planted.mood}');
CREATE TABLE people (
  id int PRIMARY KEY, email text, note text, vc varchar(90), doc json, docb jsonb, tags text[], who person,
  dom address, m mood, iban text, token text, price numeric, big bigint, at timestamptz, key uuid, hash text, raw bytea);
INSERT INTO people SELECT i::int, '${planted.email}', '${planted.note}', '${planted.varchar}',
  '{"mail": "${planted.json}", "n": 1}', '{"mail": "${planted.jsonb}"}', ARRAY['plain', NULL, '${planted.array}'],
  ROW('${planted.composite}', '2001-02-03')::person, '${planted.domain}', '${planted.mood}', '${planted.iban}', '${planted.token}',
  19.99, 4242424242424242, '2026-11-23 01:02:03+00', '00000000-0000-4000-8000-000000000001', md5(i::text), '\\xdeadbeef'
FROM generate_series(1, 5) i;
INSERT INTO people (id) VALUES (6);
CREATE TABLE few AS SELECT i AS id, '${planted.email}'::text AS email FROM generate_series(1, 5) i;
CREATE TABLE contacts (id int, known text, free text, raw text, other text);
INSERT INTO contacts VALUES (1, 'known@example.com', 'free@example.com', 'raw@example.com', 'other@example.com');
CREATE TABLE numbers AS SELECT i AS id, i * 7 AS n, now() AS at FROM generate_series(1, 1000) i;
CREATE TABLE honest AS SELECT i AS id, (i * 1.37)::numeric(10,2)::text AS price, 'order-' || i AS label,
  md5(i::text) AS md5, encode(sha256(i::text::bytea), 'hex') AS sha, gen_random_uuid()::text AS uuid,
  (timestamptz '2026-01-01' + i * interval '17 minutes')::text AS at, (1767225600000 + i * 1000)::text AS millis,
  json_build_object('id', i, 'sum', i * 3, 'ok', true, 'sku', 'A-' || i)::text AS doc,
  'SELECT a.b, c FROM t WHERE x = ' || i || ' -- a comment' AS code, '1.' || i % 20 || '.' || i % 9 AS version
FROM generate_series(1, 2000) i;
CREATE TABLE wide AS SELECT i AS id, repeat(md5(i::text) || ' ', 4000) || '${planted.email}' || repeat(' x', i * 1000) AS t
FROM generate_series(1, 6) i;
CREATE FUNCTION mail(int) RETURNS text BEGIN ATOMIC SELECT email FROM people WHERE id = $1; END;
CREATE FUNCTION docs(int) RETURNS jsonb BEGIN ATOMIC SELECT docb FROM people WHERE id = $1; END;
CREATE FUNCTION lists(int) RETURNS text[] BEGIN ATOMIC SELECT tags FROM people WHERE id = $1; END;
`;

export interface StreamBed {
  readonly server: Postgres;
  readonly postern: Postern;
  readonly cutter: Cutter;
  readonly port: Readonly<Record<Name, number>>;
}

export const startStreamBed = async (undo: Undo): Promise<StreamBed> => {
  const server = await startPostgres({ auth: 'trust', tlsNames: ['IP:127.0.0.1'] });
  undo.push(() => server.stop());
  await server.sql(schema);
  const cutter = await Cutter.before(server.port);
  undo.push(() => cutter.close());
  const folder = await mkdtemp(join(tmpdir(), 'postern-detectors-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const objects = names.map((name) => databaseOf(name, name === 'cut' ? cutter.port : server.port));
  await writeFile(join(folder, 'objects.yaml'), [...objects, policy].join('---'));
  const postern = await startPostern({ files: [folder], upstream: [] });
  undo.push(() => postern.stop());
  const port = Object.fromEntries(
    names.map((name) => [name, Number(new URL(postern.databases[`test/${name}`] ?? '').port)]),
  ) as StreamBed['port'];
  return { server, postern, cutter, port };
};

/** What is left of a value. */
export const left = (value: string): string => {
  const result = maskValue(Buffer.from(value));
  if (result.kind === 'unchanged') throw new Error(`nothing is found in ${value}`);
  return result.bytes.toString();
};

/** The bytes that a client gets in the place of these: every planted value masked where it stands. */
export const masked = (bytes: Buffer): Buffer => {
  const out = Buffer.from(bytes);
  for (const value of Object.values(planted)) {
    const mask = Buffer.from(left(value));
    for (let at = out.indexOf(value); at >= 0; at = out.indexOf(value, at + 1)) mask.copy(out, at);
  }
  return out;
};
