import { attacks } from '../attack.js';
import { outside } from '../steps.js';

/** Where the server keeps values beside the tables: statistics, definitions, what sessions run. */
export const statistics = attacks('statistics', {
  pg_stats: "SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename = 'people'",
  'pg_stats qualified':
    "SELECT histogram_bounds::text FROM pg_catalog.pg_stats WHERE schemaname = 'app'",
  'pg_stats as a whole row': 'SELECT s FROM pg_stats s',
  'pg_stats in a subquery':
    'SELECT count(*), (SELECT string_agg(histogram_bounds::text, chr(10)) FROM pg_stats) FROM app.products',
  'pg_stats in EXISTS, letter by letter':
    "SELECT h FROM pg_stats s, LATERAL unnest(histogram_bounds::text::text[]) h WHERE attname = 'email'",
  'pg_stats for a table with a join':
    'SELECT s.histogram_bounds FROM pg_class c JOIN pg_stats s ON s.tablename = c.relname',
  "pg_stats by a view of one's own": [
    'CREATE VIEW scratch.s AS SELECT attname, histogram_bounds::text AS h FROM pg_stats',
    'SELECT * FROM scratch.s',
  ],
  'pg_stats into a table': [
    "CREATE TABLE scratch.s AS SELECT attname, histogram_bounds::text AS h FROM pg_stats WHERE schemaname = 'app'",
    'SELECT * FROM scratch.s',
  ],
  'pg_stats by COPY': "COPY (SELECT * FROM pg_stats WHERE schemaname = 'app') TO STDOUT",
  'pg_stats by TABLE': 'TABLE pg_stats',
  'pg_stats of the view kept':
    "SELECT histogram_bounds FROM pg_stats WHERE tablename = 'people_kept'",
  'pg_stats of an index': {
    role: 'keeper',
    steps: [
      'CREATE INDEX people_up ON app.people (upper(email))',
      'ANALYZE app.people',
      "SELECT histogram_bounds FROM pg_stats WHERE tablename = 'people_up'",
    ],
  },
  'pg_stats of a partition':
    "SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename LIKE 'segments%' OR tablename = 'tickets'",
  'pg_stats of the heir': "SELECT * FROM pg_stats WHERE tablename IN ('contacts', 'regional')",
  'pg_stats under search_path': ['SET search_path = scratch, pg_catalog', 'SELECT * FROM pg_stats'],
  'pg_stats by a cursor': [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT * FROM pg_stats',
    'FETCH ALL FROM c',
  ],
  'pg_stats prepared': ['PREPARE p AS SELECT * FROM pg_stats', 'EXECUTE p'],
  'pg_stats in a function': [
    "CREATE FUNCTION scratch.s() RETURNS SETOF text LANGUAGE sql AS 'SELECT histogram_bounds::text FROM pg_stats'",
    'SELECT scratch.s()',
  ],
  'pg_stats in a join with USING':
    "SELECT * FROM (VALUES ('people'::name)) v(tablename) JOIN pg_stats USING (tablename)",
  pg_stats_ext: { steps: 'SELECT most_common_vals FROM pg_stats_ext', role: 'keeper' },
  pg_stats_ext_exprs: {
    role: 'keeper',
    since: 14,
    steps: [
      'CREATE STATISTICS app.e ON (upper(email)) FROM app.people',
      'ANALYZE app.people',
      'SELECT histogram_bounds FROM pg_stats_ext_exprs',
    ],
  },
  pg_statistic: { steps: 'SELECT stavalues1, stavalues2 FROM pg_statistic', role: 'chief' },
  'pg_statistic of one column': {
    steps: "SELECT stavalues1::text FROM pg_statistic WHERE starelid = 'app.people'::regclass",
    role: 'chief',
  },
  'pg_statistic as a row': { steps: 'SELECT s::text FROM pg_statistic s', role: 'chief' },
  pg_statistic_ext_data: {
    role: 'chief',
    steps: 'SELECT (pg_mcv_list_items(stxdmcv)).* FROM pg_statistic_ext_data',
  },
  'pg_mcv_list_items in FROM': {
    role: 'chief',
    steps: 'SELECT i.values FROM pg_statistic_ext_data d, pg_mcv_list_items(d.stxdmcv) i',
  },
  "statistics of one's own": {
    role: 'keeper',
    steps: [
      'CREATE STATISTICS scratch.own (mcv) ON email, salary FROM app.people',
      'ANALYZE app.people',
      "SELECT most_common_vals FROM pg_stats_ext WHERE statistics_name = 'own'",
    ],
  },
  'statistics of a copy': [
    'CREATE TABLE scratch.c AS SELECT email, name FROM app.people',
    'ANALYZE scratch.c',
    "SELECT histogram_bounds FROM pg_stats WHERE schemaname = 'scratch'",
  ],
  'what another session runs': [
    outside("SELECT 'zqexymenum'"),
    'SELECT query FROM pg_stat_activity',
  ],
  'what another session runs, by the function': [
    outside("SELECT 'zqexymenum'"),
    'SELECT query FROM pg_stat_get_activity(NULL)',
  ],
  'what another session runs, by its number': [
    outside("SELECT 'zqexymenum'"),
    'SELECT pg_stat_get_backend_activity(i) FROM generate_series(1, 60) i',
  ],
  'what another session runs, as a row': [
    outside("SELECT 'zqexymenum'"),
    'SELECT a::text FROM pg_stat_activity a',
  ],
  'what another session runs, as JSON': [
    outside("SELECT 'zqexymenum'"),
    'SELECT to_jsonb(a) FROM pg_stat_activity a',
  ],
  'what another session runs, in a join': [
    outside("SELECT 'zqexymenum'"),
    'SELECT a.query FROM pg_locks l JOIN pg_stat_activity a USING (pid) RIGHT JOIN pg_stat_activity b ON b.pid = a.pid UNION ALL SELECT query FROM pg_stat_activity',
  ],
});
