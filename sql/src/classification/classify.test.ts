import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { catalogueFromData } from '../catalogue/build.js';
import type { Catalogue, CatalogueData } from '../catalogue/catalogue.js';
import { loadParser } from '../parse/parser.js';
import { shop } from '../testing/shop.js';
import { classify } from './classify.js';
import { tagsInComment } from './comments.js';
import { RememberedTags } from './remembered.js';

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

describe('tags given by name stay with the column that had it', () => {
  type Relations = CatalogueData['relations'];
  const changed = (table: string, change: (one: Relations[number]) => object): Catalogue => {
    const { data } = shop(readFileSync);
    const relations = data.relations.map((one) =>
      one.name === table ? { ...one, columns: one.columns, ...change(one) } : one,
    );
    return catalogueFromData({ ...data, relations });
  };
  const renamed = (table: string, from: string, to: string): Catalogue =>
    changed(table, ({ columns }) => ({
      columns: columns.map((one) => (one.name === from ? { ...one, name: to } : one)),
    }));
  const explicit = [
    { column: 'public.orders.note', tags: ['free'] },
    { column: 'public.events.what', tags: ['act'] },
  ];

  test.each([
    ['a column', renamed('orders', 'note', 'remark'), 'public', 'orders', 'remark', ['free']],
    ['the table', changed('orders', () => ({ name: 'o' })), 'public', 'o', 'note', ['free']],
    ['the schema', changed('orders', () => ({ schema: 's' })), 's', 'orders', 'note', ['free']],
    [
      'a partition that is one no more',
      changed('events_2026', () => ({ parents: [], partition: false })),
      ...(['public', 'events_2026', 'what', ['act']] as const),
    ],
    ['another column', renamed('orders', 'note', 'remark'), 'public', 'orders', 'total', []],
  ] as const)('%s', (_, after, schema, name, column, tags) => {
    const remembered = new RememberedTags();
    classify(shop(readFileSync), explicit, remembered);
    const found = classify(after, explicit, remembered);
    expect(found.tagsOf({ schema, name }, column)).toEqual(tags);
  });

  test('and what has the name now has them too', () => {
    const remembered = new RememberedTags();
    classify(shop(readFileSync), explicit, remembered);
    const swapped = changed('orders', ({ columns }) => ({
      columns: columns.map((one) => {
        if (one.name === 'note') return { ...one, name: 'placed' };
        return one.name === 'placed' ? { ...one, name: 'note' } : one;
      }),
    }));
    const found = classify(swapped, explicit, remembered);
    expect(found.tagsOf(relation('orders'), 'note')).toEqual(['free']);
    expect(found.tagsOf(relation('orders'), 'placed')).toEqual(['free']);
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
