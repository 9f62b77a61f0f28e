import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Analysis } from './analysis.js';
import { SqlError } from './errors.js';
import { formatName } from './names.js';
import { loadParser, parse } from './parse/parser.js';
import { Script } from './script.js';
import { settings, shop } from './testing/shop.js';

beforeAll(loadParser);

const analyses = (sql: string): readonly Analysis[] => {
  const script = new Script(shop(readFileSync), settings);
  return parse(sql).map((statement) => script.next(statement).analysis);
};

const told = ({ accesses, output, notUnderstood }: Analysis): string =>
  [
    ...accesses.map(({ action, object }) => `${action} ${object ? formatName(object) : ''}`),
    ...output.map(({ name }) => `-> ${name}`),
    ...notUnderstood.map(({ construct }) => `? ${construct}`),
  ].join(', ');

const last = (sql: string): string => told(analyses(sql).at(-1) ?? ({} as Analysis));

describe('what is prepared and declared', () => {
  test.each([
    ['PREPARE p AS SELECT id FROM customers; EXECUTE p', 'select public.customers, -> id'],
    ['PREPARE p AS DELETE FROM orders; EXECUTE p', 'delete public.orders'],
    [
      'PREPARE p AS SELECT id FROM customers; CREATE TABLE t AS EXECUTE p',
      'ddl public.t, select public.customers, -> id',
    ],
    ['PREPARE p AS DELETE FROM orders; EXPLAIN EXECUTE p', 'select public.orders'],
    ['PREPARE p AS DELETE FROM orders; EXPLAIN ANALYZE EXECUTE p', 'delete public.orders'],
    [
      'PREPARE p AS SELECT id FROM customers; EXPLAIN CREATE TABLE t AS EXECUTE p',
      'select public.customers',
    ],
    ['EXPLAIN EXECUTE p', '? prepared statement p'],
    ['EXECUTE p', '? prepared statement p'],
    [
      'PREPARE p AS SELECT id FROM customers; PREPARE q AS SELECT 1; DEALLOCATE p; EXECUTE p',
      '? prepared statement p',
    ],
    ['PREPARE p AS SELECT id FROM customers; DEALLOCATE ALL; EXECUTE p', '? prepared statement p'],
    ['PREPARE p AS SELECT id FROM customers; DISCARD ALL; EXECUTE p', '? prepared statement p'],
    [
      'BEGIN; PREPARE p AS SELECT id FROM customers; ROLLBACK; EXECUTE p',
      'select public.customers, -> id',
    ],
    [
      'DECLARE c CURSOR FOR SELECT id FROM customers; FETCH ALL FROM c',
      'select public.customers, -> id',
    ],
    ['DECLARE c CURSOR FOR SELECT id FROM customers; MOVE 3 IN c', 'select public.customers'],
    ['FETCH c', '? cursor c'],
    ['BEGIN; DECLARE c CURSOR FOR SELECT id FROM customers; COMMIT; FETCH c', '? cursor c'],
  ])('%s', (sql, expected) => {
    expect(last(sql)).toBe(expected);
  });

  test('a table that is made of a prepared statement says where its columns come from', () => {
    const made = analyses(
      'PREPARE p AS SELECT id AS n FROM customers; CREATE TABLE t AS EXECUTE p',
    );
    expect(made.at(-1)?.written).toEqual([
      {
        target: { schema: 'public', name: 't', column: 'n' },
        action: 'create',
        sources: [
          {
            column: { schema: 'public', name: 'customers', column: 'id' },
            kind: 'identity',
          },
        ],
        influences: [],
      },
    ]);
  });
});

describe('settings that names depend on', () => {
  const understood = (sql: string): boolean => {
    try {
      analyses(sql);
      return true;
    } catch (thrown) {
      if (thrown instanceof SqlError && thrown.code === 'undefined-table') return false;
      throw thrown;
    }
  };

  test.each([
    ['SELECT 1 FROM customers', true],
    ['SET search_path = nowhere; SELECT 1 FROM customers', false],
    ['SET search_path TO nowhere, public; SELECT 1 FROM customers', true],
    [`SELECT set_config('search_path', '', false); SELECT 1 FROM customers`, false],
    [`SELECT set_config('search_path', '', false); SELECT 1 FROM public.customers`, true],
    [
      `SELECT pg_catalog.set_config('search_path', 'x, public', false); SELECT 1 FROM customers`,
      true,
    ],
    ['SET search_path = nowhere; RESET search_path; SELECT 1 FROM customers', true],
    ['SET search_path = nowhere; SET search_path TO DEFAULT; SELECT 1 FROM customers', true],
    ['SET search_path = nowhere; RESET ALL; SELECT 1 FROM customers', true],
    ['SET search_path = nowhere; DISCARD ALL; SELECT 1 FROM customers', true],
    ['SET LOCAL search_path = nowhere; SELECT 1 FROM customers', true],
    ['BEGIN; SET LOCAL search_path = nowhere; SELECT 1 FROM customers', false],
    ['BEGIN; SET LOCAL search_path = nowhere; COMMIT; SELECT 1 FROM customers', true],
    ['BEGIN; SET search_path = nowhere; COMMIT; SELECT 1 FROM customers', false],
    ['BEGIN; SET search_path = nowhere; ROLLBACK; SELECT 1 FROM customers', true],
    ['SET search_path = "$user"; SET ROLE public; SELECT 1 FROM customers', true],
    ['SET search_path = "$user"; SET ROLE public; RESET ROLE; SELECT 1 FROM customers', false],
    ['SET search_path = "$user"; SET SESSION AUTHORIZATION public; SELECT 1 FROM customers', true],
  ])('%s: %s', (sql, expected) => {
    expect(understood(sql)).toBe(expected);
  });
});
