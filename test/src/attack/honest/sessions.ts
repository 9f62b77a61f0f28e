import { bind, extended, raw } from '../steps.js';
import { honest } from '../work.js';
import { say } from '../../wire/raw-client.js';

/** What drivers and pools say before and between. */
export const sessions = honest('sessions', {
  'SELECT 1': 'SELECT 1',
  'an empty query': raw([say.query('')]),
  'a comment alone': '-- ping',
  version: 'SELECT version()',
  SHOW: 'SHOW server_version',
  'SHOW ALL': { steps: 'SELECT count(*) > 100 FROM pg_settings' },
  'transaction isolation': ['SHOW transaction_isolation', 'SHOW TRANSACTION ISOLATION LEVEL'],
  'SET of several': [
    "SET application_name = 'job'",
    "SET statement_timeout = '30s'",
    'SET lock_timeout = 1000',
    'SHOW statement_timeout',
  ],
  'SET SESSION CHARACTERISTICS': [
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
    'SHOW default_transaction_read_only',
  ],
  'SET TIME ZONE': ["SET TIME ZONE 'Europe/Berlin'", "SELECT timestamptz '2026-01-01 00:00+00'"],
  search_path: [
    'SET search_path TO app, public',
    'SELECT count(*) FROM products',
    'SHOW search_path',
  ],
  'search_path, local': [
    'BEGIN',
    'SET LOCAL search_path = scratch',
    'SELECT count(*) FROM notes',
    'COMMIT',
    'SHOW search_path',
  ],
  current_schemas: 'SELECT current_schema(), current_schemas(true)',
  set_config: "SELECT set_config('my.tenant', '7', false), current_setting('my.tenant')",
  'RESET ALL': ["SET work_mem = '8MB'", 'RESET ALL', 'SHOW work_mem'],
  'DISCARD ALL': ['DISCARD ALL', 'SELECT 1'],
  'DEALLOCATE ALL': 'DEALLOCATE ALL',
  user: 'SELECT current_user, session_user, current_role',
  encoding: ["SET client_encoding = 'UTF8'", 'SHOW client_encoding', "SELECT 'größe 名前'"],
  'date style': ["SET datestyle = 'ISO, DMY'", "SELECT date '2026-02-03'"],
  'read only': ['BEGIN READ ONLY', 'SELECT count(*) FROM app.products', 'COMMIT'],
  serializable: [
    'BEGIN ISOLATION LEVEL SERIALIZABLE',
    'SELECT sum(price) FROM app.products',
    'COMMIT',
  ],
  nested: ['BEGIN', 'SAVEPOINT a', 'SAVEPOINT b', 'RELEASE a', 'COMMIT'],
  'START TRANSACTION': ['START TRANSACTION', 'SELECT 1', 'END'],
  'COMMIT AND CHAIN': ['BEGIN', 'COMMIT AND CHAIN', 'ROLLBACK'],
  PREPARE: [
    'PREPARE q(int) AS SELECT title FROM app.products WHERE id = $1',
    'EXECUTE q(1)',
    'EXECUTE q(2)',
    'DEALLOCATE q',
  ],
  cursor: [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT id FROM app.products ORDER BY id',
    'FETCH 3 FROM c',
    'MOVE 5 IN c',
    'FETCH 2 FROM c',
    'CLOSE c',
    'COMMIT',
  ],
  'cursor, scroll': [
    'BEGIN',
    'DECLARE c SCROLL CURSOR FOR SELECT id FROM app.products ORDER BY id',
    'FETCH LAST FROM c',
    'FETCH PRIOR FROM c',
    'COMMIT',
  ],
  'cursor, hold': [
    'DECLARE c CURSOR WITH HOLD FOR SELECT id FROM app.products ORDER BY id',
    'FETCH 2 FROM c',
    'CLOSE c',
  ],
  'cursor over masked': {
    steps: [
      'BEGIN',
      'DECLARE c CURSOR FOR SELECT id, email FROM app.people ORDER BY id',
      'FETCH 2 FROM c',
      'COMMIT',
    ],
    masked: ['email'],
  },
  EXPLAIN: 'EXPLAIN (COSTS OFF) SELECT * FROM app.products WHERE id = 1',
  'EXPLAIN ANALYZE':
    'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT count(*) FROM app.products',
  'EXPLAIN JSON': 'EXPLAIN (FORMAT JSON, COSTS OFF) SELECT * FROM app.events WHERE id = 5',
  extended: extended('SELECT id, title, price FROM app.products WHERE id < $1::int ORDER BY id', [
    '5',
  ]),
  'extended, binary': extended(
    'SELECT id, title, price, stock FROM app.products WHERE id < $1::int ORDER BY id',
    ['5'],
    'binary',
  ),
  'extended, masked table': extended('SELECT id, note FROM app.people WHERE id = $1', ['2']),
  'extended, named': [
    raw([
      say.parse('SELECT title FROM app.products WHERE id = $1', 's1'),
      say.describe('S', 's1'),
      say.sync(),
    ]),
    raw([bind(['3'], false, 's1'), say.execute(), say.sync()]),
    raw([say.close('S', 's1'), say.sync()]),
  ],
  'extended, in pieces': raw([
    say.parse('SELECT id FROM app.products ORDER BY id'),
    bind([]),
    say.execute('', 3),
    say.execute('', 3),
    say.sync(),
  ]),
  'extended, pipeline': raw([
    ...[say.parse('SELECT 1'), bind([]), say.execute()],
    ...[say.parse('SELECT 2'), bind([]), say.execute(), say.sync()],
  ]),
  'several statements': 'SELECT 1; SELECT count(*) FROM app.products; SELECT 3',
  generate_series: 'SELECT generate_series(1, 5)',
  'now in a transaction': ['BEGIN', 'SELECT now() = now()', 'COMMIT'],
  'a wrong name': { steps: "SELECT to_regclass('app.nothing')" },
  LOCK: ['BEGIN', 'LOCK TABLE scratch.box IN SHARE MODE', 'COMMIT'],
  pg_is_in_recovery: 'SELECT pg_is_in_recovery()',
  'read only?': "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')",
  'application_name from the start': {
    steps: 'SHOW application_name',
    settings: { application_name: 'trainer' },
  },
  'options from the start': {
    steps: ['SHOW search_path', 'SELECT count(*) FROM products'],
    settings: { options: '-c search_path=app -c geqo=off' },
  },
  sizes: "SELECT pg_size_pretty(pg_relation_size('app.products'))",
  locks: 'SELECT count(*) >= 0 FROM pg_locks WHERE NOT granted',
  'statistics of tables': "SELECT count(*) FROM pg_stat_user_tables WHERE schemaname = 'app'",
  'statistics of the database':
    'SELECT datname = current_database(), numbackends > 0 FROM pg_stat_database WHERE datname = current_database()',
  'own backend': 'SELECT state, usename FROM pg_stat_activity WHERE pid = pg_backend_pid()',
  'number of sessions':
    'SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()',
  replication: 'SELECT count(*) FROM pg_stat_replication',
  bgwriter: 'SELECT count(*) FROM pg_stat_bgwriter',
  'unused indexes':
    "SELECT indexrelname FROM pg_stat_user_indexes WHERE schemaname = 'scratch' AND idx_scan = 0 ORDER BY 1",
  'bloat by tuples':
    "SELECT relname, n_live_tup >= 0 FROM pg_stat_user_tables WHERE schemaname = 'scratch' ORDER BY 1",
  'age of ids': "SELECT datname, age(datfrozenxid) > 0 FROM pg_database WHERE datname = 'postgres'",
});
