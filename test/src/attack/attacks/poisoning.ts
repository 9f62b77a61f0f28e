import { attacks, type Written } from '../attack.js';
import { bind, extended, outside, pause, query, raw, second } from '../steps.js';
import { say } from '../../wire/raw-client.js';

const twin = 'CREATE TABLE scratch.people (id int, name text, email text)';
const same = 'SELECT email FROM people';

/** What one session, or an earlier moment, taught the proxy is not true of another. */
export const poisoning = attacks('cache poisoning', {
  'the same text under another path': [
    twin,
    query('SET search_path = scratch'),
    same,
    second('SET search_path = app'),
    second(same),
  ],
  'the same text under another path, the other first': [
    twin,
    second('SET search_path = app'),
    query('SET search_path = scratch'),
    same,
    second(same),
  ],
  'the same text, parsed': [
    twin,
    'SET search_path = scratch',
    extended(same),
    second('SET search_path = app'),
    extended(same, [], 'text', 'b'),
  ],
  'the same text, a temporary table in one': [
    query('SET search_path = app'),
    'CREATE TEMP TABLE people (email text)',
    same,
    second('SET search_path = app'),
    second(same),
  ],
  'the same text before and after a temporary table': [
    'SET search_path = app',
    'CREATE TEMP TABLE people (email text)',
    same,
    same,
    'DROP TABLE pg_temp.people',
    same,
  ],
  'the same text, another role': [same, 'SET ROLE worker', 'SET search_path = app', same],
  'the same text, a table that is replaced': [
    'CREATE TABLE scratch.t (v text)',
    'SELECT v FROM scratch.t',
    'DROP TABLE scratch.t',
    'CREATE VIEW scratch.t AS SELECT email AS v FROM app.people',
    'SELECT v FROM scratch.t',
  ],
  'the same text, a table that another session replaces': [
    'CREATE TABLE scratch.t (v text)',
    'SELECT v FROM scratch.t',
    second('DROP TABLE scratch.t; CREATE VIEW scratch.t AS SELECT email AS v FROM app.people'),
    'SELECT v FROM scratch.t',
    second('SELECT v FROM scratch.t'),
  ],
  'the same text, replaced by nobody we see, seconds ago': unseen(),
  'the same text, replaced by nobody we see, within a transaction': unseen('BEGIN', 'SELECT 1'),
  'replaced in a transaction that is undone': [
    'CREATE VIEW scratch.t AS SELECT email AS v FROM app.people',
    'BEGIN',
    'DROP VIEW scratch.t',
    'CREATE TABLE scratch.t (v text)',
    'SELECT v FROM scratch.t',
    'ROLLBACK',
    'SELECT v FROM scratch.t',
  ],
  'replaced in a transaction, read by another': [
    'CREATE VIEW scratch.t AS SELECT email AS v FROM app.people',
    'BEGIN',
    'ALTER VIEW scratch.t RENAME TO gone',
    'CREATE TABLE scratch.t (v text)',
    'SELECT v FROM scratch.t',
    'ROLLBACK',
    second('SELECT v FROM scratch.t'),
  ],
  'a function that is replaced in a transaction that is undone': [
    "CREATE FUNCTION scratch.f() RETURNS text LANGUAGE sql STABLE AS 'SELECT max(email) FROM app.people'",
    'BEGIN',
    "CREATE OR REPLACE FUNCTION scratch.f() RETURNS text LANGUAGE sql STABLE AS 'SELECT ''x''::text'",
    'SELECT scratch.f()',
    'ROLLBACK',
    'SELECT scratch.f()',
  ],
  'a statement prepared in one session, of the name in another': [
    raw([say.parse('SELECT 1', 's'), say.sync()]),
    raw([say.parse('SELECT email FROM app.people', 's'), say.sync()], 1, 'b'),
    raw([bind([], false, 's'), say.execute(), say.sync()], 1, 'b'),
    raw([bind([], false, 's'), say.execute(), say.sync()]),
  ],
  'a statement that failed to parse, and its name': [
    raw([say.parse('SELECT 1', 's'), say.sync()]),
    raw([say.close('S', 's'), say.parse('SELEC', 's'), say.sync()]),
    raw([
      say.parse('SELECT email FROM app.people', 's'),
      bind([], false, 's'),
      say.execute(),
      say.sync(),
    ]),
  ],
  'a portal of a failed transaction': [
    raw([
      say.parse('SELECT email FROM app.people', 's'),
      bind([], false, 's', 'p'),
      say.execute('p', 1),
      say.flush(),
      say.execute('p'),
      say.sync(),
    ]),
  ],
  'the unnamed statement, replaced by a query': [
    raw([say.parse('SELECT 1'), say.sync()]),
    'SELECT 2',
    raw([say.parse('SELECT email FROM app.people'), say.sync()]),
    raw([bind([]), say.execute(), say.sync()]),
  ],
  'a prepared statement of a table that changes its columns': [
    'CREATE TABLE scratch.t (v text)',
    raw([
      say.parse('SELECT * FROM scratch.t', 's'),
      bind([], false, 's'),
      say.execute(),
      say.sync(),
    ]),
    'DROP TABLE scratch.t',
    'CREATE VIEW scratch.t AS SELECT email AS v FROM app.people',
    raw([bind([], false, 's'), say.execute(), say.sync()]),
  ],
  'in a hurry after DDL, one write': raw(
    [
      say.query('CREATE VIEW scratch.q AS SELECT email AS v FROM app.people'),
      say.query('SELECT v FROM scratch.q'),
      say.query('ALTER VIEW scratch.q RENAME COLUMN v TO w'),
      say.query('SELECT w FROM scratch.q'),
    ],
    4,
  ),
  'in a hurry after SET, one write': [
    twin,
    raw(
      [
        say.query('SET search_path = scratch'),
        say.query(same),
        say.query('SET search_path = app'),
        say.query(same),
      ],
      4,
    ),
  ],
  'in a hurry after a batch, one write': [
    twin,
    raw(
      [
        ...[say.parse('SET search_path = app'), bind([]), say.execute(), say.sync()],
        ...[say.parse(same), bind([]), say.execute(), say.sync()],
      ],
      2,
    ),
  ],
  'a table that is made while another session asks': [
    'BEGIN',
    'CREATE TABLE scratch.m AS SELECT email FROM app.people',
    second('SELECT email FROM scratch.m'),
    'COMMIT',
    second('SELECT email FROM scratch.m'),
    'SELECT email FROM scratch.m',
  ],
  'a classification by a comment, taken away': {
    role: 'keeper',
    steps: ["COMMENT ON COLUMN app.people.email IS 'postern:none'", 'SELECT email FROM app.people'],
  },
  'many texts, then the first': [
    'SELECT email FROM app.people',
    ...Array.from({ length: 30 }, (_, i) => `SELECT ${i}, id FROM app.products`),
    'SELECT email FROM app.people',
  ],
  'the same text with other constants': [
    "SELECT email, 'a' FROM app.people WHERE id = 1",
    "SELECT email, 'b' FROM app.people WHERE id = 2",
    "SELECT 'email', name FROM app.people WHERE id = 3",
  ],
});

/** DDL from elsewhere is noticed within two seconds, docs/adr/0009-reading-what-has-changed.md. */
function unseen(...before: readonly string[]): Written {
  return [
    'CREATE TABLE scratch.t (v text)',
    'SELECT v FROM scratch.t',
    ...before,
    outside(
      'DROP TABLE scratch.t; CREATE VIEW scratch.t AS SELECT email AS v FROM app.people; GRANT SELECT ON scratch.t TO worker',
    ),
    pause(2_600),
    'SELECT v FROM scratch.t',
  ];
}
