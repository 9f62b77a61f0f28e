import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Body } from '../wire/body.js';
import { values, writeValues } from '../wire/fields.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { Writer } from '../wire/writer.js';
import { cases } from './cases.testing.js';
import { RowMasker } from './data-row.js';
import { type Look, lookOf, looksOf } from './look.js';

const text = 25;
const email = Buffer.from('jane@example.com');
const maskedEmail = Buffer.from('xxxx@example.com');

const bodyOf = (row: readonly (Uint8Array | null)[]): Buffer =>
  writeValues(new Writer(), row).finish();
const valuesOf = (body: Buffer): (Buffer | null)[] => values(new Body(body, 0, body.length));
const texts = (n: number): Look[] => Array.from({ length: n }, () => 'text');

const int32 = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(n);
  return bytes;
};
const item = (bytes: Buffer): Buffer => Buffer.concat([int32(bytes.length), bytes]);

describe('a row', () => {
  test('without anything to find is unchanged', () => {
    const masker = new RowMasker(texts(3));
    expect(masker.row(bodyOf([Buffer.from('17'), null, Buffer.from('hello')]))).toEqual({
      kind: 'unchanged',
    });
    expect(masker.detection.columns()).toEqual([]);
  });

  test('is masked where something was found, and counted', () => {
    const masker = new RowMasker(texts(3));
    const two = Buffer.from('a@b.com, 4242424242424242, c@d.com');
    for (const row of [
      [email, null, two],
      [email, Buffer.from('1'), null],
    ]) {
      masker.row(bodyOf(row));
    }
    expect(masker.detection.columns()).toEqual([
      { column: 0, looked: 2, found: [{ id: 'pii.email', values: 2, matches: 2 }] },
      {
        column: 2,
        looked: 1,
        found: [
          { id: 'pii.email', values: 1, matches: 2 },
          { id: 'pii.card', values: 1, matches: 1 },
        ],
      },
    ]);
  });

  test('of which columns are exempt keeps these', () => {
    const columns = [
      { dataType: text, format: 0 },
      { dataType: text, format: 1 },
    ] as const;
    const masker = new RowMasker(looksOf(columns, new Set([0])));
    const result = masker.row(bodyOf([email, email]));
    expect(result.kind === 'masked' && valuesOf(result.bytes)).toEqual([email, maskedEmail]);
    expect(masker.detection.columns().map(({ column }) => column)).toEqual([1]);
  });

  const message = (row: readonly (Uint8Array | null)[]): Buffer => {
    const body = bodyOf(row);
    return Buffer.concat([Buffer.from('D'), int32(body.length + 4), body]);
  };

  test('among others is masked where it stands', () => {
    const messages = [
      [email, null],
      [null, Buffer.from('x')],
      [email, email],
    ];
    const buffer = Buffer.concat([Buffer.from('before'), ...messages.map(message)]);
    const masker = new RowMasker(texts(2), undefined, undefined, 'in-place');
    masker.messages(buffer, 6, buffer.length);
    const masks = messages.map((row) =>
      row.map((value) => (value === email ? maskedEmail : value)),
    );
    expect(buffer).toEqual(Buffer.concat([Buffer.from('before'), ...masks.map(message)]));
    expect(masker.detection.columns().map(({ looked }) => looked)).toEqual([2, 2]);
  });

  test('is counted, and left as it is', () => {
    const buffer = message([email, email]);
    const before = Buffer.from(buffer);
    const masker = new RowMasker(texts(2), undefined, undefined, 'count');
    masker.messages(buffer, 0, buffer.length);
    expect(buffer).toEqual(before);
    expect(masker.detection.columns().map(({ found }) => found)).toEqual(
      Array(2).fill([{ id: 'pii.email', values: 1, matches: 1 }]),
    );
  });

  test('inside of a larger buffer is left as it is there', () => {
    const body = bodyOf([email]);
    const buffer = Buffer.concat([Buffer.from('before'), body, Buffer.from('behind')]);
    const before = Buffer.from(buffer);
    const result = new RowMasker(texts(1)).row(buffer, 6, 6 + body.length);
    expect(result).toEqual({ kind: 'masked', bytes: bodyOf([maskedEmail]) });
    expect(buffer).toEqual(before);
  });

  test.each<[string, Buffer]>([
    ['shorter than its count', Buffer.from([0])],
    ['with a length past its end', Buffer.from([0, 1, 0, 0, 0, 9, 65])],
    ['with a negative length', Buffer.from([0, 1, 255, 255, 255, 254])],
    ['with something behind', Buffer.from([0, 1, 0, 0, 0, 1, 65, 66])],
    ['with half a length', Buffer.from([0, 1, 0, 0])],
    ['with more columns than were told', Buffer.from([0, 3, 255, 255, 255, 255])],
  ])('%s is refused', (_, body) => {
    expect(() => new RowMasker(texts(2)).row(body)).toThrow(ProtocolError);
  });

  const value = fc.oneof(
    fc.constant(null),
    fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b)),
    fc.string().map((s) => Buffer.from(s)),
    fc.constantFrom(...cases).map((c) => Buffer.from(c.value)),
  );

  test('parses as before, and what is not masked stays byte for byte', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(value, fc.boolean()), { maxLength: 8 }), (columns) => {
        const row = columns.map(([bytes]) => bytes);
        const looks = columns.map(([, exempt]): Look => (exempt ? 'skip' : 'text'));
        const masker = new RowMasker(looks);
        const result = masker.row(bodyOf(row));
        const found = new Set(masker.detection.columns().map(({ column }) => column));
        const out = result.kind === 'masked' ? valuesOf(result.bytes) : row;
        expect(result.kind === 'masked').toBe(found.size > 0);
        expect(out.length).toBe(row.length);
        out.forEach((bytes, i) => {
          expect(bytes?.length).toBe(row[i]?.length);
          if (!found.has(i)) expect(bytes).toEqual(row[i]);
          else expect(bytes).not.toEqual(row[i]);
        });
      }),
    );
  });
});

describe('in binary', () => {
  const array = (type: number, items: readonly Buffer[]): Buffer =>
    Buffer.concat([...[1, 0, type, items.length, 1].map(int32), ...items.map(item)]);

  test.each<[string, Look, Buffer, Buffer]>([
    ['text', 'text', email, maskedEmail],
    [
      'jsonb',
      'jsonb',
      Buffer.from(`\u0001{"a":"${email.toString()}"}`),
      Buffer.from(`\u0001{"a":"${maskedEmail.toString()}"}`),
    ],
    ['an array of text', 'array', array(25, [email]), array(25, [maskedEmail])],
    ['an array of numbers', 'array', array(1700, [email]), array(1700, [email])],
    [
      'an array without elements',
      'array',
      [0, 0, 25].map(int32).reduce((a, b) => Buffer.concat([a, b])),
      Buffer.alloc(12),
    ],
    [
      'a record',
      'record',
      Buffer.concat([int32(2), int32(23), item(int32(7)), int32(1043), item(email)]),
      Buffer.concat([int32(2), int32(23), item(int32(7)), int32(1043), item(maskedEmail)]),
    ],
    [
      'an hstore',
      'hstore',
      Buffer.concat([int32(1), item(Buffer.from('k')), item(email)]),
      Buffer.concat([int32(1), item(Buffer.from('k')), item(maskedEmail)]),
    ],
    ['a type that is not known', 'opaque', email, email],
  ])('%s', (name, look, value, expected) => {
    const result = new RowMasker([look]).row(bodyOf([value]));
    const out = result.kind === 'masked' ? valuesOf(result.bytes)[0] : value;
    expect(out).toEqual(name.endsWith('without elements') ? value : expected);
  });

  test.each<[string, Look, Buffer]>([
    ['an array that ends early', 'array', array(25, [email]).subarray(0, 30)],
    ['an array of too many dimensions', 'array', Buffer.concat([7, 0, 25].map(int32))],
    ['a record of more columns', 'record', Buffer.concat([int32(9), int32(25), item(email)])],
    ['an hstore without its value', 'hstore', Buffer.concat([int32(1), item(email)])],
    ['half a count', 'record', Buffer.alloc(3)],
  ])('%s is refused', (_, look, value) => {
    expect(() => new RowMasker([look]).row(bodyOf([value]))).toThrow(ProtocolError);
  });

  test('records in records are followed, to a depth', () => {
    let value: Buffer = email;
    let type = text;
    const nest = (levels: number): Buffer => {
      for (let i = 0; i < levels; i += 1) {
        value = Buffer.concat([int32(1), int32(type), item(value)]);
        type = 2249;
      }
      return value;
    };
    expect(new RowMasker(['record']).row(bodyOf([nest(10)])).kind).toBe('masked');
    expect(() => new RowMasker(['record']).row(bodyOf([nest(20)]))).toThrow(ProtocolError);
  });
});

test.each([
  ['text', 25, 0, 'text'],
  ['text', 25, 1, 'text'],
  ['jsonb', 3802, 0, 'text'],
  ['jsonb', 3802, 1, 'jsonb'],
  ['text[]', 1009, 0, 'text'],
  ['text[]', 1009, 1, 'array'],
  ['inet', 869, 0, 'text'],
  ['inet', 869, 1, 'opaque'],
  ['int8', 20, 0, 'skip'],
  ['int8', 20, 1, 'skip'],
  ['timestamptz', 1184, 0, 'skip'],
  ['an enum', 100_001, 0, 'text'],
  ['citext', 100_002, 1, 'text'],
  ['a type of the database', 100_003, 1, 'opaque'],
] as const)('%s, OID %i, format %i: %s', (_, dataType, format, look) => {
  expect(lookOf({ dataType, format }, new Map([[100_002, 'text']]))).toBe(look);
});
