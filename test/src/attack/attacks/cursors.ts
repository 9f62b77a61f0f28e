import { attacks } from '../attack.js';

/** Cursors, of SQL and of the protocol. */
export const cursors = attacks('cursors', {
  FETCH: ['BEGIN', 'DECLARE c CURSOR FOR SELECT email FROM app.people', 'FETCH ALL FROM c'],
  'FETCH one by one': [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT email FROM app.people',
    'FETCH c',
    'FETCH NEXT FROM c',
  ],
  'SCROLL backwards': [
    'BEGIN',
    'DECLARE c SCROLL CURSOR FOR SELECT email FROM app.people',
    'MOVE LAST IN c',
    'FETCH BACKWARD 2 FROM c',
  ],
  'FETCH ABSOLUTE': [
    'BEGIN',
    'DECLARE c SCROLL CURSOR FOR TABLE app.people',
    'FETCH ABSOLUTE 3 FROM c',
  ],
  'WITH HOLD': ['DECLARE c CURSOR WITH HOLD FOR SELECT email FROM app.people', 'FETCH ALL FROM c'],
  'WITH HOLD after the table is renamed': {
    role: 'keeper',
    steps: [
      'DECLARE c CURSOR WITH HOLD FOR SELECT email FROM app.people',
      'ALTER TABLE app.people RENAME TO folk',
      'FETCH ALL FROM c',
    ],
  },
  BINARY: [
    'BEGIN',
    'DECLARE c BINARY CURSOR FOR SELECT salary, birth, token FROM app.people',
    'FETCH ALL FROM c',
  ],
  'quoted name': [
    'BEGIN',
    'DECLARE "c c" CURSOR FOR SELECT email FROM app.people',
    'FETCH 2 FROM "c c"',
  ],
  'FOR UPDATE': [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT email FROM app.people FOR UPDATE',
    'FETCH ALL FROM c',
  ],
  'the same name twice': [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT 1',
    'CLOSE c',
    'DECLARE c CURSOR FOR SELECT email FROM app.people',
    'FETCH ALL FROM c',
  ],
  'after a savepoint is undone': [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT email FROM app.people',
    'SAVEPOINT s',
    'CLOSE c',
    'ROLLBACK TO s',
    'DECLARE d CURSOR FOR TABLE app.people',
    'FETCH ALL FROM d',
  ],
  'WHERE CURRENT OF': [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT * FROM app.people',
    'FETCH c',
    'UPDATE app.people SET note = email WHERE CURRENT OF c RETURNING note',
  ],
  'DELETE WHERE CURRENT OF': [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT id FROM app.contacts',
    'FETCH c',
    'DELETE FROM app.contacts WHERE CURRENT OF c RETURNING handle',
  ],
  'a refcursor': [
    "CREATE FUNCTION scratch.open(r refcursor) RETURNS refcursor LANGUAGE plpgsql AS 'BEGIN OPEN r FOR SELECT email FROM app.people; RETURN r; END'",
    'BEGIN',
    "SELECT scratch.open('mine')",
    'FETCH ALL FROM mine',
  ],
  'a cursor over a view': [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT * FROM app.people_view',
    'FETCH ALL FROM c',
  ],
  'in one message':
    'BEGIN; DECLARE c CURSOR FOR SELECT email FROM app.people; FETCH ALL FROM c; COMMIT',
});
