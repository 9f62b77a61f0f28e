import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { loadParser } from '../parse/parser.js';
import { shop } from '../testing/shop.js';
import { classify } from './classify.js';
import { tagsInComment } from './comments.js';

beforeAll(() => loadParser());

const relation = (name: string) => ({ schema: 'public', name });

describe('classify', () => {
  test.each([
    { name: 'a comment', table: 'customers', column: 'email', tags: ['pii.email'], origins: [] },
    {
      name: 'a generated column',
      table: 'customers',
      column: 'lower_email',
      tags: ['pii.email'],
      origins: ['public.customers.email'],
    },
    {
      name: 'a view',
      table: 'contacts',
      column: 'mail',
      tags: ['pii.email'],
      origins: ['public.customers.email'],
    },
    {
      name: 'a materialised view',
      table: 'totals',
      column: 'total',
      tags: ['money'],
      origins: ['public.orders.total'],
    },
    {
      name: 'a partition',
      table: 'events_2026',
      column: 'who',
      tags: ['pii.name'],
      origins: ['public.events.who'],
    },
    {
      name: 'a partition read through its parent',
      table: 'events',
      column: 'what',
      tags: ['secret'],
      origins: [],
    },
    {
      name: 'given by name instead of the comment',
      table: 'customers',
      column: 'name',
      tags: ['pii.name'],
      origins: [],
    },
    { name: 'untouched', table: 'orders', column: 'id', tags: [], origins: [] },
  ])('$name', ({ table, column, tags, origins }) => {
    const found = classify(shop(readFileSync), [
      { column: 'public.orders.total', tags: ['money'] },
      { column: 'public.events.who', tags: ['pii.name'] },
      { column: 'public.events_2026.what', tags: ['secret'] },
      { column: 'public.customers.name', tags: ['pii.name'] },
    ]);
    expect(found.tagsOf(relation(table), column)).toEqual(tags);
    expect(found.originsOf(relation(table), column)).toEqual(origins);
  });

  test('a view that is not understood carries everything it reads', () => {
    const data = shop(readFileSync).data;
    const broken = data.relations.map((r) =>
      r.name === 'contacts'
        ? { ...r, definition: 'SELECT id, name, tr() AS mail, 1 AS orders FROM customers' }
        : r,
    );
    const catalogue = { ...shop(readFileSync), data: { ...data, relations: broken } };
    const found = classify(catalogue, []);
    expect(found.tagsOf(relation('contacts'), 'orders')).toEqual(['pii.email']);
  });

  test('names of what is not there are problems', () => {
    const found = classify(shop(readFileSync), [
      { column: 'public.nowhere.x', tags: ['a'] },
      { column: 'public.orders.x', tags: ['a'] },
      { column: 'orders', tags: ['a'] },
    ]);
    expect(found.problems.map((p) => p.column)).toEqual([
      'public.nowhere.x',
      'public.orders.x',
      'orders',
    ]);
  });
});

test.each([
  { comment: 'postern:pii.email', tags: ['pii.email'] },
  { comment: 'the address; postern:pii.email, region.eu', tags: ['pii.email', 'region.eu'] },
  { comment: 'postern:pii.email region.eu of the customer', tags: ['pii.email', 'region.eu'] },
  { comment: 'postern:pii.email contact address', tags: ['pii.email'] },
  { comment: 'postern:secret postern:pii.name', tags: ['secret', 'pii.name'] },
  { comment: 'nothing here', tags: [] },
])('tags in $comment', ({ comment, tags }) => {
  expect(tagsInComment(comment)).toEqual(tags);
});
