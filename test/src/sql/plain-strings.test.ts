/** How strings are spelled so that `standard_conforming_strings` does not matter, against the server's own reading. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spellPlainStrings } from '@postern/sql';
import fc from 'fast-check';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
afterAll(() => undo.all());

let on: pg.Client;
let off: pg.Client;
beforeAll(async () => {
  const server = await startPostgres();
  undo.push(() => server.stop());
  const open = async (setting: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: server.login('postgres') });
    await client.connect();
    undo.push(() => client.end());
    await client.query(
      `SET standard_conforming_strings = ${setting}; SET escape_string_warning = off`,
    );
    return client;
  };
  on = await open('on');
  off = await open('off');
}, 60_000);

interface Outcome {
  readonly rows?: unknown;
  readonly code?: string | undefined;
  readonly position?: number | undefined;
}

/** Rows of each statement, or the error's code and where it is. */
const outcome = async (client: pg.Client, sql: string): Promise<Outcome> => {
  try {
    const results = await client.query({ text: sql, rowMode: 'array' });
    return { rows: [results].flat().map((result) => result.rows) };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const { code, position } = error;
    return { code, position: position === undefined ? undefined : Number(position) };
  }
};

const original = (found: Outcome, toOriginal: (position: number) => number): Outcome =>
  found.position === undefined ? found : { ...found, position: toOriginal(found.position) };

describe('spelled', () => {
  test.each([
    ['no backslash', "SELECT 'a', U&'b'", "SELECT 'a', U&'b'", "SELECT 'a', U&'b'"],
    ['an escaped quote', String.raw`SELECT 'a\'b'`, String.raw`SELECT  E'a\'b'`, undefined],
    [
      'a path',
      String.raw`SELECT 'C:\a'`,
      String.raw`SELECT  E'C:\a'`,
      String.raw`SELECT  E'C:\\a'`,
    ],
    [
      'an escape string',
      String.raw`SELECT E'\n'`,
      String.raw`SELECT E'\n'`,
      String.raw`SELECT E'\n'`,
    ],
    [
      'a national one',
      String.raw`SELECT n'\\'`,
      String.raw`SELECT nchar E'\\'`,
      String.raw`SELECT nchar E'\\\\'`,
    ],
    [
      'a date',
      String.raw`SELECT date'\\', N 'x\'`,
      String.raw`SELECT date E'\\', N  E'x\'`,
      undefined,
    ],
    [
      'in two parts',
      `SELECT '\\\\'\n'\\\\'`,
      `SELECT  E'\\\\'\n'\\\\'`,
      `SELECT  E'\\\\\\\\'\n'\\\\\\\\'`,
    ],
    [
      'elsewhere',
      String.raw`SELECT "a\b", $$c\d$$ /* \e' */ -- \f'`,
      String.raw`SELECT "a\b", $$c\d$$ /* \e' */ -- \f'`,
      String.raw`SELECT "a\b", $$c\d$$ /* \e' */ -- \f'`,
    ],
  ])('%s', (_name, sql, whenOff, whenOn) => {
    expect(spellPlainStrings(sql, false).sql).toBe(whenOff);
    if (whenOn !== undefined) expect(spellPlainStrings(sql, true).sql).toBe(whenOn);
  });
});

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("'", '\\', "''", "\\'", '\\\\', 'a', ' ', ', ', '😀') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...["E'", "n'", "date'", "U&'", "x'", "b'", '"', '$$', '$a$', 'ü', '\\101', '\\n', '\\x41'],
      ...['--', '/*', '*/', '\n', '||', ';', '1', 'SELECT ', "'a\\\\b'", "'\\''", "', '", '::text'],
    ),
  },
);
const texts = fc
  .array(piece, { minLength: 1, maxLength: 14 })
  .map((pieces) => `SELECT '${pieces.join('')}`)
  // the parser as Wasm knows no comment between the parts of a string
  .filter((text) => !/--[^\n]*\n\s*'/.test(text));

test.each([
  ['on', true],
  ['off', false],
] as const)(
  'what was read with the setting %s is read so with either',
  async (_name, standardStrings) => {
    const [own, other] = standardStrings ? [on, off] : [off, on];
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const { sql, toOriginal } = spellPlainStrings(text, standardStrings);
        const said = await outcome(own, text);
        if ('rows' in said && text.includes('\\')) rows += 1;
        expect(original(await outcome(own, sql), toOriginal)).toEqual(said);
        // while it is off these are refused
        if (!/u&'/i.test(text))
          expect(original(await outcome(other, sql), toOriginal)).toEqual(said);
      }),
      { numRuns: 4000 },
    );
    expect(rows).toBeGreaterThan(100);
  },
  120_000,
);
