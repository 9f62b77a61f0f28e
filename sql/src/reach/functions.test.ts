import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { analyze } from '../analyze.js';
import { catalogueFromData } from '../catalogue/build.js';
import type { Catalogue, Overload, Relation, Routine } from '../catalogue/catalogue.js';
import { loadParser, parse } from '../parse/parser.js';
import { settings, shop } from '../testing/shop.js';

beforeAll(loadParser);

const overload = (oid: number, more: Partial<Overload> = {}): Overload => ({
  ...{ oid, kind: 'f', language: 'internal', volatility: 's', leakproof: false, set: false },
  ...{ securityDefiner: false, least: 0, most: 0, arguments: [], result: 25, out: [] },
  ...{ settings: [], owner: '' },
  ...more,
});

const routine = (schema: string, name: string, one: Overload): Routine => ({
  ...{ schema, name },
  overloads: [one],
});

/** The shop with functions and a relation that its server has not. */
const withMore = (routines: readonly Routine[], relations: readonly Relation[] = []): Catalogue => {
  const data = shop(readFileSync).toJSON();
  return catalogueFromData({
    ...data,
    routines: [...data.routines, ...routines],
    relations: [...data.relations, ...relations],
  });
};

const opaqueIn = (sql: string, catalogue: Catalogue): readonly string[] =>
  parse(sql).flatMap((statement) =>
    analyze(statement, catalogue, settings).analysis.notUnderstood.map((one) => one.construct),
  );

const text = { name: '', type: 25 };

describe('functions', () => {
  test.each<readonly [string, Routine, readonly string[]]>([
    ['of PostgreSQL, in the table', routine('pg_catalog', 'pg_backend_pid', overload(2026)), []],
    [
      'of PostgreSQL, that shows a statement',
      routine('pg_catalog', 'current_query', overload(817, { volatility: 'v' })),
      ['side door current_query'],
    ],
    [
      'of a PostgreSQL to come',
      routine('pg_catalog', 'pg_brand_new', overload(9999)),
      ['side door pg_brand_new'],
    ],
    [
      'with other arguments than PostgreSQL has',
      routine('pg_catalog', 'pg_backend_pid', overload(2026, { arguments: [text], most: 1 })),
      ['side door pg_backend_pid'],
    ],
    [
      'somebody put into pg_catalog',
      routine('pg_catalog', 'pg_backend_pid', overload(20_000)),
      ['side door pg_backend_pid'],
    ],
    [
      'of an extension that is known',
      routine('public', 'show_limit', overload(20_000, { language: 'c', extension: 'pg_trgm' })),
      [],
    ],
    [
      'of that extension, unknown',
      routine('public', 'peek', overload(20_000, { language: 'c', extension: 'pg_trgm' })),
      ['function public.peek'],
    ],
    [
      'of an extension that reaches files',
      routine(
        'public',
        'file_fdw_handler',
        overload(20_000, { language: 'c', extension: 'file_fdw' }),
      ),
      ['side door file_fdw_handler'],
    ],
    [
      'of an extension nobody knows',
      routine('public', 'spell', overload(20_000, { language: 'c', extension: 'witchcraft' })),
      ['function public.spell'],
    ],
  ])('%s', (_, one, expected) => {
    expect(opaqueIn(`SELECT ${one.name}()`, withMore([one]))).toEqual(expected);
  });
});

describe('relations of PostgreSQL', () => {
  const relation = (name: string, columns: readonly string[]): Relation => ({
    ...{ oid: 9998, schema: 'pg_catalog', name, kind: 'v', temporary: false, partition: false },
    columns: columns.map((column, i) => ({
      ...{ name: column, number: i + 1, type: 25, typmod: -1, notNull: false },
    })),
    ...{ parents: [], primaryKey: [], triggers: [], rules: [] },
  });

  test.each<readonly [string, Relation, string, 'plain' | 'veiled' | 'opaque']>([
    ['names and definitions', relation('pg_tables', ['tablename']), '*', 'plain'],
    ['values of columns', relation('pg_stats', ['most_common_vals']), '*', 'veiled'],
    [
      'a column that shows statements',
      relation('pg_stat_activity', ['pid', 'query']),
      'query',
      'veiled',
    ],
    ['the columns beside it', relation('pg_stat_activity', ['pid', 'query']), 'pid', 'plain'],
    ['passwords', relation('pg_authid', ['rolname', 'rolpassword']), 'rolpassword', 'opaque'],
    ['names beside them', relation('pg_authid', ['rolname', 'rolpassword']), 'rolname', 'plain'],
    ['one of a PostgreSQL to come', relation('pg_brand_new', ['secret']), 'secret', 'opaque'],
  ])('%s', (_, one, columns, expected) => {
    const catalogue = withMore([], [one]);
    const [statement] = parse(`SELECT ${columns} FROM ${one.name}`);
    const { veiled, notUnderstood } = analyze(statement!, catalogue, settings).analysis;
    expect(notUnderstood.length > 0 ? 'opaque' : veiled.length > 0 ? 'veiled' : 'plain').toBe(
      expected,
    );
  });

  test('what shows values is not understood in a view, whose text nobody can change', () => {
    const stats = relation('pg_stats', ['most_common_vals']);
    const view: Relation = {
      ...relation('peek', ['most_common_vals']),
      ...{ oid: 20_001, schema: 'public', definition: 'SELECT most_common_vals FROM pg_stats' },
    };
    expect(opaqueIn('SELECT * FROM public.peek', withMore([], [stats, view]))).toEqual([
      'view public.peek: side door pg_stats',
    ]);
  });
});
