/** A write whose outcome says whether a value is there is noted as a guess, and no other: the server is asked with both. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { analyze, type Catalogue, guessesOf, parse, readCatalogue } from '@postern/sql';
import { Undo } from '../harness/undo.js';
import type { Court } from '../oracle/judge.js';
import { courtWith } from './court.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const schema = `
  CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, nick text, low text, rank int, note text DEFAULT 'none', pair text);
  CREATE UNIQUE INDEX ON people (lower(low)); CREATE UNIQUE INDEX ON people (rank) WHERE nick IS NOT NULL;
  ALTER TABLE people ADD EXCLUDE USING btree (pair WITH =);
  CREATE INDEX ON people (note);
  INSERT INTO people VALUES (1, 'there', 'there', 'there', 5, 'there', 'there'), (2, 'other', NULL, 'other', 6, 'x', 'y');
  CREATE TABLE mails (id int, email text REFERENCES people (email), body text); INSERT INTO mails VALUES (1, 'other', 'b');
  CREATE TABLE codes (id int, code text, note text) PARTITION BY LIST (code);
  CREATE TABLE codes_a PARTITION OF codes FOR VALUES IN ('there');
  CREATE TABLE keyed (id int, v text) PARTITION BY RANGE (id);
  CREATE TABLE keyed_a PARTITION OF keyed FOR VALUES FROM (0) TO (100); CREATE UNIQUE INDEX ON keyed_a (v);
  INSERT INTO keyed VALUES (1, 'there');
  CREATE VIEW shown AS SELECT id AS i, email AS e FROM people; CREATE VIEW twice AS SELECT i, e AS post FROM shown;
  CREATE TABLE loose (id int, v text); INSERT INTO loose VALUES (1, 'there');`;

let court: Court;
/** with the foreign keys that the court leaves out */
let catalogue: Catalogue;
beforeAll(async () => {
  court = await courtWith(undo, schema);
  const types = { getTypeParser: () => (value: string) => value };
  catalogue = await readCatalogue(
    async (text) =>
      (await court.client.query<(string | null)[]>({ text, rowMode: 'array', types })).rows,
  );
}, 120_000);

/** What the server says of the statement with a value: its error, or what it did. */
const outcome = async (sql: string, value: string): Promise<string> => {
  await court.client.query('BEGIN');
  try {
    const found = await court.client.query(sql.replaceAll('#', value));
    return `${found.command} ${String(found.rowCount)}`;
  } catch (thrown) {
    return (thrown as { code?: string }).code ?? 'failed';
  } finally {
    await court.client.query('ROLLBACK');
  }
};

const noted = (sql: string): readonly string[] => [
  ...new Set(
    parse(sql.replaceAll('#', 'there')).flatMap((statement) =>
      guessesOf(
        analyze(statement, catalogue, {
          ...{ searchPath: ['public'], user: 'postgres', role: 'none' },
        }),
      )
        .map(({ column }) => column)
        .filter((column) => !/^(id|i)$/.test(column)),
    ),
  ),
];

/** What a key says aloud: its error, which the record has. */
const aloud = new Set(['23505', '23P01']);

test.each<readonly [string, readonly string[]]>([
  ["INSERT INTO people (id, email) VALUES (9, '#') ON CONFLICT DO NOTHING", ['email']],
  ["INSERT INTO people (id, email) VALUES (9, '#') ON CONFLICT (email) DO NOTHING", ['email']],
  ["INSERT INTO people (id, low) VALUES (9, '#') ON CONFLICT DO NOTHING", ['low']],
  ["INSERT INTO people (id, pair) VALUES (9, '#') ON CONFLICT DO NOTHING", ['pair']],
  ["INSERT INTO people (id, email) SELECT 9, '#' ON CONFLICT DO NOTHING", ['email']],
  ["INSERT INTO people (id, email) VALUES (8, NULL), (9, '#') ON CONFLICT DO NOTHING", ['email']],
  ["INSERT INTO people (id) VALUES (2) ON CONFLICT (id) DO UPDATE SET email = '#'", ['email']],
  [
    "WITH i AS (INSERT INTO people (id, email) VALUES (9, '#') ON CONFLICT DO NOTHING RETURNING id) SELECT id FROM i",
    ['email'],
  ],
  ["INSERT INTO shown (i, e) VALUES (9, '#') ON CONFLICT DO NOTHING", ['e']],
  ["INSERT INTO twice (i, post) VALUES (9, '#') ON CONFLICT DO NOTHING", ['post']],
  ["INSERT INTO mails (id, email) VALUES (9, '#')", ['email']],
  ["UPDATE mails SET email = '#'", ['email']],
  [
    "MERGE INTO mails m USING (VALUES (1)) v(i) ON m.id = v.i WHEN MATCHED THEN UPDATE SET email = '#'",
    ['email'],
  ],
  ["INSERT INTO codes (id, code) VALUES (9, '#')", ['code']],
  ["INSERT INTO codes_a (id, code) VALUES (9, '#')", ['code']],
  ["INSERT INTO people (id, email) VALUES (9, '#')", []],
  ["INSERT INTO people (id, pair) VALUES (9, '#')", []],
  ["UPDATE people SET email = '#' WHERE id = 2", []],
  ["INSERT INTO keyed (id, v) VALUES (2, '#')", []],
  ["INSERT INTO twice (i, post) VALUES (9, '#')", []],
  ["INSERT INTO people (id, note) VALUES (9, '#')", []],
  ["INSERT INTO people (id, note) VALUES (9, '#') ON CONFLICT DO NOTHING", []],
  ["INSERT INTO loose (id, v) VALUES (9, '#')", []],
  ["UPDATE loose SET v = '#'", []],
  ["INSERT INTO mails (id, body) VALUES (9, '#')", []],
  ['UPDATE mails SET email = NULL', []],
  ["INSERT INTO mails (id, email, body) VALUES (9, DEFAULT, '#')", []],
  ["INSERT INTO mails (id, email, body) VALUES (9, NULL, '#')", []],
  ["DELETE FROM people WHERE note = 'x'", []],
])('%s', async (sql, guesses) => {
  const [there, gone] = [await outcome(sql, 'there'), await outcome(sql, 'gone')];
  expect(noted(sql)).toEqual(guesses);
  if (guesses.length > 0) expect(there).not.toBe(gone);
  else expect(there === gone || aloud.has(there)).toBe(true);
});
