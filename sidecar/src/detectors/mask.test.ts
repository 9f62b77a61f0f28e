import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cases, innocent } from './cases.testing.js';
import { detect, maskValue } from './value.js';

function masked(value: string): Buffer {
  const bytes = Buffer.from(value);
  const result = maskValue(bytes);
  return result.kind === 'unchanged' ? bytes : result.bytes;
}

const found = (bytes: Buffer): string[] =>
  detect(bytes).map(({ from, to }) => bytes.toString('utf8', from, to));

const piece = fc.oneof(
  { arbitrary: fc.constantFrom(...cases).map(({ value }) => value), weight: 4 },
  fc.constantFrom(...Object.values(innocent)),
  fc.string({ maxLength: 6 }),
  fc.constantFrom(
    ' ',
    ', ',
    '\n',
    '',
    '@',
    '-',
    '.',
    ':',
    '"',
    "'",
    '\\',
    '\\n',
    '/',
    '=',
    '+',
    '1',
  ),
);
const text = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));

describe('whatever stands beside it', () => {
  const runs = { numRuns: 1000 };

  // two pieces may become one address, which is found only when the second is masked
  test('the length stays, and nothing that was found is found again', () => {
    fc.assert(
      fc.property(text, (value) => {
        const out = masked(value);
        expect(out).toHaveLength(Buffer.byteLength(value));
        const before = new Set(found(Buffer.from(value)));
        expect(found(out).filter((again) => before.has(again))).toEqual([]);
      }),
      runs,
    );
  });

  test('equal values give equal masks, and nothing else is touched', () => {
    fc.assert(
      fc.property(text, (value) => {
        const bytes = Buffer.from(value);
        const out = masked(value);
        expect(masked(value)).toEqual(out);
        for (const { from, to } of detect(bytes)) out.copy(bytes, from, from, to);
        expect(bytes).toEqual(out);
      }),
      runs,
    );
  });

  test('JSON stays JSON, in JSON too', () => {
    fc.assert(
      fc.property(
        fc.dictionary(text, fc.oneof(text, fc.double(), fc.maxSafeInteger())),
        (value) => {
          const inner = JSON.stringify(value);
          for (const document of [
            inner,
            JSON.stringify({ inner }),
            JSON.stringify([value], null, 2),
          ]) {
            expect(() => JSON.parse(masked(document).toString()) as unknown).not.toThrow();
          }
          const outer = JSON.parse(masked(JSON.stringify({ inner })).toString()) as {
            inner: string;
          };
          expect(() => JSON.parse(outer.inner) as unknown).not.toThrow();
        },
      ),
      runs,
    );
  });

  test('UTF-8 stays UTF-8', () => {
    fc.assert(
      fc.property(text, fc.string({ unit: 'grapheme' }), (value, other) => {
        const out = masked(`${other}${value}${other}@example.com ${other}`);
        expect(Buffer.from(out.toString('utf8'))).toEqual(out);
      }),
      runs,
    );
  });
});
