import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { analyze } from '../analyze.js';
import { catalogueFromData } from '../catalogue/build.js';
import type { Catalogue, Relation } from '../catalogue/catalogue.js';
import { loadParser, parse } from '../parse/parser.js';
import { rewrite } from '../rewrite/rewrite.js';
import { settings, shop } from '../testing/shop.js';
import { BorneNames, type FormerNames } from './borne-names.js';

beforeAll(() => loadParser());

type Change = (relation: Relation) => Partial<Relation>;

const after = (table: string, change: Change, before = shop(readFileSync)): Catalogue =>
  catalogueFromData({
    ...before.data,
    relations: before.data.relations.map((one) =>
      one.name === table ? { ...one, columns: one.columns, ...change(one) } : one,
    ),
  });

const renaming =
  (names: Readonly<Record<string, string>>): Change =>
  ({ columns }) => ({
    columns: columns.map((one) => ({ ...one, name: names[one.name] ?? one.name })),
  });

const read = (...catalogues: readonly Catalogue[]): FormerNames => {
  const names = new BorneNames();
  return [shop(readFileSync), ...catalogues]
    .map((catalogue) => names.read(catalogue, true))
    .at(-1)!;
};

const orders = { schema: 'public', name: 'orders' };

describe('names that were borne before', () => {
  test.each([
    ['of one that keeps its name', [], orders, []],
    [
      'of a table',
      [after('orders', () => ({ name: 'o' }))],
      { schema: 'public', name: 'o' },
      [orders],
    ],
    [
      'of a schema',
      [after('orders', () => ({ schema: 's' }))],
      { schema: 's', name: 'orders' },
      [orders],
    ],
    [
      'of one renamed twice',
      [after('orders', () => ({ name: 'o' })), after('orders', () => ({ name: 'p' }))],
      { schema: 'public', name: 'p' },
      [orders, { schema: 'public', name: 'o' }],
    ],
    [
      'of one that has its first name again',
      [after('orders', () => ({ name: 'o' })), shop(readFileSync)],
      orders,
      [{ schema: 'public', name: 'o' }],
    ],
    [
      'of another one',
      [after('orders', () => ({ name: 'o' }))],
      { schema: 'public', name: 'customers' },
      [],
    ],
    ['of one made anew', [after('orders', () => ({ oid: 999_999 }))], orders, []],
  ] as const)('%s', (_, catalogues, relation, names) => {
    expect(
      read(...catalogues)
        .ofRelation(relation)
        .map(({ schema, name }) => ({ schema, name })),
    ).toEqual(names);
  });

  test('what is rolled back is not kept', () => {
    const names = new BorneNames();
    names.read(shop(readFileSync), true);
    const within = names.read(
      after('orders', () => ({ name: 'o' })),
      false,
    );
    expect(within.ofRelation({ schema: 'public', name: 'o' })).toHaveLength(1);
    expect(names.read(shop(readFileSync), true).ofRelation(orders)).toEqual([]);
  });

  test('of columns', () => {
    const found = read(after('orders', renaming({ note: 'remark', placed: 'note' })));
    expect(found.ofColumn(orders, 'remark')).toEqual(['note']);
    expect(found.ofColumn(orders, 'note')).toEqual(['placed']);
    expect(found.ofColumn(orders, 'total')).toEqual([]);
    expect(found.bearers(orders, 'note')).toEqual(['remark']);
    expect(found.bearers(orders, 'placed')).toEqual(['note']);
  });
});

describe('a row filter', () => {
  const filtered = (catalogue: Catalogue, sql: string): string => {
    const [statement] = parse('SELECT id FROM orders');
    if (!statement) throw new Error('nothing parsed');
    return rewrite(analyze(statement, catalogue, settings), {
      masks: [],
      rowFilters: [{ relation: orders, sql }],
      session: {},
      former: read(catalogue),
      key: new Uint8Array(32),
    }).sql;
  };

  test.each([
    ['goes with its column', renaming({ note: 'remark' }), /"?remark"? IS NULL\)/],
    [
      'holds for both who have had the name',
      renaming({ note: 'remark', placed: 'note' }),
      /\("?note"? IS NULL\) AND \("?remark"? IS NULL\)/,
    ],
    ['of a column that stays', renaming({ placed: 'put' }), /\("?note"? IS NULL\)/],
  ] as const)('%s', (_, change, text) => {
    expect(filtered(after('orders', change), 'note IS NULL')).toMatch(text);
  });

  test('of a column that never was', () => {
    expect(() =>
      filtered(after('orders', renaming({ note: 'remark' })), 'nothing IS NULL'),
    ).toThrow('column "nothing" does not exist');
  });
});
