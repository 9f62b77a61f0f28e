import { describe, expect, test } from '@jest/globals';
import { formatName, quoteIdentifier } from './names.js';

describe('quoteIdentifier', () => {
  test.each([
    { name: 'plain', input: 'orders', quoted: 'orders' },
    { name: 'upper case', input: 'Mixed', quoted: '"Mixed"' },
    { name: 'a quote inside', input: 'a"b', quoted: '"a""b"' },
    { name: 'a leading digit', input: '1st', quoted: '"1st"' },
    { name: 'empty', input: '', quoted: '""' },
  ])('$name', ({ input, quoted }) => {
    expect(quoteIdentifier(input)).toBe(quoted);
  });
});

test('formatName quotes each part by itself', () => {
  expect(formatName({ schema: 'public', name: 'Mixed Case' })).toBe('public."Mixed Case"');
});
