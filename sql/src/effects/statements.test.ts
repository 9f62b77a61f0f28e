import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { analyze } from '../analyze.js';
import { loadParser, parse } from '../parse/parser.js';
import { settings, shop } from '../testing/shop.js';
import { statementKinds } from './statements.js';

beforeAll(() => loadParser());

/** Command tags as PostgreSQL gives them, and what policy calls the deed. */
const commands: readonly (readonly [sql: string, command: string, actions: string])[] = [
  ['CREATE TABLE x (a int)', 'CREATE TABLE', 'ddl public.x'],
  ['ALTER VIEW contacts RENAME TO c', 'ALTER VIEW', 'ddl public.contacts'],
  ['ALTER TABLE orders RENAME COLUMN note TO n', 'ALTER TABLE', 'ddl public.orders'],
  ['ALTER TABLE orders OWNER TO x', 'ALTER TABLE', 'ddl public.orders'],
  ['ALTER INDEX ALL IN TABLESPACE a SET TABLESPACE b', 'ALTER INDEX', 'ddl'],
  ['DROP VIEW contacts', 'DROP VIEW', 'ddl public.contacts'],
  ['DROP MATERIALIZED VIEW totals', 'DROP MATERIALIZED VIEW', 'ddl public.totals'],
  ['DROP INDEX public.i', 'DROP INDEX', 'ddl public.i'],
  ['DROP FUNCTION shout(text)', 'DROP FUNCTION', 'ddl public.shout'],
  ['DROP SCHEMA public', 'DROP SCHEMA', 'ddl'],
  ['DROP SCHEMA "Mixed" CASCADE', 'DROP SCHEMA', 'ddl, ddl Mixed.People List'],
  [
    'DROP TABLE orders CASCADE',
    'DROP TABLE',
    'ddl public.orders, ddl public.contacts, ddl public.totals, ddl public.order_items',
  ],
  [
    'TRUNCATE orders, orders CASCADE',
    'TRUNCATE TABLE',
    'truncate public.orders, truncate public.order_items',
  ],
  ['DROP DATABASE shop', 'DROP DATABASE', 'ddl'],
  ['DROP TRIGGER tr ON products', 'DROP TRIGGER', 'ddl public.products'],
  ['DROP OWNED BY x', 'DROP OWNED', 'privilege'],
  ['CREATE UNIQUE INDEX ON orders (id)', 'CREATE INDEX', 'ddl public.orders'],
  [
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
    'CREATE FUNCTION',
    'ddl public.f',
  ],
  ['CREATE EXTENSION dblink', 'CREATE EXTENSION', 'ddl'],
  ['REFRESH MATERIALIZED VIEW totals', 'REFRESH MATERIALIZED VIEW', 'ddl public.totals'],
  [
    'TRUNCATE orders, order_items',
    'TRUNCATE TABLE',
    'truncate public.orders, truncate public.order_items',
  ],
  ['GRANT SELECT ON orders TO x', 'GRANT', 'privilege public.orders'],
  ['REVOKE ALL ON orders FROM x', 'REVOKE', 'privilege public.orders'],
  ['GRANT a TO b', 'GRANT ROLE', 'privilege'],
  ['ALTER ROLE x SUPERUSER', 'ALTER ROLE', 'privilege'],
  ['ALTER ROLE x SET search_path = y', 'ALTER ROLE', 'config'],
  ["ALTER SYSTEM SET work_mem = '1MB'", 'ALTER SYSTEM', 'config'],
  ['SET ROLE x', 'SET', 'config'],
  ['SET SESSION AUTHORIZATION x', 'SET', 'config'],
  ["SET client_encoding = 'SJIS'", 'SET', 'config'],
  ["SET client_encoding = 'UTF8'", 'SET', ''],
  ['SET extra_float_digits = 3', 'SET', ''],
  ['SET TRANSACTION READ ONLY', 'SET', ''],
  ["SET my.tenant = 'x'", 'SET', ''],
  ['START TRANSACTION', 'START TRANSACTION', ''],
  ['LOCK TABLE orders IN ACCESS SHARE MODE', 'LOCK TABLE', 'select public.orders'],
  ['LOCK TABLE orders', 'LOCK TABLE', 'update public.orders'],
  ['ANALYZE orders', 'ANALYZE', 'ddl public.orders'],
  ['LISTEN x', 'LISTEN', ''],
  ["NOTIFY x, 'y'", 'NOTIFY', ''],
  ['CLOSE ALL', 'CLOSE CURSOR ALL', ''],
  ['DEALLOCATE ALL', 'DEALLOCATE ALL', ''],
  ['MOVE 1 FROM c', 'MOVE', ''],
  ['CREATE VIEW v AS SELECT 1 AS x', 'CREATE VIEW', 'ddl public.v'],
  ['IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c', 'IMPORT FOREIGN SCHEMA', 'ddl'],
  ["LOAD 'x'", 'LOAD', 'config'],
];

test.each(commands)('%s', (sql, command, actions) => {
  const [statement] = parse(sql);
  if (!statement) throw new Error('no statement');
  const { analysis } = analyze(statement, shop(readFileSync), settings);
  expect(analysis.command).toBe(command);
  expect(
    analysis.accesses
      .map((a) => `${a.action}${a.object ? ` ${a.object.schema}.${a.object.name}` : ''}`)
      .join(', '),
  ).toBe(actions);
});

describe('statement kinds', () => {
  test('every kind the parser knows has a handler', () => {
    // The compiler checks this against the parser's types; the number says that the check is not empty.
    expect(statementKinds.length).toBeGreaterThan(100);
  });

  test('one it does not know is refused', () => {
    const statement = {
      source: 'x',
      start: 0,
      end: 1,
      node: { stmt: { FutureStmt: {} } as never },
    };
    expect(() => analyze(statement, shop(readFileSync), settings)).toThrow(
      expect.objectContaining({
        code: 'unknown-node',
        sqlstate: '0A000',
        message: "the parser's node FutureStmt is not known to this version",
      }),
    );
  });

  test.each([
    ['an expression', 'SELECT 1 WHERE true', 'whereClause', { FutureExpr: { location: 15 } }, 16],
    ['in FROM', 'SELECT 1 FROM orders', 'fromClause', [{ RangeFuture: {} }], undefined],
    [
      'in the select list',
      'SELECT 1',
      'targetList',
      [{ ResTarget: { val: { Future: {} } } }],
      undefined,
    ],
  ])('a node it does not know is refused: %s', (_, sql, part, node, position) => {
    const [statement] = parse(sql);
    if (!statement) throw new Error('no statement');
    const select = (statement.node.stmt as { readonly SelectStmt: object }).SelectStmt;
    const changed = { stmt: { SelectStmt: { ...select, [part]: node } } };
    const run = () => analyze({ ...statement, node: changed }, shop(readFileSync), settings);
    expect(run).toThrow(
      expect.objectContaining({ code: 'unknown-node', ...(position ? { position } : {}) }),
    );
  });
});
