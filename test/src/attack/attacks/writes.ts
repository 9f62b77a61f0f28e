import { attacks } from '../attack.js';

/** What is written is read from another place, or comes back at once. */
export const writes = attacks('writes, then reads', {
  'INSERT ... SELECT': [
    'INSERT INTO scratch.box SELECT id, email FROM app.people',
    'SELECT v FROM scratch.box',
  ],
  'INSERT ... SELECT RETURNING':
    'INSERT INTO scratch.box SELECT id, email FROM app.people RETURNING v',
  'INSERT ... TABLE': [
    'CREATE TABLE scratch.x (LIKE app.contacts)',
    'INSERT INTO scratch.x TABLE app.contacts',
    'TABLE scratch.x',
  ],
  'INSERT of a subquery': [
    'INSERT INTO scratch.box VALUES (1, (SELECT max(email) FROM app.people))',
    'TABLE scratch.box',
  ],
  'CREATE TABLE AS': ['CREATE TABLE scratch.x AS SELECT email FROM app.people', 'TABLE scratch.x'],
  'CREATE TABLE AS TABLE': [
    'CREATE TABLE scratch.x AS TABLE app.people',
    'SELECT email FROM scratch.x',
  ],
  'CREATE TEMP TABLE AS': [
    'CREATE TEMP TABLE x AS SELECT * FROM app.people',
    'SELECT salary FROM x',
  ],
  'CREATE TABLE AS and columns renamed': [
    'CREATE TABLE scratch.x(a, b) AS SELECT id, email FROM app.people',
    'SELECT b FROM scratch.x',
  ],
  'SELECT INTO': ['SELECT email INTO scratch.x FROM app.people', 'TABLE scratch.x'],
  'SELECT INTO TEMP': ['SELECT * INTO TEMP x FROM app.people', 'SELECT name FROM x'],
  'UPDATE of another column': ['UPDATE app.people SET note = email', 'SELECT note FROM app.people'],
  'UPDATE of another column RETURNING': 'UPDATE app.people SET note = email RETURNING note',
  'UPDATE from a subquery': [
    'UPDATE app.people SET note = (SELECT q.email FROM app.people q WHERE q.id = app.people.id)',
    'SELECT note FROM app.people',
  ],
  'UPDATE of several at once': [
    'UPDATE app.people SET (note, region) = (email, name)',
    'SELECT note, region FROM app.people',
  ],
  'UPDATE of several by a subquery': [
    'UPDATE app.people p SET (note, region) = (SELECT email, name FROM app.people q WHERE q.id = p.id)',
    'SELECT note, region FROM app.people',
  ],
  'UPDATE of several by ROW': [
    'UPDATE app.people SET (note, region) = ROW(email, name)',
    'SELECT note FROM app.people',
  ],
  'UPDATE ... FROM': [
    "INSERT INTO scratch.box VALUES (1, 'x')",
    'UPDATE scratch.box SET v = p.email FROM app.people p WHERE p.id = box.id',
    'TABLE scratch.box',
  ],
  'UPDATE ... FROM RETURNING the other':
    "UPDATE scratch.notes n SET body = 'x' FROM app.people p WHERE p.id = n.id RETURNING p.email",
  'UPDATE ... FROM RETURNING all':
    "UPDATE scratch.notes n SET body = 'x' FROM app.people p WHERE p.id = n.id RETURNING *",
  'UPDATE within itself': 'UPDATE app.people SET email = email RETURNING email',
  'UPDATE of an element': [
    'UPDATE app.people SET tags[2] = tags[1]',
    'UPDATE app.people SET note = tags[2]',
    'SELECT note FROM app.people',
  ],
  'UPDATE of the document': [
    "UPDATE app.people SET doc = jsonb_set(doc, '{plan}', doc -> 'secret')",
    "SELECT doc ->> 'plan' FROM app.people",
  ],
  'UPDATE of a key of the document': {
    since: 14,
    steps: ["UPDATE app.people SET doc['free'] = doc['secret']", 'SELECT doc FROM app.people'],
  },
  "UPDATE of the document's keys": [
    "UPDATE app.people SET doc = jsonb_build_object('x', doc)",
    'SELECT doc FROM app.people',
  ],
  'UPDATE in a CTE':
    'WITH u AS (UPDATE app.people SET note = note RETURNING *) SELECT email FROM u',
  'UPDATE in a CTE, and then': [
    'WITH u AS (UPDATE app.people SET note = email RETURNING 1) SELECT count(*) FROM u',
    'SELECT note FROM app.people',
  ],
  'DELETE RETURNING': 'DELETE FROM app.contacts RETURNING handle',
  'DELETE RETURNING *': 'DELETE FROM app.contacts RETURNING *',
  'DELETE RETURNING the row': 'DELETE FROM app.contacts c RETURNING c',
  'DELETE RETURNING the row as text': 'DELETE FROM app.contacts c RETURNING c::text',
  'DELETE USING':
    'DELETE FROM scratch.notes n USING app.people p WHERE p.id = n.id RETURNING p.email',
  'DELETE in a CTE': 'WITH d AS (DELETE FROM app.contacts RETURNING *) SELECT handle FROM d',
  'DELETE in a CTE, moved': [
    'WITH d AS (DELETE FROM app.contacts RETURNING *) INSERT INTO scratch.box SELECT id, handle FROM d',
    'TABLE scratch.box',
  ],
  'INSERT RETURNING a default': 'INSERT INTO app.tickets (id) VALUES (33) RETURNING *',
  'INSERT RETURNING a subquery':
    'INSERT INTO scratch.box VALUES (1) RETURNING (SELECT max(email) FROM app.people)',
  'ON CONFLICT RETURNING':
    "INSERT INTO app.people (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET note = 'x' RETURNING email",
  'UPDATE RETURNING an expression':
    "UPDATE app.people SET note = 'x' RETURNING upper(email), CASE WHEN true THEN name END, (SELECT national_id)",
  'UPDATE RETURNING a subquery of it':
    "UPDATE app.people p SET note = 'x' RETURNING (SELECT string_agg(s.e, ',') FROM (SELECT p.email AS e) s)",
  'UPDATE by a name that is hidden': [
    'UPDATE app.people SET note = (SELECT email FROM app.products people WHERE people.id = 1)',
    'SELECT note FROM app.people',
  ],
  'DELETE RETURNING a document': 'DELETE FROM app.contacts RETURNING json_build_array(handle)',
  'ON CONFLICT, the default': [
    "INSERT INTO app.tickets (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET body = 'x' || excluded.body RETURNING body",
  ],
  'ON CONFLICT into another column': [
    "INSERT INTO app.people (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET note = people.email",
    'SELECT note FROM app.people',
  ],
  'ON CONFLICT with an alias': [
    "INSERT INTO app.people AS p (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET note = p.email RETURNING p.note",
    'SELECT note FROM app.people',
  ],
  'ON CONFLICT from a subquery': [
    "INSERT INTO scratch.notes VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET body = (SELECT max(email) FROM app.people) RETURNING body",
  ],
  'RETURNING OLD': {
    since: 18,
    steps: "UPDATE app.people SET email = 'x' || id RETURNING old.email",
  },
  'RETURNING WITH OLD AS': {
    since: 18,
    steps: "UPDATE app.people SET email = 'x' || id RETURNING WITH (OLD AS before) before.email",
  },
  'RETURNING old row': {
    since: 18,
    steps: "UPDATE app.people SET email = 'x' || id RETURNING old",
  },
  'RETURNING NEW of a delete, old': {
    since: 18,
    steps: 'DELETE FROM app.contacts RETURNING old.*',
  },
  'RETURNING old of ON CONFLICT': {
    since: 18,
    steps:
      "INSERT INTO app.people (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'y' RETURNING old.name",
  },
  'MERGE into another table': {
    since: 15,
    steps: [
      'MERGE INTO scratch.notes n USING app.people p ON p.id = n.id WHEN MATCHED THEN UPDATE SET body = p.email WHEN NOT MATCHED THEN INSERT VALUES (p.id, p.email)',
      'TABLE scratch.notes',
    ],
  },
  'MERGE into itself': {
    since: 15,
    steps: [
      'MERGE INTO app.people p USING app.products q ON p.id = q.id WHEN MATCHED THEN UPDATE SET note = p.email',
      'SELECT note FROM app.people',
    ],
  },
  'MERGE RETURNING': {
    since: 17,
    steps:
      "MERGE INTO app.people p USING app.products q ON p.id = q.id WHEN MATCHED THEN UPDATE SET note = 'x' RETURNING p.email",
  },
  'MERGE RETURNING all': {
    since: 17,
    steps:
      "MERGE INTO scratch.notes n USING app.people p ON p.id = n.id WHEN MATCHED THEN UPDATE SET body = 'x' RETURNING *",
  },
  'MERGE in a CTE': {
    since: 17,
    steps:
      'WITH m AS (MERGE INTO app.contacts c USING app.products q ON c.id = q.id WHEN MATCHED THEN DELETE RETURNING c.*) SELECT handle FROM m',
  },
  'into a table with the same columns': [
    'CREATE TABLE scratch.x (LIKE app.people)',
    'INSERT INTO scratch.x SELECT * FROM app.people',
    'SELECT * FROM scratch.x',
  ],
  'into an array': [
    'CREATE TABLE scratch.x (v text[])',
    'INSERT INTO scratch.x SELECT array_agg(email) FROM app.people',
    'TABLE scratch.x',
  ],
  "into a column of the row's type": [
    'CREATE TABLE scratch.x (v app.contacts)',
    'INSERT INTO scratch.x SELECT c FROM app.contacts c',
    'SELECT (v).handle FROM scratch.x',
  ],
  'a table of the type': [
    'CREATE TYPE scratch.t AS (id int, handle text)',
    'CREATE TABLE scratch.x OF scratch.t',
    'INSERT INTO scratch.x SELECT id, handle FROM app.contacts',
    'TABLE scratch.x',
  ],
  'by two hops': [
    'CREATE TABLE scratch.x AS SELECT id, email AS a FROM app.people',
    'CREATE TABLE scratch.y AS SELECT a AS b FROM scratch.x',
    'SELECT b FROM scratch.y',
  ],
  'into a table that another session reads': [
    'INSERT INTO scratch.box SELECT id, email FROM app.people',
    { kind: 'query', sql: 'TABLE scratch.box', on: 'b' },
  ],
  'into a column that is masked otherwise': [
    'UPDATE app.people SET birth = NULL, name = email',
    'SELECT name FROM app.people',
    "UPDATE app.people SET doc = jsonb_build_object('plan', name)",
    'SELECT doc FROM app.people',
  ],
  'into a column whose mask keeps more': [
    "UPDATE app.people SET doc = jsonb_build_object('free', email)",
    'SELECT doc FROM app.people',
  ],
  'into a column that is added': [
    'ALTER TABLE scratch.box ADD w text',
    'INSERT INTO scratch.box SELECT id, email, name FROM app.people RETURNING w',
  ],
  'DEFAULT in VALUES': 'INSERT INTO app.tickets VALUES (55, now(), DEFAULT) RETURNING body',
  'UPDATE SET DEFAULT': 'UPDATE app.tickets SET body = DEFAULT RETURNING body',
  'OVERRIDING and RETURNING an expression':
    'INSERT INTO app.tickets (id) OVERRIDING SYSTEM VALUE VALUES (56) RETURNING upper(body)',
});
