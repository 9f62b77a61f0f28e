import { describe, expect, test } from '@jest/globals';
import { cases, innocent } from './cases.testing.js';
import { needsLook } from './prefilter.js';
import { detect, maskValue } from './value.js';

const idsIn = (value: string): string[] => detect(Buffer.from(value)).map(({ id }) => id);

function masked(value: string): string {
  const result = maskValue(Buffer.from(value));
  return result.kind === 'unchanged' ? value : result.bytes.toString();
}

describe.each(cases)('$id: $name', ({ id, value, masked: expected }) => {
  test('is found once, and masked', () => {
    expect(idsIn(value)).toEqual([id]);
    expect(masked(value)).toBe(expected);
  });

  test.each([
    ['prose', (v: string) => `First words: ${v}, and so on.`],
    ['brackets', (v: string) => `[${v}]`],
    ['a list', (v: string) => `a, ${v};${v}`],
    ['a cell of HTML', (v: string) => `<td>${v}</td>`],
    ['an array of text', (v: string) => `{"${v}",NULL}`],
  ])('in %s', (_, put) => {
    expect(new Set(idsIn(put(value)))).toEqual(new Set([id]));
    expect(masked(put(value))).toBe(put(expected));
  });

  test('in JSON, which stays JSON', () => {
    const put = (v: string): string => JSON.stringify({ a: [1, v], [v]: `é\n${v}\u0001${v}` });
    expect(JSON.parse(masked(put(value)))).toEqual(JSON.parse(put(expected)));
  });

  test('leaves nothing that is found again', () => {
    expect(idsIn(expected)).toEqual([]);
  });
});

test.each(Object.entries(innocent))('%s: nothing is found', (_, value) => {
  expect(idsIn(value)).toEqual([]);
  expect(idsIn(`(${value})`)).toEqual([]);
});

test('everything in a long value is found', () => {
  const filler = 'Lorem ipsum dolor 12 sit amet, 3.50 consectetur. '.repeat(2000);
  const value = cases.map((c) => filler + c.value).join('\n');
  expect(idsIn(value)).toEqual(cases.map(({ id }) => id));
  expect(masked(value)).toBe(cases.map((c) => filler + c.masked).join('\n'));
});

test('findings say where', () => {
  const value = Buffer.from('für jane@example.com');
  const [finding] = detect(value);
  expect(value.subarray(finding?.from, finding?.to).toString()).toBe('jane@example.com');
});

test.each(['42', 'true', 'pending', '1714564800', '12.99', '550e8400-e29b-41d4-a716-446655440000'])(
  '%s needs no look',
  (value) => {
    expect(needsLook(Buffer.from(value), 0, value.length)).toBe(false);
  },
);
