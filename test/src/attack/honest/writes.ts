import { copyIn, extended, query, second } from '../steps.js';
import { honest } from '../work.js';

/** Statements that change rows which nobody protects. */
export const writes = honest('writes', {
  INSERT: "INSERT INTO scratch.notes VALUES (3, 'three')",
  'INSERT RETURNING': "INSERT INTO scratch.notes VALUES (3, 'three') RETURNING *",
  'INSERT of many': [
    "INSERT INTO scratch.box SELECT i, 'v' || i FROM generate_series(1, 500) i",
    'SELECT count(*), max(v) FROM scratch.box',
  ],
  'INSERT with a sequence':
    "INSERT INTO app.events (kind, at, product_id) VALUES ('view', '2026-03-01', 1) RETURNING id",
  'INSERT DEFAULT VALUES': 'INSERT INTO scratch.box DEFAULT VALUES RETURNING *',
  'INSERT from a query': [
    'INSERT INTO scratch.box SELECT id, title FROM app.products WHERE stock = 3',
    'SELECT * FROM scratch.box ORDER BY 1',
  ],
  upsert:
    "INSERT INTO app.products VALUES (1, 'sku1', 'new', 9, 9) ON CONFLICT (id) DO UPDATE SET title = excluded.title, stock = products.stock + 1 RETURNING *",
  'upsert by a constraint':
    "INSERT INTO app.products VALUES (1, 'sku1', 'new', 9, 9) ON CONFLICT ON CONSTRAINT products_sku_key DO UPDATE SET title = excluded.title RETURNING title",
  'upsert with a condition':
    "INSERT INTO app.products VALUES (1, 'sku1', 'new', 9, 9) ON CONFLICT (id) DO UPDATE SET title = 'n' WHERE products.stock > 100",
  'upsert of several rows':
    "INSERT INTO app.products VALUES (1, 'sku1', 'a', 9, 9), (900, 'sku900', 'b', 9, 9) ON CONFLICT (id) DO NOTHING",
  UPDATE: [
    'UPDATE app.products SET price = price * 1.1 WHERE stock = 1',
    'SELECT sum(price) FROM app.products',
  ],
  'UPDATE FROM': [
    'UPDATE app.products p SET stock = q.n FROM (SELECT product_id, count(*)::int AS n FROM app.events GROUP BY 1) q WHERE q.product_id = p.id',
    'SELECT sum(stock) FROM app.products',
  ],
  'UPDATE of several': "UPDATE app.products SET (title, stock) = ('x', 1) WHERE id = 3 RETURNING *",
  'UPDATE by a subquery':
    'UPDATE app.products SET stock = (SELECT count(*) FROM app.events WHERE product_id = products.id) WHERE id < 4 RETURNING id, stock',
  'UPDATE of JSON':
    "UPDATE app.events SET payload = jsonb_set(payload, '{ok}', 'null') WHERE id = 1 RETURNING payload",
  'UPDATE of nothing': 'UPDATE app.products SET stock = 1 WHERE false',
  DELETE: ['DELETE FROM app.events WHERE id > 150', 'SELECT count(*) FROM app.events'],
  'DELETE USING':
    'DELETE FROM app.events e USING app.products p WHERE p.id = e.product_id AND p.stock = 2',
  'DELETE RETURNING': 'DELETE FROM scratch.notes RETURNING id, upper(body)',
  'DELETE in a CTE':
    "WITH gone AS (DELETE FROM app.events WHERE kind = 'click' RETURNING *) SELECT count(*) FROM gone",
  'moved by a CTE': [
    'WITH gone AS (DELETE FROM scratch.notes RETURNING *) INSERT INTO scratch.box SELECT * FROM gone',
    'TABLE scratch.box',
  ],
  'several writes in one': [
    "WITH a AS (INSERT INTO scratch.box VALUES (1, 'a') RETURNING *), b AS (UPDATE scratch.notes SET body = 'b' RETURNING *) SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)",
  ],
  MERGE: {
    since: 15,
    steps: [
      "MERGE INTO scratch.notes n USING (VALUES (1, 'x'), (7, 'y')) v(i, b) ON n.id = v.i WHEN MATCHED THEN UPDATE SET body = b WHEN NOT MATCHED THEN INSERT VALUES (i, b)",
      'SELECT * FROM scratch.notes ORDER BY 1',
    ],
  },
  'MERGE RETURNING': {
    since: 17,
    steps:
      "MERGE INTO scratch.notes n USING (VALUES (1, 'x')) v(i, b) ON n.id = v.i WHEN MATCHED THEN UPDATE SET body = b RETURNING merge_action(), n.*",
  },
  'MERGE that deletes': {
    since: 15,
    steps:
      'MERGE INTO scratch.notes n USING (VALUES (1)) v(i) ON n.id = v.i WHEN MATCHED THEN DELETE',
  },
  'RETURNING old and new': {
    since: 18,
    steps: 'UPDATE app.products SET stock = stock + 1 WHERE id = 1 RETURNING old.stock, new.stock',
  },
  TRUNCATE: ['TRUNCATE scratch.box', 'SELECT count(*) FROM scratch.box'],
  'COPY in': [
    copyIn('COPY scratch.box FROM STDIN', '1\tone\n2\t\\N\n'),
    'SELECT * FROM scratch.box ORDER BY id',
  ],
  'COPY in, CSV': [
    copyIn('COPY scratch.box (id, v) FROM STDIN (FORMAT csv, HEADER)', 'id,v\n1,"a,b"\n'),
    'TABLE scratch.box',
  ],
  'COPY in, old syntax': copyIn(
    "COPY scratch.box FROM STDIN WITH DELIMITER '|' NULL ''",
    '1|x\n2|\n',
  ),
  'COPY in into products': copyIn(
    'COPY app.products FROM STDIN (FORMAT csv)',
    '500,sku500,made,1.5,1\n',
  ),
  'COPY out': 'COPY app.products TO STDOUT',
  'COPY out, CSV':
    'COPY (SELECT id, sku FROM app.products ORDER BY id) TO STDOUT (FORMAT csv, HEADER)',
  'COPY out, binary': 'COPY app.product_kept TO STDOUT (FORMAT binary)'.replace(
    'app.product_kept',
    'scratch.notes',
  ),
  'COPY out of a masked table, open columns': 'COPY app.people (id, note) TO STDOUT',
  'a transaction': [
    'BEGIN',
    "INSERT INTO scratch.box VALUES (1, 'a')",
    'COMMIT',
    'TABLE scratch.box',
  ],
  'a transaction, undone': [
    'BEGIN',
    "INSERT INTO scratch.box VALUES (1, 'a')",
    'ROLLBACK',
    'TABLE scratch.box',
  ],
  savepoints: [
    'BEGIN',
    "INSERT INTO scratch.box VALUES (1, 'a')",
    'SAVEPOINT s',
    "INSERT INTO scratch.notes VALUES (81, 'undone')",
    'ROLLBACK TO s',
    'RELEASE s',
    'COMMIT',
    'TABLE scratch.box',
  ],
  'a unique violation': [
    "INSERT INTO scratch.notes VALUES (1, 'x') ON CONFLICT DO NOTHING",
    'SELECT 1',
  ],
  'two sessions': [query("INSERT INTO scratch.box VALUES (1, 'a')"), second('TABLE scratch.box')],
  'extended, parameters': extended('INSERT INTO scratch.box VALUES ($1, $2) RETURNING *', [
    '5',
    'five',
  ]),
  'extended, null': extended('INSERT INTO scratch.box VALUES ($1, $2) RETURNING v IS NULL', [
    '5',
    null,
  ]),
  'extended, array': extended('SELECT count(*) FROM app.products WHERE id = ANY ($1::int[])', [
    '{1,2,3}',
  ]),
  'a locked row': [
    'BEGIN',
    'SELECT stock FROM app.products WHERE id = 1 FOR UPDATE',
    'UPDATE app.products SET stock = 0 WHERE id = 1',
    'COMMIT',
  ],
  'SKIP LOCKED': [
    'BEGIN',
    'SELECT id FROM app.events ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED',
    'COMMIT',
  ],
  'a queue':
    'DELETE FROM app.events WHERE id = (SELECT id FROM app.events ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, kind',
  'advisory locks': ['SELECT pg_advisory_lock(7)', 'SELECT pg_advisory_unlock(7)'],
  'NOTIFY and LISTEN': ['LISTEN jobs', "NOTIFY jobs, 'go'", 'UNLISTEN *'],
  nextval: ["SELECT nextval('app.events_id_seq') > 0", 'SELECT lastval() > 0'],
});
