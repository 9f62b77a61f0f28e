import { beforeAll, expect, test } from '@jest/globals';
import * as fs from 'node:fs';
import type { Mask } from '../mask.js';
import { loadParser, parse } from '../parse/parser.js';
import { shop } from '../testing/shop.js';
import { columnType, type ColumnType } from './column-type.js';
import { maskExpression } from './mask-expression.js';

beforeAll(() => loadParser());

const masks: readonly Mask[] = [
  { null: {} },
  { redact: {} },
  { hash: {} },
  { uuid: {} },
  { email: {} },
  { partial: { first: 1, last: 1 } },
  { year: {} },
  { month: {} },
  { bucket: { size: 10 } },
  { round: { digits: 1 } },
  { json: { paths: ['$.a[0].*.b', '$..c.d'] } },
];

const named = (family: ColumnType['family'], name: string): ColumnType =>
  ({ family, name, text: `"pg_catalog"."${name}"`, modifier: [] }) as unknown as ColumnType;

const types: readonly ColumnType[] = [
  ...(shop(fs.readFileSync).relation('public', 'customers')?.columns ?? []).map((column) =>
    columnType(shop(fs.readFileSync), column),
  ),
  ...(
    ['money', 'time', 'timetz', 'interval', 'inet', 'cidr', 'macaddr', 'macaddr8', 'json'] as const
  ).map((family) => named(family, family)),
  named('bits', 'varbit'),
  named('oid', 'oid'),
];

const key = new Uint8Array(32).fill(7);

const expressionOf = (type: ColumnType, mask: Mask): string =>
  maskExpression({ value: '"x"', type, key }, mask, undefined);

interface Name {
  readonly String?: { readonly sval?: string };
}

/** Names that the search path would look up: of functions, operators, types, and in comparisons that name none. */
const unqualified = (node: unknown): readonly string[] => {
  if (Array.isArray(node)) return node.flatMap(unqualified);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node as Record<string, unknown>).flatMap(([kind, inner]) => {
    const found = unqualified(inner);
    const { funcname, name, names, arg, lexpr, rexpr, ...rest } = (inner ?? {}) as Readonly<
      Record<string, unknown>
    >;
    const list =
      kind === 'FuncCall'
        ? funcname
        : kind === 'A_Expr' && rest['kind'] === 'AEXPR_OP'
          ? name
          : kind === 'TypeName' || kind === 'typeName'
            ? names
            : undefined;
    const parts = (list as readonly Name[] | undefined)?.map((part) => part.String?.sval ?? '');
    if (parts && parts.length < 2) return [...found, parts.join('.')];
    if (kind === 'A_Expr' && rest['kind'] !== 'AEXPR_OP') {
      const isNull = [lexpr, rexpr].some((side) =>
        JSON.stringify(side ?? null).includes('"isnull":true'),
      );
      return isNull ? found : [...found, String(rest['kind'])];
    }
    return kind === 'CaseExpr' && arg !== undefined ? [...found, 'CASE x WHEN'] : found;
  });
};

test.each(masks)('%j names everything with its schema', (mask) => {
  for (const type of types) {
    const sql = `SELECT ${expressionOf(type, mask)}`;
    const [statement] = parse(sql);
    expect([type.name, unqualified(statement?.node)]).toEqual([type.name, []]);
  }
});

test('what looks for names without a schema finds them', () => {
  const found = (sql: string): readonly string[] => unqualified(parse(sql)[0]?.node);
  expect(found('SELECT lower(a), a || b, a::citext, CASE a WHEN 1 THEN 2 END, a IN (1)')).toEqual([
    'lower',
    '||',
    'citext',
    'CASE x WHEN',
    'AEXPR_IN',
  ]);
  expect(
    found('SELECT pg_catalog.lower(a) OPERATOR(pg_catalog.=) b, a IS DISTINCT FROM NULL'),
  ).toEqual([]);
});

test('a path makes an expression of its own length', () => {
  const [short, long] = [10, 100].map(
    (steps) =>
      expressionOf(named('jsonb', 'jsonb'), { json: { paths: [`$${'.*[0]'.repeat(steps)}.a`] } })
        .length,
  );
  expect((long ?? 0) / (short ?? 1)).toBeLessThan(12);
});

test('only what is keyed holds the key', () => {
  const block = Buffer.from(key.map((byte) => byte ^ 0x36)).toString('hex');
  for (const mask of masks)
    for (const type of types)
      if (!('hash' in mask || 'uuid' in mask))
        expect(expressionOf(type, mask)).not.toContain(block);
  expect(expressionOf(named('text', 'text'), { hash: {} })).toContain(block);
});

test.each<[string, Mask]>([
  ['no paths', { json: { paths: [] } }],
  ['a path of nothing', { json: { paths: [''] } }],
])('%s: nothing of the document is shown', (_name, mask) => {
  expect(expressionOf(named('jsonb', 'jsonb'), mask)).toBe(
    `(CASE WHEN "x" IS NOT NULL THEN 'null'::pg_catalog.jsonb END)::"pg_catalog"."jsonb"`,
  );
});
