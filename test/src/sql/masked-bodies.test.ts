/** Functions and rules near masked columns: what they would show is refused, what they cannot reach runs. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { Undo } from '../harness/undo.js';
import { markedEmail, type Rules, startRules } from '../wire/rules-bed.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

const objects = `
  CREATE FUNCTION mail_of(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM people WHERE id = $1';
  CREATE FUNCTION mail_atomic(n int) RETURNS text STABLE BEGIN ATOMIC SELECT email FROM people WHERE id = n; END;
  CREATE FUNCTION mail_twice(n int) RETURNS text LANGUAGE sql STABLE AS 'SELECT mail_of(n) || mail_of(n)';
  CREATE FUNCTION has_mail(n int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT email > ''m'' FROM people WHERE id = n';
  CREATE FUNCTION loud(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(t)';
  CREATE FUNCTION letter(n int) RETURNS text LANGUAGE sql STABLE AS 'SELECT name FROM t WHERE id = n';
  CREATE FUNCTION copies() RETURNS void LANGUAGE sql AS 'INSERT INTO t SELECT id + 100, email FROM people';
  CREATE FUNCTION defaults_to(m text DEFAULT mail_of(1)) RETURNS text LANGUAGE sql STABLE AS 'SELECT m';
  CREATE PROCEDURE moves() LANGUAGE sql AS 'INSERT INTO t SELECT id + 200, email FROM people';
  CREATE VIEW by_function AS SELECT id, mail_of(id) AS mail FROM t;
  CREATE TABLE watched (id int);
  CREATE RULE watches AS ON INSERT TO watched DO ALSO INSERT INTO t SELECT id + 300, email FROM people;
  CREATE TABLE noted (id int);
  CREATE RULE notes AS ON INSERT TO noted DO ALSO INSERT INTO t VALUES (NEW.id + 400, 'noted');
`;

let rules: Rules;
let client: pg.Client;
beforeAll(async () => {
  rules = await startRules(undo);
  await rules.server.sql(objects);
  const connectionString = `postgres://postgres@127.0.0.1:${rules.masked}/postgres`;
  client = new pg.Client({ connectionString });
  await client.connect();
  undo.push(() => client.end());
}, 120_000);

const outcome = async (sql: string): Promise<string> => {
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return JSON.stringify(rows);
  } catch (thrown) {
    const { code = '', message } = thrown as pg.DatabaseError;
    expect(message).not.toContain(markedEmail);
    return code;
  }
};

const refused = '42501';

test.each([
  ['a body that reads it', 'SELECT mail_of(1)', refused],
  ['in FROM', 'SELECT * FROM mail_of(1)', refused],
  ['in a condition', "SELECT id FROM t WHERE mail_of(id) LIKE 'z%'", refused],
  ['a body in the syntax of SQL', 'SELECT mail_atomic(1)', refused],
  ['a body that calls another', 'SELECT mail_twice(1)', refused],
  ['a body that compares it', 'SELECT has_mail(1)', refused],
  ['a body that writes it elsewhere', 'SELECT copies()', refused],
  ['a default that reads it', 'SELECT defaults_to()', refused],
  ['a procedure', 'CALL moves()', refused],
  ['a rule that reads it', 'INSERT INTO watched VALUES (1)', refused],
  ['a function in another language', 'SELECT tells()', refused],
  [
    'one that takes the place of a harmless one',
    "CREATE OR REPLACE FUNCTION letter(n int) RETURNS text LANGUAGE sql AS 'SELECT email FROM people WHERE id = n'",
    refused,
  ],
  [
    'one in another language that does',
    "CREATE OR REPLACE FUNCTION letter(n int) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN tells(); END'",
    refused,
  ],
])('refused: %s', async (_name, sql, expected) => {
  expect(await outcome(sql)).toBe(expected);
});

test.each([
  ['a body that reads nothing', "SELECT loud('x')", '[["X"]]'],
  [
    'a masked argument',
    'SELECT loud(email) FROM people WHERE id = 1',
    expect.not.stringMatching(/zebra/i),
  ],
  ['a body that reads something else', 'SELECT letter(2)', '[["b"]]'],
  ['a rule that writes something else', 'INSERT INTO noted VALUES (1)', '[]'],
  ['a view whose column comes from a body', 'SELECT mail FROM by_function WHERE id = 1', refused],
  [
    'a function that reaches nothing is made',
    "CREATE FUNCTION quiet(t text) RETURNS text LANGUAGE sql AS 'SELECT lower(t)'",
    '[]',
  ],
])('%s', async (_name, sql, expected) => {
  expect(await outcome(sql)).toEqual(expected);
});

test('none of it was done', async () => {
  const [row] = await rules.server.sql(
    "SELECT count(*)::int AS n, (SELECT count(*)::int FROM t WHERE name = 'noted') AS noted FROM t WHERE name LIKE '%@%'",
  );
  expect(row).toEqual({ n: 0, noted: 1 });
});
