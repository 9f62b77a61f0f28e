import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ProtocolError } from '../wire/protocol-error.js';
import { cases } from './cases.testing.js';
import { type CopyFormat, copyMasker, type CopyOptions } from './copy.js';
import { type ColumnFindings, Detection } from './detection.js';
import { DetectionError } from './detection-error.js';
import type { Look } from './look.js';

interface Result {
  readonly out: string;
  readonly columns: readonly ColumnFindings[];
}

function run(chunks: readonly Buffer[], options: CopyOptions): Result {
  const detection = new Detection();
  const masker = copyMasker(options, detection);
  const parts = chunks.map((chunk) => Buffer.from(masker.push(chunk)));
  const out = Buffer.concat([...parts, masker.end()]).toString('latin1');
  return { out, columns: detection.columns() };
}

const all = (format: CopyFormat, looks: readonly Look[] = []): CopyOptions => ({ format, looks });

const int16 = (n: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(n);
  return bytes;
};
const int32 = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(n);
  return bytes;
};
const header = (extension = '', flags = 0): Buffer =>
  Buffer.concat([
    Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
    int32(flags),
    int32(extension.length),
    Buffer.from(extension),
  ]);
const tuple = (values: readonly (Buffer | null)[]): Buffer =>
  Buffer.concat([
    int16(values.length),
    ...values.map((v) => (v === null ? int32(-1) : Buffer.concat([int32(v.length), v]))),
  ]);

/** A stream, how it is read, and what comes out. */
interface Stream {
  readonly name: string;
  readonly options: CopyOptions;
  readonly input: Buffer;
  readonly output: Buffer;
  /** columns with finds */
  readonly columns: readonly number[];
}

const streams: readonly Stream[] = [
  {
    name: 'text',
    options: all({ kind: 'text' }),
    input: Buffer.from('1\tjane@x.com\t\\N\n2\t\\N\ta\\tjane@x.com\\\\\n3\t\tx\n'),
    output: Buffer.from('1\txxxx@x.com\t\\N\n2\t\\N\ta\\txxxx@x.com\\\\\n3\t\tx\n'),
    columns: [1, 2],
  },
  {
    name: 'text whose values have delimiters and line ends behind backslashes',
    options: all({ kind: 'text', delimiter: '|' }),
    input: Buffer.from('a\\|b|jane@x.com\\\njim@x.com|c\\\\|4242424242424242\r\n'),
    output: Buffer.from('a\\|b|xxxx@x.com\\\nxxx@x.com|c\\\\|1111111111114242\r\n'),
    columns: [1, 3],
  },
  {
    name: 'text without a last line end',
    options: all({ kind: 'text' }, ['text', 'skip']),
    input: Buffer.from('jane@x.com\tjane@x.com\njim@x.com\tjim@x.com'),
    output: Buffer.from('xxxx@x.com\tjane@x.com\nxxx@x.com\tjim@x.com'),
    columns: [0],
  },
  {
    name: 'CSV',
    options: all({ kind: 'csv' }),
    input: Buffer.from('id,"a ""b"", c\nd",e\n1,"{""m"":""jane@x.com""}\n",+4930123456\r\n'),
    output: Buffer.from('id,"a ""b"", c\nd",e\n1,"{""m"":""xxxx@x.com""}\n",+4900000000\r\n'),
    columns: [1, 2],
  },
  {
    name: 'CSV with signs of its own',
    options: all({ kind: 'csv', delimiter: ';', quote: "'", escape: '\\' }),
    input: Buffer.from("1;'it\\'s; \\\\';jane@x.com\n'a\n\\'b';;jim@x.com\n"),
    output: Buffer.from("1;'it\\'s; \\\\';xxxx@x.com\n'a\n\\'b';;xxx@x.com\n"),
    columns: [2],
  },
  {
    name: 'binary',
    options: all({ kind: 'binary' }, ['skip', 'text', 'jsonb']),
    input: Buffer.concat([
      header('ext'),
      tuple([int32(7), Buffer.from('jane@x.com'), null]),
      tuple([null, Buffer.alloc(0), Buffer.from('\u0001{"a":"jim@x.com"}')]),
      int16(-1),
    ]),
    output: Buffer.concat([
      header('ext'),
      tuple([int32(7), Buffer.from('xxxx@x.com'), null]),
      tuple([null, Buffer.alloc(0), Buffer.from('\u0001{"a":"xxx@x.com"}')]),
      int16(-1),
    ]),
    columns: [1, 2],
  },
  {
    name: 'binary without rows',
    options: all({ kind: 'binary' }, ['text']),
    input: Buffer.concat([header(), int16(-1)]),
    output: Buffer.concat([header(), int16(-1)]),
    columns: [],
  },
];

describe.each(streams)('$name', ({ options, input, output, columns }) => {
  const whole = run([input], options);

  test('is masked and counted', () => {
    expect(whole.out).toBe(output.toString('latin1'));
    expect(whole.columns.map(({ column }) => column)).toEqual(columns);
  });

  test('gives the same split in two anywhere', () => {
    for (let at = 0; at <= input.length; at += 1) {
      expect(run([input.subarray(0, at), input.subarray(at)], options)).toEqual(whole);
    }
  });

  test('gives the same in place, split in two anywhere', () => {
    for (let at = 0; at <= input.length; at += 1) {
      const own = Buffer.from(input);
      const chunks = [own.subarray(0, at), own.subarray(at)];
      expect(run(chunks, { ...options, treatment: 'in-place' })).toEqual(whole);
    }
  });

  test('gives what came, and the same counts, where it is only counted', () => {
    const counted = run([input], { ...options, treatment: 'count' });
    expect(counted).toEqual({ ...whole, out: input.toString('latin1') });
  });

  test('gives the same byte by byte', () => {
    expect(
      run(
        [...input].map((byte) => Buffer.from([byte])),
        options,
      ),
    ).toEqual(whole);
  });
});

describe('streams made of anything', () => {
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from('ab\\\t\n",@.1 ')), maxLength: 12 }),
    fc.constantFrom(...cases).map((c) => c.value),
  );
  const table = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  const cuts = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 30 });

  function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
    const parts: Buffer[] = [];
    let at = 0;
    for (const size of sizes) {
      parts.push(bytes.subarray(at, at + size));
      at += size;
    }
    return [...parts, bytes.subarray(at)];
  }

  const escaped = (v: string): string =>
    v
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('\t', '\\t')
      .replaceAll('\r', '\\r');
  const quoted = (v: string): string => `"${v.replaceAll('"', '""')}"`;

  test.each<[string, CopyOptions, (rows: readonly string[][]) => Buffer]>([
    [
      'text',
      all({ kind: 'text' }),
      (rows) => Buffer.from(rows.map((r) => `${r.map(escaped).join('\t')}\n`).join('')),
    ],
    [
      'text as it may not be',
      all({ kind: 'text' }),
      (rows) => Buffer.from(rows.map((r) => r.join('\t')).join('\n')),
    ],
    [
      'CSV',
      all({ kind: 'csv' }),
      (rows) => Buffer.from(rows.map((r) => `${r.map(quoted).join(',')}\n`).join('')),
    ],
    [
      'binary',
      all({ kind: 'binary' }, ['text', 'text', 'skip', 'text']),
      (rows) =>
        Buffer.concat([
          header(),
          ...rows.map((r) => tuple(r.map((v) => Buffer.from(v)))),
          int16(-1),
        ]),
    ],
  ])('%s: the same however it is cut, and as long', (_, options, encode) => {
    fc.assert(
      fc.property(table, cuts, (rows, sizes) => {
        const input = encode(rows);
        const whole = run([input], options);
        expect(whole.out.length).toBe(input.length);
        expect(run(pieces(input, sizes), options)).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });
});

describe('one message a row, as the server sends it', () => {
  test('stays one message a row, and the same buffer where nothing was found', () => {
    const masker = copyMasker(all({ kind: 'text' }), new Detection());
    const plain = Buffer.from('1\thello\n');
    expect(masker.push(plain)).toBe(plain);
    expect(masker.push(Buffer.from('2\tjane@x.com\n')).toString()).toBe('2\txxxx@x.com\n');
    expect(masker.push(plain)).toBe(plain);
    expect(masker.end()).toHaveLength(0);
  });

  test('a chunk is not written to', () => {
    const chunk = Buffer.from('jane@x.com\n');
    copyMasker(all({ kind: 'text' }), new Detection()).push(chunk);
    expect(chunk.toString()).toBe('jane@x.com\n');
  });
});

describe('a row past the limit is not given out', () => {
  const long = `jane@x.com ${'x'.repeat(100)}`;
  test.each<[string, CopyOptions, readonly Buffer[]]>([
    ['text in one chunk', all({ kind: 'text' }), [Buffer.from(`${long}\n`)]],
    ['text in pieces', all({ kind: 'text' }), [...long].map((c) => Buffer.from(c))],
    ['CSV whose quote is never closed', all({ kind: 'csv' }), [Buffer.from(`"${long}\n${long}`)]],
    [
      'binary, before its value has come',
      all({ kind: 'binary' }, ['text']),
      [header(), Buffer.concat([int16(1), int32(1 << 30)])],
    ],
  ])('%s', (_, options, chunks) => {
    const masker = copyMasker({ ...options, longestRow: 64 }, new Detection());
    let out = '';
    const push = (): void => {
      for (const chunk of chunks) out += masker.push(chunk).toString('latin1');
    };
    expect(push).toThrow(DetectionError);
    expect(out).not.toContain('jane');
    expect(() => masker.push(Buffer.from('1\n'))).toThrow(DetectionError);
    expect(() => masker.end()).toThrow(DetectionError);
  });
});

describe('binary that is none', () => {
  const push = (input: Buffer): Buffer =>
    copyMasker(all({ kind: 'binary' }, ['text']), new Detection()).push(input);

  test.each<[string, Buffer]>([
    ['another signature', Buffer.alloc(30)],
    ['a negative length', Buffer.concat([header(), int16(1), int32(-2)])],
    ['a negative count', Buffer.concat([header(), int16(-3)])],
    ['more columns than were told', Buffer.concat([header(), int16(2)])],
    ['something behind the trailer', Buffer.concat([header(), int16(-1), int16(1)])],
  ])('%s', (_, input) => {
    expect(() => push(input)).toThrow(ProtocolError);
  });

  test('flags that are not known', () => {
    expect(() => push(header('', 1 << 16))).toThrow(DetectionError);
  });

  test('an end inside of a row', () => {
    const masker = copyMasker(all({ kind: 'binary' }, ['text']), new Detection());
    masker.push(Buffer.concat([header(), int16(1)]));
    expect(() => masker.end()).toThrow(ProtocolError);
  });
});
