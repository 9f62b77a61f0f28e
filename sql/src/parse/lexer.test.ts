import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadModule, scanSync } from 'libpg-query';
import { tokenize, withoutComments } from './lexer.js';
import { offsetsOf } from './positions.js';

beforeAll(() => loadModule());

/** Where PostgreSQL's own scanner sees tokens. */
const scanned = (sql: string): readonly (readonly [number, number])[] => {
  const offset = offsetsOf(sql);
  return scanSync(sql).tokens.map((t) => [offset(t.start), offset(t.end)] as const);
};

const found = (sql: string): readonly (readonly [number, number])[] =>
  tokenize(sql).map((t) => [t.start, t.end] as const);

describe('the same tokens as PostgreSQL', () => {
  test.each([
    'SELECT a.b, "x""y" FROM t -- c',
    "SELECT 'it''s', E'a\\'b', $$x'y$$, $q$a$$b$q$, $1",
    'SELECT /* a /* b */ c */ 1',
    "SELECT 1.5e10, .5, 0x1F, 1_000, 1..2, a::int, b:=c, x->>'y', -1, a<>-b, 2*-3",
    "SELECT b'01', x'ff', n'x'",
    'SELECT ünï, "ü😀" FROM é',
    "SELECT 'a'\n  'b'",
    'SELECT a[1:2], f(x => 1), 5+--c\n3',
    'SELECT 1 @- /* x */ 2',
  ])('%s', (sql) => {
    expect(found(sql)).toEqual(scanned(sql));
  });

  test('of any mixture of them', () => {
    const piece = fc.constantFrom(
      'a',
      '"b c"',
      '"d""e"',
      "'x'",
      "'it''s'",
      "E'\\''",
      '$$ y $$',
      '$t$ $$ $t$',
      '12',
      '1.5',
      '.5',
      '1e5',
      '$1',
      '/* c */',
      '/* /* n */ */',
      '-- l\n',
      '+',
      '->>',
      '<=',
      '::',
      ':=',
      '..',
      '(',
      ')',
      ',',
      ';',
      'ü',
      '"😀"',
      '\n',
      ' ',
      '\t',
      '.',
      '[',
      ']',
      '*',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const sql = pieces.join(' ');
        expect(found(sql)).toEqual(scanned(sql));
      }),
      { numRuns: 500 },
    );
  });
});

test('comments become a space, literals stay', () => {
  expect(withoutComments('SELECT \'--a\', "/*b*/" /* c */ -- d\nFROM t')).toBe(
    'SELECT \'--a\', "/*b*/"    \nFROM t',
  );
});
