import { attacks } from '../attack.js';

/** Views, partitions, heirs: other names of the same data. */
export const views = attacks('views and heirs', {
  'a view': 'SELECT * FROM app.people_view',
  "a view's column of another name": 'SELECT shout FROM app.people_upper',
  'a part of a column': 'SELECT brief FROM app.people_upper',
  'a view over a view': 'SELECT "both" FROM app.people_deep',
  'a view with a join': 'SELECT email, secret FROM app.people_joined',
  'a view with a barrier': 'SELECT email FROM app.people_barrier',
  'a view as a whole row': 'SELECT v FROM app.people_view v',
  'a view as JSON': 'SELECT to_jsonb(v) FROM app.people_upper v',
  'a view in FOR UPDATE': 'SELECT email FROM app.people_barrier FOR UPDATE',
  'a materialised view': 'SELECT * FROM app.people_kept',
  'a materialised view, refreshed': {
    role: 'keeper',
    steps: ['REFRESH MATERIALIZED VIEW app.people_kept', 'SELECT email FROM app.people_kept'],
  },
  "a view of one's own": [
    'CREATE VIEW scratch.v AS SELECT email AS e FROM app.people',
    'SELECT e FROM scratch.v',
  ],
  "a view of one's own, renamed columns": [
    'CREATE VIEW scratch.v(a, b) AS SELECT id, email FROM app.people',
    'SELECT b FROM scratch.v',
  ],
  "a view of one's own with the rights of who asks": {
    since: 15,
    steps: [
      'CREATE VIEW scratch.v WITH (security_invoker) AS TABLE app.people',
      'SELECT email FROM scratch.v',
    ],
  },
  'a recursive view': [
    'CREATE RECURSIVE VIEW scratch.v (n, e) AS SELECT 1, email FROM app.people UNION ALL SELECT n + 1, e FROM v WHERE n < 2',
    'SELECT e FROM scratch.v',
  ],
  'a temporary view': ['CREATE TEMP VIEW v AS SELECT email FROM app.people', 'SELECT * FROM v'],
  'a view that is replaced': [
    'CREATE VIEW scratch.v AS SELECT id, NULL::text AS e FROM app.products WHERE id = 1',
    'SELECT e FROM scratch.v',
    'CREATE OR REPLACE VIEW scratch.v AS SELECT id, email AS e FROM app.people',
    'SELECT e FROM scratch.v',
  ],
  'a column of a view, renamed': [
    'CREATE VIEW scratch.v AS SELECT email FROM app.people',
    'ALTER VIEW scratch.v RENAME COLUMN email TO harmless',
    'SELECT harmless FROM scratch.v',
  ],
  "a materialised view of one's own": [
    'CREATE MATERIALIZED VIEW scratch.m AS SELECT email FROM app.people',
    'SELECT * FROM scratch.m',
  ],
  'a materialised view, filled later': [
    'CREATE MATERIALIZED VIEW scratch.m AS SELECT email FROM app.people WITH NO DATA',
    'REFRESH MATERIALIZED VIEW scratch.m',
    'SELECT * FROM scratch.m',
  ],
  "a materialised view over one's own view": [
    'CREATE VIEW scratch.v AS SELECT upper(email) AS e FROM app.people',
    'CREATE MATERIALIZED VIEW scratch.m AS SELECT e AS f FROM scratch.v',
    'SELECT f FROM scratch.m',
  ],
  'a write through a view': 'UPDATE app.people_barrier SET email = email RETURNING email',
  "a write through a view of one's own": [
    'CREATE VIEW scratch.v AS SELECT id, note, email FROM app.people',
    'UPDATE scratch.v SET note = email RETURNING note',
  ],
  'an insert through a view':
    "INSERT INTO app.people_view (id, name, email) VALUES (71, 'x', 'x'); UPDATE app.people_view SET region = name RETURNING region",
  "an insert through a view of one's own, default": [
    'CREATE VIEW scratch.v AS SELECT * FROM app.tickets',
    'INSERT INTO scratch.v (id) VALUES (72) RETURNING body',
  ],
  'a partitioned table': 'SELECT code FROM app.segments',
  'a partition': 'SELECT code FROM app.segments_a',
  'the partition of the rest': 'SELECT code FROM app.segments_rest',
  'a partition by its oid':
    "SELECT code FROM app.segments WHERE tableoid = 'app.segments_b'::regclass",
  'an heir': 'SELECT handle FROM app.vip_contacts',
  'the parent with the heirs': 'SELECT handle FROM app.contacts',
  'the parent alone': 'SELECT handle FROM ONLY app.contacts',
  "an heir of one's own": {
    role: 'keeper',
    steps: [
      'CREATE TABLE scratch.h () INHERITS (app.contacts)',
      'INSERT INTO scratch.h SELECT id, handle FROM app.contacts',
      'SELECT handle FROM scratch.h',
    ],
  },
  "a parent of one's own": {
    role: 'keeper',
    steps: [
      'CREATE TABLE scratch.p (id int, handle text)',
      'ALTER TABLE app.contacts INHERIT scratch.p',
      'SELECT handle FROM scratch.p',
    ],
  },
  'a parent with the columns under other names': {
    role: 'keeper',
    steps: [
      'ALTER TABLE app.contacts RENAME handle TO h2',
      'CREATE TABLE scratch.p (h2 text)',
      'ALTER TABLE app.contacts INHERIT scratch.p',
      'SELECT h2 FROM scratch.p',
    ],
  },
  'attached as a partition': {
    role: 'keeper',
    steps: [
      'CREATE TABLE scratch.p (id int, secret text) PARTITION BY LIST (id)',
      'ALTER TABLE scratch.p ATTACH PARTITION app.late DEFAULT',
      'SELECT secret FROM scratch.p',
    ],
  },
  'detached from its table': {
    role: 'keeper',
    steps: [
      'ALTER TABLE app.segments DETACH PARTITION app.segments_a',
      'SELECT code FROM app.segments_a',
    ],
  },
  'detached and renamed': {
    role: 'keeper',
    steps: [
      'ALTER TABLE app.segments DETACH PARTITION app.segments_a',
      'ALTER TABLE app.segments_a RENAME TO loose',
      'SELECT code FROM app.loose',
    ],
  },
  'no longer an heir': {
    role: 'keeper',
    steps: [
      'ALTER TABLE app.vip_contacts NO INHERIT app.contacts',
      'SELECT handle FROM app.vip_contacts',
    ],
  },
  'a new partition': {
    role: 'keeper',
    steps: [
      "CREATE TABLE app.segments_c PARTITION OF app.segments FOR VALUES IN ('x')",
      'UPDATE app.segments SET note = code',
      'SELECT note FROM app.segments',
    ],
  },
  'a generated column': 'SELECT email_lower FROM app.people WHERE id < 3',
  'a generated column, added': {
    role: 'keeper',
    steps: [
      'ALTER TABLE app.people ADD shouted text GENERATED ALWAYS AS (upper(email)) STORED',
      'SELECT shouted FROM app.people',
    ],
  },
  'a virtual column, added': {
    role: 'keeper',
    since: 18,
    steps: [
      'ALTER TABLE app.people ADD shouted text GENERATED ALWAYS AS (upper(email)) VIRTUAL',
      'SELECT shouted FROM app.people',
    ],
  },
  "a generated column of the row's others": {
    role: 'keeper',
    steps: [
      'ALTER TABLE app.people ADD twice numeric GENERATED ALWAYS AS (salary + 0) STORED',
      'SELECT twice FROM app.people',
    ],
  },
});
