import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Text } from './bytes.js';
import { cases } from './cases.testing.js';
import { Hits } from './hits.js';
import { needsLook } from './prefilter.js';
import { scan } from './scan.js';

function foundIn(bytes: Buffer): number {
  const hits = new Hits();
  scan(new Text().set(bytes, 0, bytes.length), hits);
  return hits.count;
}

const piece = fc.oneof(
  fc.constantFrom(...cases).map(({ value }) => value),
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...Array.from('abcdefXYZ')), maxLength: 12 }),
  fc.constantFrom(':', '::', '.', '@', '+', '-', ' ', '2024-05-01', ' 12:34:56', '2001:', '\n'),
);

test('a value that needs no look has nothing in it', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const bytes = Buffer.from(pieces.join(''));
      if (!needsLook(bytes, 0, bytes.length)) expect(foundIn(bytes)).toBe(0);
    }),
    { numRuns: 5000 },
  );
});

test('a part of a buffer is looked at as if it were alone', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...cases),
      fc.string(),
      fc.string(),
      ({ value }, before, behind) => {
        const bytes = Buffer.from(before + value + behind);
        const start = Buffer.byteLength(before);
        const end = start + Buffer.byteLength(value);
        const hits = new Hits();
        scan(new Text().set(bytes, start, end), hits);
        expect(hits.count).toBe(1);
      },
    ),
  );
});
