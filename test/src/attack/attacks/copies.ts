import { attacks } from '../attack.js';
import { copyIn } from '../steps.js';

/** COPY, both ways. */
export const copies = attacks('COPY', {
  'a table': 'COPY app.people TO STDOUT',
  'some columns': 'COPY app.people (id, email) TO STDOUT',
  CSV: 'COPY app.people TO STDOUT (FORMAT csv, HEADER)',
  'CSV, old syntax': 'COPY app.people TO STDOUT WITH CSV',
  binary: 'COPY app.people TO STDOUT (FORMAT binary)',
  'binary, old syntax': 'COPY BINARY app.people TO STDOUT',
  'another delimiter': "COPY app.people (email, name) TO STDOUT DELIMITERS '|'",
  'another encoding': "COPY app.people (email, name) TO STDOUT (ENCODING 'LATIN1')",
  'forced quotes': 'COPY app.people (email) TO STDOUT (FORMAT csv, FORCE_QUOTE *)',
  'a query': 'COPY (SELECT email FROM app.people) TO STDOUT',
  TABLE: 'COPY (TABLE app.people) TO STDOUT',
  WITH: 'COPY (WITH w AS (SELECT email FROM app.people) SELECT * FROM w) TO STDOUT',
  VALUES: 'COPY (VALUES ((SELECT max(email) FROM app.people))) TO STDOUT',
  'JSON rows': 'COPY (SELECT row_to_json(p) FROM app.people p) TO STDOUT',
  'INSERT ... RETURNING':
    'COPY (INSERT INTO app.tickets (id) VALUES (77) RETURNING body) TO STDOUT',
  'UPDATE ... RETURNING': 'COPY (UPDATE app.people SET note = note RETURNING email) TO STDOUT',
  'DELETE ... RETURNING': 'COPY (DELETE FROM app.contacts RETURNING handle) TO STDOUT',
  'a partition': 'COPY app.segments_a TO STDOUT',
  'the heir': 'COPY app.vip_contacts TO STDOUT',
  'a partitioned table by a query': 'COPY (SELECT * FROM app.segments) TO STDOUT',
  'filtered rows': 'COPY app.regional TO STDOUT',
  'filtered rows by a query': 'COPY (SELECT body FROM app.regional) TO STDOUT',
  'a view by a query': 'COPY (SELECT * FROM app.people_view) TO STDOUT',
  'a materialised view': { steps: 'COPY app.people_kept TO STDOUT', since: 18 },
  'within several statements': 'SELECT 1; COPY app.people TO STDOUT; SELECT 2',
  'in, with a default': [
    copyIn('COPY app.tickets (id) FROM STDIN', '501\n'),
    'SELECT body FROM app.tickets WHERE id = 501',
  ],
  'in, with DEFAULT written': {
    since: 16,
    steps: [
      copyIn("COPY scratch.notes FROM STDIN (DEFAULT 'D')", '501\tx\n'),
      copyIn("COPY app.tickets (id, body) FROM STDIN (DEFAULT 'D')", '502\tD\n'),
      'SELECT body FROM app.tickets WHERE id = 502',
    ],
  },
  'in, fails and out': [copyIn('COPY app.people FROM STDIN', 'x\n'), 'COPY app.people TO STDOUT'],
  'out of a function': 'COPY (SELECT * FROM app.all_people()) TO STDOUT',
  'to a program': {
    role: 'chief',
    steps: ["COPY app.people TO PROGRAM 'cat > /dev/null'", 'COPY app.people TO STDOUT'],
  },
  'out to a file and back': {
    role: 'chief',
    steps: [
      "COPY (SELECT email FROM app.people) TO '/tmp/postern-attack-copy'",
      "SELECT pg_read_file('/tmp/postern-attack-copy')",
    ],
  },
  'a table to a file and into another': {
    role: 'chief',
    steps: [
      "COPY app.contacts (id, handle) TO '/tmp/postern-attack-contacts'",
      "COPY scratch.box FROM '/tmp/postern-attack-contacts'",
      'TABLE scratch.box',
    ],
  },
  'from a program': {
    role: 'chief',
    steps: [
      "COPY scratch.box (v) FROM PROGRAM 'echo own'",
      'SELECT v FROM scratch.box',
      'SELECT email FROM app.people',
    ],
  },
});
