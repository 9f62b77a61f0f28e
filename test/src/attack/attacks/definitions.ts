import { attacks } from '../attack.js';

/** Values within the definitions of objects. */
export const definitions = attacks('definitions', {
  attmissingval: 'SELECT attmissingval FROM pg_attribute WHERE atthasmissing',
  'attmissingval as a row': 'SELECT a::text FROM pg_attribute a WHERE atthasmissing',
  'attmissingval by a star': "SELECT * FROM pg_attribute WHERE attrelid = 'app.late'::regclass",
  'attmissingval as JSON':
    "SELECT to_jsonb(a) ->> 'attmissingval' FROM pg_attribute a WHERE atthasmissing",
  'attmissingval by COPY': 'COPY pg_attribute (attmissingval) TO STDOUT',
  'partition bounds':
    'SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relispartition',
  'partition bounds, raw': 'SELECT relpartbound FROM pg_class WHERE relispartition',
  'partition constraint':
    'SELECT pg_get_partition_constraintdef(oid) FROM pg_class WHERE relispartition',
  'partition bounds in a join':
    'SELECT pg_get_expr(c.relpartbound, c.oid, true) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid',
  'predicate of an index':
    'SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indpred IS NOT NULL',
  'definition of an index':
    'SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indpred IS NOT NULL',
  'definition of an index, pretty':
    'SELECT pg_get_indexdef(indexrelid, 0, true) FROM pg_index WHERE indpred IS NOT NULL',
  pg_indexes: "SELECT indexdef FROM pg_indexes WHERE schemaname = 'app'",
  'a default, inserted': 'INSERT INTO app.tickets (id) VALUES (90) RETURNING body',
  'a default, inserted and read': [
    'INSERT INTO app.tickets (id) VALUES (91)',
    'SELECT body FROM app.tickets WHERE id = 91',
  ],
  'index copied with LIKE': [
    'CREATE TABLE scratch.t (LIKE app.tickets INCLUDING INDEXES)',
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'scratch'",
  ],
  "a constraint of one's own with a subquery's value": [
    "SELECT format('ALTER TABLE scratch.box ADD CHECK (v <> %L)', email) FROM app.people",
  ],
});
