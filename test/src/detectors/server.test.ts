import { pipeline } from 'node:stream/promises';
import { Readable, Transform } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CopyFormat, copyMasker, Detection, looksOf, maskValue } from '@postern/sidecar';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';
import { ordinary } from './ordinary.js';
import { protectedValues, settings } from './protected.js';
import { Random } from './random.js';

const undo = new Undo();
let client: pg.Client;

const schema = `
  CREATE TYPE person AS (name text, born date, note varchar);
  CREATE TABLE raw (id int PRIMARY KEY, n bigint, t text, v varchar(5000), j json, b jsonb, a text[],
    p person, x bytea, at timestamptz);
  CREATE TABLE masked (LIKE raw);
`;

/** A value as it may stand in a column: alone, in other text, twice, or without anything to find. */
function values(): readonly string[] {
  const r = new Random(11);
  const found = protectedValues.flatMap(({ make }) =>
    Object.values(settings).map((put) => put(make(r), r)),
  );
  const lines = protectedValues.map(({ make }) => `a\tb\\n\n${make(r)}\r\n"q", ${make(r)}\n`);
  return [...found, ...lines, ...ordinary.map(({ make }) => make(r)), '', '\\N', '\\.', 'x\\'];
}

beforeAll(async () => {
  const server = await startPostgres();
  undo.push(() => server.stop());
  client = new pg.Client({ connectionString: server.login('postgres') });
  await client.connect();
  undo.push(() => client.end());
  await client.query(schema);
  for (const [id, value] of values().entries()) {
    await client.query(
      `INSERT INTO raw SELECT i, i, v, v, to_json(v), jsonb_build_object('k', v), ARRAY[v, NULL, 'x', v],
         ROW(v, '2001-02-03', v)::person, convert_to(v, 'UTF8'), now() FROM (SELECT $1::int i, $2::text v) s`,
      [id, value],
    );
  }
}, 120_000);

afterAll(() => undo.all());

const masked = (value: string): string => {
  const result = maskValue(Buffer.from(value));
  return result.kind === 'unchanged' ? value : result.bytes.toString();
};

interface Row {
  readonly id: number;
  readonly t: string;
  readonly v: string;
  readonly j: string;
  readonly b: { readonly k: string };
  readonly a: readonly (string | null)[];
  readonly name: string;
  readonly note: string;
  readonly same: boolean;
}

/** Cuts a stream into pieces of sizes that fit nothing. */
const cut = (): Transform => {
  const r = new Random(5);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length;) {
        const size = r.between(1, 700);
        this.push(chunk.subarray(at, at + size));
        at += size;
      }
      done();
    },
  });
};

describe.each<[string, CopyFormat, string]>([
  ['text', { kind: 'text' }, ''],
  ['text with its own delimiter', { kind: 'text', delimiter: '|' }, ", DELIMITER '|'"],
  ['CSV', { kind: 'csv' }, ', FORMAT csv'],
  [
    'CSV with its own signs',
    { kind: 'csv', delimiter: ';', quote: "'", escape: '\\' },
    ", FORMAT csv, DELIMITER ';', QUOTE '''', ESCAPE '\\'",
  ],
  ['binary', { kind: 'binary' }, ', FORMAT binary'],
])('COPY in %s through the masker', (_, format, options) => {
  let rows: readonly (Row & { readonly raw: string })[] = [];

  beforeAll(async () => {
    const shapes = await client.query<{ dataType: number }>(
      `SELECT atttypid::int AS "dataType" FROM pg_attribute WHERE attrelid = 'raw'::regclass AND attnum > 0`,
    );
    const person = await client.query<{ oid: number }>(`SELECT 'person'::regtype::int AS oid`);
    const own = new Map([[person.rows[0]?.oid ?? 0, 'record' as const]]);
    const looks = looksOf(
      shapes.rows.map(({ dataType }) => ({ dataType, format: format.kind === 'binary' ? 1 : 0 })),
      new Set(),
      own,
    );
    const masker = copyMasker({ format, looks, own }, new Detection());
    const parts: Buffer[] = [];
    const source = client.query(copyStreams.to(`COPY raw TO STDOUT (ENCODING utf8${options})`));
    for await (const chunk of source.pipe(cut()))
      parts.push(Buffer.from(masker.push(chunk as Buffer)));
    parts.push(masker.end());
    await client.query('TRUNCATE masked');
    const target = client.query(
      copyStreams.from(`COPY masked FROM STDIN (ENCODING utf8${options})`),
    );
    await pipeline(Readable.from(parts), target);
    const result = await client.query<Row & { readonly raw: string }>(
      `SELECT r.t AS raw, m.id, m.t, m.v, m.j::text AS j, m.b, m.a, (m.p).name, (m.p).note,
         (m.n, m.x, m.at) = (r.n, r.x, r.at) AS same
       FROM masked m JOIN raw r USING (id) ORDER BY id`,
    );
    rows = result.rows;
  });

  test('the server takes all rows', () => {
    expect(rows).toHaveLength(values().length);
  });

  test('text is masked as it is alone', () => {
    for (const row of rows) {
      const expected = masked(row.raw);
      expect([row.t, row.v]).toEqual([expected, expected]);
    }
  });

  test('elements of arrays, fields of records and JSON too', () => {
    for (const row of rows) {
      const expected = masked(row.raw);
      expect(row.a).toEqual([expected, null, 'x', expected]);
      expect([row.name, row.note]).toEqual([expected, expected]);
      expect([JSON.parse(row.j), row.b.k]).toEqual([expected, expected]);
    }
  });

  test('columns without text are as they were', () => {
    expect(rows.filter(({ same }) => !same)).toEqual([]);
  });
});
