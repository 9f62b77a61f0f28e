import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writeFormats, writeValues } from '../wire/fields.js';
import { Writer } from '../wire/writer.js';
import { Described, formatOf, resultFormats } from './described.js';

const codes = fc.array(fc.constantFrom<0 | 1>(0, 1), { maxLength: 5 });
const values = fc.array(fc.option(fc.uint8Array({ maxLength: 9 })), { maxLength: 5 });

const encoded = (
  formats: readonly (0 | 1)[],
  parameters: readonly (Uint8Array | null)[],
  results: readonly (0 | 1)[],
): Buffer => {
  const out = new Writer();
  writeFormats(out, formats);
  writeValues(out, parameters);
  writeFormats(out, results);
  return out.finish();
};

describe('the result formats of a Bind', () => {
  test('are read behind any parameters', () => {
    fc.assert(
      fc.property(codes, values, codes, (formats, parameters, results) => {
        expect(resultFormats(encoded(formats, parameters, results))).toEqual(results);
      }),
    );
  });

  test('are not known when it is cut anywhere, or goes on', () => {
    fc.assert(
      fc.property(codes, values, codes, fc.nat(), (formats, parameters, results, cut) => {
        const whole = encoded(formats, parameters, results);
        expect(resultFormats(whole.subarray(0, cut % whole.length))).toBeUndefined();
        expect(resultFormats(Buffer.concat([whole, Buffer.from([0])]))).toBeUndefined();
      }),
    );
  });

  test('are 0 or 1', () => {
    expect(resultFormats(Buffer.from([0, 0, 0, 0, 0, 1, 0, 2]))).toBeUndefined();
  });

  test.each<[readonly (0 | 1)[], readonly number[]]>([
    [[], [0, 0, 0]],
    [[1], [1, 1, 1]],
    [
      [0, 1, 0],
      [0, 1, 0],
    ],
  ])('%j is of three columns %j', (formats, expected) => {
    expect([0, 1, 2].map((column) => formatOf(formats, column))).toEqual(expected);
  });
});

test('a Describe is believed in its own cycle, and later once it was answered', () => {
  const described = new Described(3);
  expect([3, 4].map((cycle) => described.knownIn(cycle))).toEqual([true, false]);
  described.fields = [];
  expect(described.knownIn(4)).toBe(true);
});
