import { describe, expect, test } from '@jest/globals';
import { SqlError } from './errors.js';
import { matchesRelation, parseColumnName, parseRelationPattern } from './identifiers.js';
import { parseSearchPath } from './resolve/settings.js';

describe('parseColumnName', () => {
  test.each([
    {
      text: 'public.customers.email',
      name: { schema: 'public', name: 'customers', column: 'email' },
    },
    {
      text: 'public."Mixed Case"."E-Mail"',
      name: { schema: 'public', name: 'Mixed Case', column: 'E-Mail' },
    },
    {
      text: 'Public.CUSTOMERS.Email',
      name: { schema: 'public', name: 'customers', column: 'email' },
    },
    { text: '"a""b"."c.d"."*"', name: { schema: 'a"b', name: 'c.d', column: '*' } },
  ])('$text', ({ text, name }) => {
    expect(parseColumnName(text)).toEqual(name);
  });
  test.each([
    '',
    'email',
    'customers.email',
    'a.b.c.d',
    'a..b',
    'a.b.*',
    'a.b."c',
    'a.b.c d',
    '1.2.3',
  ])('not %s', (text) => {
    expect(() => parseColumnName(text)).toThrow(SqlError);
  });
});

describe('parseRelationPattern', () => {
  test.each([
    { pattern: 'public.*', relation: { schema: 'public', name: 'orders' }, matches: true },
    { pattern: 'public.*', relation: { schema: 'other', name: 'orders' }, matches: false },
    { pattern: '*.orders', relation: { schema: 'other', name: 'orders' }, matches: true },
    { pattern: '*.*', relation: { schema: 'pg_catalog', name: 'pg_class' }, matches: false },
    {
      pattern: 'pg_catalog.*',
      relation: { schema: 'pg_catalog', name: 'pg_class' },
      matches: true,
    },
    { pattern: 'pg_temp.*', relation: { schema: 'pg_temp', name: 't' }, matches: true },
    { pattern: 'public."*"', relation: { schema: 'public', name: 'orders' }, matches: false },
  ])('$pattern and $relation.schema.$relation.name', ({ pattern, relation, matches }) => {
    expect(matchesRelation(parseRelationPattern(pattern), relation)).toBe(matches);
  });
  test.each(['orders', 'a.b.c', 'a.', ''])('not %s', (text) => {
    expect(() => parseRelationPattern(text)).toThrow(SqlError);
  });
});

test.each([
  { text: '"$user", public', path: ['$user', 'public'] },
  { text: '', path: [] },
  { text: '""', path: [] },
  { text: 'a,"B c" , "d""e"', path: ['a', 'B c', 'd"e'] },
])('parseSearchPath $text', ({ text, path }) => {
  expect(parseSearchPath(text)).toEqual(path);
});
