/** `hash` is HMAC-SHA-256 under the installation's key: the same for equal values, wherever they stand. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadParser } from '@postern/sql';
import { createHmac } from 'node:crypto';
import { tmpdir } from 'node:os';
import { findServer, type Major, serverOwner, versions } from '../harness/binaries.js';
import { Undo } from '../harness/undo.js';
import { key, type MaskBed, startMaskBed } from './mask-bed.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);
beforeAll(() => loadParser());

const hash = { hash: {} };

const hexadecimal = (bytes: string | Buffer): string =>
  createHmac('sha256', key).update(bytes).digest('hex');

/** Each with what the server must say of it, on every version, in every session. */
const known: readonly (readonly [type: string, value: string, hashed: string])[] = [
  ['text', `'alice'`, hexadecimal('alice')],
  ['text', String.raw`E'a\\b ä😀'`, hexadecimal('a\\b ä😀')],
  ['varchar(10)', `'alice'`, hexadecimal('alice').slice(0, 10)],
  ['name', `'alice'`, hexadecimal('alice').slice(0, 63)],
  ['char(70)', `'alice'`, hexadecimal('alice').padEnd(70)],
  ['bytea', String.raw`'\x00ff'`, `\\x${hexadecimal(Buffer.from([0, 255]))}`],
  ['jsonb', `'{"a":  1}'`, `"${hexadecimal('{"a": 1}')}"`],
  ['int4', '5', String(Number.parseInt(hexadecimal('5').slice(0, 8), 16) & 0x7fffffff)],
];

/** Families whose bytes are the server's own: no version may have others. */
const steady: readonly (readonly [type: string, value: string])[] = [
  ['date', `'2024-02-29'`],
  ['timestamp', `'2024-02-29 01:02:03.456'`],
  ['timestamptz', `'2024-02-29 01:02:03.456+02'`],
  ['time', `'01:02:03.456'`],
  ['timetz', `'01:02:03.456+02'`],
  ['interval', `'1 day 01:02:03.456'`],
  ['float8', '1.5'],
  ['money', `'12.34'`],
  ['inet', `'2001:db8::1/64'`],
  ['macaddr', `'08:00:2b:01:02:03'`],
  ['bit(20)', `B'10101010101010101010'`],
  ['numeric(5,2)', '1.50'],
  ['uuid', `'123e4567-e89b-42d3-a456-426614174000'`],
  ['text[]', `'{a,NULL}'`],
];

/** Values that PostgreSQL's `=` takes for equal, though their types differ. */
const equal: readonly (readonly [name: string, ...sides: (readonly [string, string])[]])[] = [
  ['whole numbers', ['int4', '1234567'], ['int8', '1234567'], ['numeric', '1234567.00'], ['numeric(14,2)', '1234567'], ['float8', '1234567'], ['oid', '1234567']],
  ['texts', ['text', `'x y'`], ['varchar', `'x y'`], ['varchar(64)', `'x y'`], ['bpchar', `'x y   '`]],
  ['zeros', ['float8', '0'], ['float8', `'-0'`], ['int4', '0']],
  ['NaN', ['float8', `'NaN'`], ['float8', `'infinity'::float8 * 0`]],
  ['scales', ['numeric', '1.5'], ['numeric', '1.5000']],
  ['spans', ['interval', `'1 day'`], ['interval', `'24 hours'`]],
  ['case of citext', ['citext', `'Alice'`], ['citext', `'ALICE'`]],
  ['networks', ['inet', `'10.0.0.0/8'`], ['cidr', `'10.0.0.0/8'`]],
]; // prettier-ignore

const owner = await serverOwner();
const there: Major[] = [];
for (const version of versions) if (await findServer(version, owner, tmpdir())) there.push(version);

const values = [...known, ...steady, ...equal.flatMap(([, ...sides]) => sides)];

/** Of every version, what it says of the values above. */
const said = new Map<Major, readonly (string | null)[]>();

const hashedBy = async (bed: MaskBed, secret?: Uint8Array): Promise<readonly (string | null)[]> => {
  const found: (string | null)[] = [];
  for (const i of values.keys()) {
    const { rows } = await bed.run(bed.masked(`SELECT c FROM h${i}`, `h${i}`, hash, secret));
    found.push(rows[0]?.[0] ?? null);
  }
  return found;
};

describe.each(there)('PostgreSQL %i', (version) => {
  let bed: MaskBed;
  beforeAll(async () => {
    bed = await startMaskBed(undo, version);
    const tables = values.map(
      ([type, value], i) => `CREATE TABLE h${i} (c ${type}); INSERT INTO h${i} VALUES (${value});`,
    );
    await bed.run(`CREATE EXTENSION citext; ${tables.join('')}`);
    await bed.refresh();
    said.set(version, await hashedBy(bed));
  }, 60_000);

  const hashes = (): readonly (string | null)[] => said.get(version) ?? [];

  test('HMAC-SHA-256, in the form of the type', () => {
    expect(hashes().slice(0, known.length)).toEqual(known.map(([, , hashed]) => hashed));
  });

  test('no version says something else', () => {
    expect(hashes()).not.toContain(null);
    expect(hashes()).toEqual([...said.values()][0]);
  });

  test.each(equal)('equal: %s', (_name, ...sides) => {
    const found = sides.map((side) => hashes()[values.findIndex((value) => value === side)] ?? '');
    expect(new Set(found.map((text) => text.replace(/\.0+$|\/32$/, '').trimEnd())).size).toBe(1);
  });

  test('another key, other hashes', async () => {
    const others = await hashedBy(bed, new Uint8Array(32).fill(8));
    for (const [i, other] of others.entries())
      expect([values[i], other]).not.toEqual([values[i], hashes()[i]]);
  });
});

/** Texts that no conversion to UTF-8 takes, and escapes that no conversion from it does. */
test.each(['SQL_ASCII', 'LATIN1', 'WIN1252', 'EUC_JP'])(
  'a database in %s',
  async (encoding) => {
    const bed = await startMaskBed(undo, there.includes(13) ? 13 : 18, { encoding });
    await bed.run(
      `CREATE TABLE t (c text); INSERT INTO t VALUES ('plain'), (NULL)${encoding === 'SQL_ASCII' ? `, (E'\\\\xff\\xff\\xc3')` : encoding === 'WIN1252' ? `, (chr(129))` : ''};
     CREATE TABLE j (c json); INSERT INTO j VALUES ('{"a": "\\u65e5", "b": 1}'), ('{"a": "\\u0041"}'), ('{"a": 1}')`,
    );
    await bed.refresh();
    // What leaves by `partial` is not converted either.
    await bed.run(`SET client_encoding = '${encoding}'`);
    for (const mask of [hash, { email: {} }, { partial: { first: 1, last: 1 } }, { uuid: {} }])
      expect((await bed.run(bed.masked('SELECT c FROM t', 't', mask))).rows[1]).toEqual([null]);
    const [[found] = []] = (await bed.run(bed.masked('SELECT c FROM t', 't', hash))).rows;
    expect(found).toBe(hexadecimal('plain'));
    const paths = { json: { paths: ['$.a'] } };
    expect((await bed.run(bed.masked('SELECT c FROM j', 'j', paths))).rows).toEqual([
      [null],
      [null],
      ['{"a": null}'],
    ]);
  },
  60_000,
);
