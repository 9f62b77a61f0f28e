import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Framer } from './framer.js';
import { backendFraming, frontendFraming } from './limits.js';
import { ProtocolError } from './protocol-error.js';
import { backendType, frontendType } from './types.js';
import { Writer } from './writer.js';

const message = (type: number, body: string): Buffer =>
  new Writer().message(type, (w) => w.bytes(Buffer.from(body))).finish();

/** What a reader sees: whole messages, streamed ones put together again. */
function read(framer: Framer, chunks: readonly Buffer[]): { type: number; bytes: string }[] {
  const seen: { type: number; bytes: string }[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    while (framer.next()) {
      const bytes = framer.buffer.subarray(framer.start, framer.end).toString('latin1');
      const last = seen.at(-1);
      if (framer.fragment && !framer.first && last !== undefined) last.bytes += bytes;
      else seen.push({ type: framer.type, bytes });
    }
  }
  return seen;
}

const stream = Buffer.concat([
  message(backendType.rowDescription, 'columns'),
  message(backendType.dataRow, 'x'.repeat(300)),
  message(backendType.commandComplete, 'SELECT 1\0'),
  message(backendType.readyForQuery, 'I'),
]);
const whole = read(new Framer(backendFraming), [stream]);

describe('a stream gives the same messages', () => {
  test('however it is split in two', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      const parts = [stream.subarray(0, at), stream.subarray(at)];
      expect(read(new Framer(backendFraming), parts)).toEqual(whole);
    }
  });

  test('byte by byte', () => {
    const bytes = [...stream].map((byte) => Buffer.from([byte]));
    expect(read(new Framer(backendFraming), bytes)).toEqual(whole);
  });

  test('in chunks of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sizes) => {
        const parts: Buffer[] = [];
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const size = sizes[i % sizes.length] ?? 1;
          parts.push(stream.subarray(at, at + size));
          at += size;
        }
        expect(read(new Framer(backendFraming), parts)).toEqual(whole);
      }),
    );
  });
});

test('a whole message is a view of the chunk it came in', () => {
  const framer = new Framer(backendFraming);
  framer.push(stream);
  framer.next();
  expect(framer.buffer).toBe(stream);
});

describe('messages of one type taken together', () => {
  const row = message(backendType.dataRow, 'row');
  const end = message(backendType.commandComplete, 'SELECT 3\0');
  const tooLong = Buffer.from([backendType.dataRow, 0x7f, 0xff, 0xff, 0xff]);
  const negative = Buffer.from([backendType.dataRow, 0, 0, 0, 3]);

  test.each([
    ['up to the first of another type', [row, row, row, end, row], 2, 3 * row.length],
    ['up to one that has not come whole', [row, row, row.subarray(0, 6)], 1, 2 * row.length],
    ['up to half a header', [row, row, row.subarray(0, 3)], 1, 2 * row.length],
    ['up to a length that cannot be', [row, row, negative], 1, 2 * row.length],
    ['none after one', [row], 0, row.length],
  ])('%s', (_, parts, added, taken) => {
    const framer = new Framer(backendFraming);
    framer.push(Buffer.concat(parts));
    expect(framer.next()).toBe(true);
    expect(framer.takeAlike()).toBe(added);
    expect([framer.start, framer.end]).toEqual([0, taken]);
  });

  test('a length past the limit is refused when its turn comes', () => {
    const framer = new Framer({ ...backendFraming, limit: () => 1000 });
    framer.push(Buffer.concat([row, row, tooLong]));
    framer.next();
    expect(framer.takeAlike()).toBe(1);
    expect(() => framer.next()).toThrow(ProtocolError);
  });

  test('a piece of a streamed one stays alone', () => {
    const framer = new Framer(backendFraming);
    framer.push(row.subarray(0, 6));
    framer.next();
    expect(framer.takeAlike()).toBe(0);
    framer.push(Buffer.concat([row.subarray(6), row, row]));
    framer.next();
    expect([framer.fragment, framer.takeAlike()]).toEqual([true, 0]);
    framer.next();
    expect([framer.fragment, framer.takeAlike()]).toEqual([false, 1]);
  });

  test('the same bytes and as many messages, however the stream comes', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 });
    const lengths = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 30 })));
    fc.assert(
      fc.property(lengths, sizes, (shape, cuts) => {
        const parts = shape.map(([data, length]) =>
          message(data ? backendType.dataRow : backendType.noticeResponse, 'z'.repeat(length)),
        );
        const bytes = Buffer.concat(parts);
        const framer = new Framer(backendFraming);
        const out: Buffer[] = [];
        let begun = 0;
        for (let at = 0, i = 0; at < bytes.length; i += 1) {
          const size = cuts[i % cuts.length] ?? 1;
          framer.push(bytes.subarray(at, at + size));
          at += size;
          while (framer.next()) {
            if (!framer.fragment || framer.first) begun += 1;
            if (framer.type === backendType.dataRow) begun += framer.takeAlike();
            out.push(Buffer.from(framer.buffer.subarray(framer.start, framer.end)));
          }
        }
        expect(Buffer.concat(out)).toEqual(bytes);
        expect(begun).toBe(parts.length);
      }),
    );
  });
});

test('a streamed message is handed on before its end has come', () => {
  const framer = new Framer(backendFraming);
  const row = message(backendType.dataRow, 'y'.repeat(1000));
  framer.push(row.subarray(0, 100));
  expect(framer.next()).toBe(true);
  expect([framer.fragment, framer.first, framer.length]).toEqual([true, true, 1000]);
  expect(framer.next()).toBe(false);
});

describe('the length is checked at the header', () => {
  const header = (type: number, length: number): Buffer => {
    const bytes = Buffer.alloc(5);
    bytes[0] = type;
    bytes.writeInt32BE(length, 1);
    return bytes;
  };
  test.each([
    { name: 'negative', bytes: header(frontendType.query, -1), code: 'invalid-length' },
    {
      name: 'zero, which would never progress',
      bytes: header(frontendType.query, 0),
      code: 'invalid-length',
    },
    { name: 'three', bytes: header(frontendType.sync, 3), code: 'invalid-length' },
    {
      name: 'a Query of 2 GB',
      bytes: header(frontendType.query, 0x7fffffff),
      code: 'message-too-large',
    },
    {
      name: 'a Sync with a body of 1 MB',
      bytes: header(frontendType.sync, 1 << 20),
      code: 'message-too-large',
    },
    { name: 'a type no client sends', bytes: header(0x7a, 4), code: 'invalid-type' },
    { name: 'HTTP', bytes: Buffer.from('GET / HTTP/1.1\r\n'), code: 'invalid-type' },
  ])('$name', ({ bytes, code }) => {
    const framer = new Framer(frontendFraming);
    framer.push(bytes);
    expect(() => framer.next()).toThrow(ProtocolError);
    const again = new Framer(frontendFraming);
    again.push(bytes);
    try {
      again.next();
    } catch (cause) {
      expect(cause).toMatchObject({ code });
    }
  });
});
