import { honest } from '../work.js';

/** Reports over protected tables, on what is not masked there. */
export const beside = honest('beside masked columns', {
  count: 'SELECT count(*) FROM app.people',
  ids: 'SELECT id FROM app.people ORDER BY id',
  'notes and regions': 'SELECT id, region, note FROM app.people ORDER BY id',
  'all columns': {
    steps: 'SELECT * FROM app.people ORDER BY id',
    masked: ['email', 'salary', 'birth', 'mood', 'tags', 'doc', 'token', 'email_lower'],
  },
  'by region': 'SELECT region, count(*) FROM app.people GROUP BY region ORDER BY 1',
  'where region': "SELECT id FROM app.people WHERE region = 'eu' ORDER BY id",
  'count of a masked column': 'SELECT count(email), count(DISTINCT email) FROM app.people',
  'the year of birth': 'SELECT id, extract(year FROM birth) FROM app.people ORDER BY id',
  'the decade of birth':
    'SELECT extract(year FROM birth)::int / 10 * 10 AS decade, count(*) FROM app.people GROUP BY 1 ORDER BY 1',
  'the plan in the document': "SELECT id, doc ->> 'plan' FROM app.people ORDER BY id",
  'the plan, grouped': "SELECT doc ->> 'plan', count(*) FROM app.people GROUP BY 1",
  'a path that is not masked': "SELECT id, doc #>> '{inner,n}' FROM app.people ORDER BY id",
  'containment of what is not masked':
    'SELECT count(*) FROM app.people WHERE doc @> \'{"plan": "gold"}\'',
  'IS NOT NULL': 'SELECT count(*) FROM app.people WHERE email IS NOT NULL',
  'orders of people':
    'SELECT p.id, count(o.id), sum(o.amount) FROM app.people p JOIN app.orders o ON o.person_id = p.id GROUP BY p.id ORDER BY 1',
  'orders of people by the masked column':
    'SELECT p.id, count(*) FROM app.people p JOIN app.orders o ON o.email = p.email GROUP BY p.id ORDER BY 1',
  'orders by USING the masked column':
    'SELECT count(*) FROM app.people JOIN app.orders USING (email)',
  'orders without people':
    'SELECT count(*) FROM app.orders o WHERE NOT EXISTS (SELECT 1 FROM app.people p WHERE p.email = o.email)',
  'orders in a subquery of the masked column':
    "SELECT count(*) FROM app.orders WHERE email IN (SELECT email FROM app.people WHERE region = 'eu')",
  'orders by status': 'SELECT status, count(*), sum(amount) FROM app.orders GROUP BY 1 ORDER BY 1',
  'orders by month':
    "SELECT date_trunc('month', placed), sum(amount) FROM app.orders GROUP BY 1 ORDER BY 1",
  'group by the masked column': {
    steps: 'SELECT email, count(*) AS n, sum(amount) AS s FROM app.orders GROUP BY email',
    masked: ['email'],
  },
  'how many of each':
    'SELECT n, count(*) FROM (SELECT email, count(*) AS n FROM app.orders GROUP BY email) q GROUP BY 1',
  'distinct masked': 'SELECT count(*) FROM (SELECT DISTINCT email FROM app.orders) q',
  'window beside': {
    steps:
      'SELECT id, email, row_number() OVER (PARTITION BY person_id ORDER BY id) FROM app.orders ORDER BY id',
    masked: ['email'],
  },
  'last order of each': {
    steps:
      'SELECT DISTINCT ON (person_id) person_id, email, placed FROM app.orders ORDER BY person_id, placed DESC',
    masked: ['email'],
  },
  lateral: {
    steps:
      'SELECT p.id, l.amount FROM app.people p, LATERAL (SELECT amount FROM app.orders o WHERE o.person_id = p.id ORDER BY id LIMIT 1) l ORDER BY 1',
  },
  'recursive with a masked table':
    'WITH RECURSIVE r(id) AS (SELECT min(id) FROM app.people UNION ALL SELECT r.id + 1 FROM r WHERE r.id < (SELECT max(id) FROM app.people)) SELECT id FROM r ORDER BY 1',
  'own rows of the filtered table': "SELECT * FROM app.regional WHERE region = 'eu' ORDER BY id",
  'own rows, grouped':
    "SELECT region, sum(amount) FROM app.regional WHERE region = 'eu' GROUP BY region",
  'own rows, joined':
    "SELECT p.sku, r.amount FROM app.products p JOIN app.regional r ON r.id = p.id WHERE r.region = 'eu' ORDER BY 1",
  'segments, notes': 'SELECT id, note FROM app.segments ORDER BY id',
  'segments, count': 'SELECT count(*) FROM app.segments',
  'one segment, count': 'SELECT count(*) FROM app.segments_a',
  'segments by partition':
    'SELECT tableoid::regclass, count(*) FROM app.segments GROUP BY 1 ORDER BY 1',
  'contacts, memo': 'SELECT id, memo FROM app.contacts ORDER BY id',
  'contacts, only': 'SELECT id, memo FROM ONLY app.contacts',
  'vip contacts': 'SELECT id, level, memo FROM app.vip_contacts',
  'tickets by day': 'SELECT opened, count(*) FROM app.tickets GROUP BY 1 ORDER BY 1',
  'tickets, locked': {
    steps: ['BEGIN', 'SELECT id, opened FROM app.tickets ORDER BY id FOR UPDATE', 'COMMIT'],
    reads: true,
  },
  'a view, region': 'SELECT id, region FROM app.people_view ORDER BY id',
  'a view, count': 'SELECT count(*) FROM app.people_joined',
  'a view, sum': 'SELECT sum(amount) FROM app.people_joined',
  'a kept view, ids': 'SELECT id FROM app.people_kept ORDER BY id',
  'a kept view, year': 'SELECT id, extract(year FROM birth) FROM app.people_kept ORDER BY id',
  'ctid and tableoid': 'SELECT ctid, tableoid::regclass, id FROM app.people ORDER BY id',
  'primary key lookup': { steps: 'SELECT id, name, note FROM app.people WHERE id = 2' },
  'group by the key': {
    steps:
      'SELECT p.id, p.note, p.region, count(*) FROM app.people p JOIN app.orders o ON o.person_id = p.id GROUP BY p.id ORDER BY p.id',
  },
  'group by the key, with a masked column': {
    steps:
      'SELECT p.id, p.email, p.note, count(*) FROM app.people p JOIN app.orders o ON o.person_id = p.id GROUP BY p.id ORDER BY p.id',
    masked: ['email'],
  },
  'a qualified name': 'SELECT app.people.id, people.note FROM app.people ORDER BY people.id',
  'columns by alias':
    'SELECT q.a, q.n FROM (SELECT id AS a, note AS n FROM app.people) q ORDER BY 1',
  'natural join':
    'SELECT count(*) FROM (SELECT id, note FROM app.people) a NATURAL JOIN (SELECT id, region FROM app.people) b',
  'update of an open column': [
    "UPDATE app.people SET note = 'seen' WHERE id = 1",
    'SELECT id, note FROM app.people ORDER BY id',
  ],
  'update with a computed value': [
    "UPDATE app.people SET note = note || '!' WHERE region = 'eu'",
    'SELECT id, note FROM app.people ORDER BY id',
  ],
  'update RETURNING': "UPDATE app.people SET note = 'seen' WHERE id = 2 RETURNING id, note",
  'update from another table': [
    'UPDATE app.people p SET note = o.status FROM app.orders o WHERE o.person_id = p.id AND o.id % 10 = 1',
    'SELECT id, note FROM app.people ORDER BY id',
  ],
  'insert a person': [
    "INSERT INTO app.people (id, name, email, region) VALUES (50, 'New One', 'new@example.com', 'eu') RETURNING id, region",
    'SELECT count(*) FROM app.people',
  ],
  'insert or update': [
    "INSERT INTO app.people (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET note = 'again'",
    'SELECT note FROM app.people WHERE id = 1',
  ],
  'insert, nothing on conflict':
    "INSERT INTO app.people (id, name) VALUES (1, 'x') ON CONFLICT DO NOTHING",
  'delete by key': ['DELETE FROM app.orders WHERE id = 10', 'SELECT count(*) FROM app.orders'],
  'delete by another table': [
    "DELETE FROM app.orders o USING app.people p WHERE p.id = o.person_id AND p.region = 'us'",
    'SELECT count(*) FROM app.orders',
  ],
  'own rows, made': [
    "INSERT INTO app.regional VALUES (90, 'eu', 'mine', 5), (91, 'eu', NULL, 6) RETURNING *",
    "SELECT * FROM app.regional WHERE region = 'eu' ORDER BY id",
  ],
  'own rows, made of a query': [
    "INSERT INTO app.regional (id, region, amount) SELECT id + 100, region, amount FROM app.regional WHERE region = 'eu' RETURNING id",
    "SELECT id, amount FROM app.regional WHERE region = 'eu' ORDER BY id",
  ],
  'own rows, made or changed':
    "INSERT INTO app.regional VALUES (1, 'eu', 'x', 1) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, region = excluded.region RETURNING *",
  'own rows, their region set':
    "UPDATE app.regional SET region = 'eu', amount = 0 WHERE id = 1 RETURNING *",
  'own rows, merged': {
    since: 15,
    steps: [
      "MERGE INTO app.regional r USING (VALUES (1), (95)) v(i) ON r.id = v.i WHEN MATCHED THEN UPDATE SET amount = 7 WHEN NOT MATCHED THEN INSERT VALUES (v.i, 'eu', 'new', 8)",
      "SELECT id, amount FROM app.regional WHERE region = 'eu' ORDER BY id",
    ],
  },
  'update where a masked column is there':
    "UPDATE app.people SET note = 'has one' WHERE email IS NOT NULL RETURNING id, note",
  'all of a new row, given back and counted':
    "WITH i AS (INSERT INTO app.people (id, name, region) VALUES (51, 'x', 'eu') RETURNING *) SELECT id, region, note FROM i",
  'insert or update of a masked column': [
    "INSERT INTO app.people (id, name, national_id) VALUES (1, 'x', 'N 1') ON CONFLICT (id) DO UPDATE SET national_id = excluded.national_id RETURNING id",
    'SELECT count(national_id) FROM app.people',
  ],
  'own rows, changed': [
    "UPDATE app.regional SET amount = amount + 1 WHERE region = 'eu'",
    "SELECT amount FROM app.regional WHERE region = 'eu' ORDER BY 1",
  ],
});
