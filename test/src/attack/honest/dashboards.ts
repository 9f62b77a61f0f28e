import { extended } from '../steps.js';
import { honest } from '../work.js';

/** dbt, Metabase, Grafana, Superset and the like: their catalogues, their panels. */
export const dashboards = honest('dashboards', {
  'dbt schemas': 'select distinct nspname from pg_namespace order by 1',
  'dbt relations':
    "select 'planted' as database, tablename as name, schemaname as schema, 'table' as type from pg_tables where schemaname ilike 'app' union all select 'planted', viewname, schemaname, 'view' from pg_views where schemaname ilike 'app' union all select 'planted', matviewname, schemaname, 'materialized_view' from pg_matviews where schemaname ilike 'app' order by 2",
  'dbt columns':
    "select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale from information_schema.columns where table_name = 'products' and table_schema = 'app' order by ordinal_position",
  'dbt catalog':
    "select sch.nspname as table_schema, tbl.relname as table_name, case tbl.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'BASE TABLE' end as table_type, tbl_desc.description as table_comment, col.attname as column_name, col.attnum as column_index, pg_catalog.format_type(col.atttypid, col.atttypmod) as column_type, col_desc.description as column_comment, pg_get_userbyid(tbl.relowner) as table_owner from pg_catalog.pg_namespace sch join pg_catalog.pg_class tbl on tbl.relnamespace = sch.oid join pg_catalog.pg_attribute col on col.attrelid = tbl.oid left outer join pg_catalog.pg_description tbl_desc on (tbl_desc.objoid = tbl.oid and tbl_desc.objsubid = 0) left outer join pg_catalog.pg_description col_desc on (col_desc.objoid = tbl.oid and col_desc.objsubid = col.attnum) where upper(sch.nspname) = 'APP' and not pg_is_other_temp_schema(sch.oid) and tbl.relpersistence in ('p', 'u') and tbl.relkind in ('r', 'v', 'f', 'p', 'm') and col.attnum > 0 and not col.attisdropped order by 1, 2, 6",
  'dbt dependencies':
    "with relation as (select pg_rewrite.ev_class as class, pg_rewrite.oid as id from pg_rewrite), class as (select oid as id, relname as name, relnamespace as schema, relkind as kind from pg_class), dependency as (select distinct pg_depend.objid as id, pg_depend.refobjid as ref from pg_depend) select referenced.name, dependent.name from dependency join class as referenced on dependency.ref = referenced.id join relation on relation.id = dependency.id join class as dependent on relation.class = dependent.id where referenced.name != dependent.name and referenced.schema = 'app'::regnamespace order by 1, 2",
  'dbt model as a table': [
    'begin',
    'create table scratch.model__dbt_tmp as (select stock, count(*) as n, sum(price) as worth from app.products group by 1)',
    'alter table scratch.model__dbt_tmp rename to model',
    'commit',
    'select * from scratch.model order by 1',
  ],
  'dbt model as a view': [
    'create view scratch.model__dbt_tmp as (select id, kind from app.events)',
    'alter view scratch.model__dbt_tmp rename to model',
    'select count(*) from scratch.model',
  ],
  'dbt model again': [
    'create table scratch.model as (select 1 as a)',
    'begin',
    'create table scratch.model__dbt_tmp as (select 2 as a)',
    'alter table scratch.model rename to model__dbt_backup',
    'alter table scratch.model__dbt_tmp rename to model',
    'commit',
    'drop table if exists scratch.model__dbt_backup cascade',
    'select a from scratch.model',
  ],
  'dbt incremental': [
    'create table scratch.model as (select id, kind from app.events where id <= 100)',
    'create temporary table "model__tmp" as (select id, kind from app.events where id > (select max(id) from scratch.model))',
    'delete from scratch.model where (id) in (select (id) from "model__tmp")',
    'insert into scratch.model (id, kind) (select id, kind from "model__tmp")',
    'select count(*) from scratch.model',
  ],
  'dbt snapshot': {
    steps: [
      "create table scratch.snap as (select id, sku, price, md5(coalesce(cast(id as varchar), '') || '|' || coalesce(cast(price as varchar), '')) as dbt_scd_id, timestamp '2026-01-01' as dbt_valid_from, nullif(timestamp '2026-01-01', timestamp '2026-01-01') as dbt_valid_to from app.products)",
      'select count(*), count(dbt_valid_to) from scratch.snap',
    ],
  },
  'dbt test, unique':
    'select count(*) as failures, count(*) != 0 as should_warn from (select id as unique_field, count(*) as n_records from app.products where id is not null group by id having count(*) > 1) dbt_internal_test',
  'dbt test, not null':
    'select count(*) as failures from (select id from app.people where email is null) dbt_internal_test',
  'dbt test, relationships':
    'with child as (select person_id as from_field from app.orders where person_id is not null), parent as (select id as to_field from app.people) select count(*) from child left join parent on child.from_field = parent.to_field where parent.to_field is null',
  'dbt test, accepted values':
    "with all_values as (select status as value_field, count(*) as n_records from app.orders group by status) select count(*) from all_values where value_field not in ('new', 'paid', 'sent')",
  'dbt test, unique masked':
    'select count(*) from (select email from app.people where email is not null group by email having count(*) > 1) dbt_internal_test',
  'dbt freshness':
    "select max(at) as max_loaded_at, max(at) > timestamptz '2020-01-01' from app.events",
  'dbt grants':
    "select grantee, privilege_type from information_schema.role_table_grants where grantor = current_role and grantee != current_role and table_schema = 'scratch' and table_name = 'notes'",
  'dbt seed': [
    'create table scratch.seed (country text, code text)',
    "insert into scratch.seed (country, code) values ('a', 'x'), ('b', 'y')",
    'select * from scratch.seed order by 1',
  ],
  'Metabase sync, tables': extended(
    "SELECT n.nspname AS schema, c.relname AS name, CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'v' THEN 'VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'm' THEN 'MATERIALIZED VIEW' END AS type, d.description, stat.n_live_tup >= 0 AS estimated FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON c.relnamespace = n.oid LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0) LEFT JOIN pg_stat_user_tables stat ON (n.nspname = stat.schemaname AND c.relname = stat.relname) WHERE c.relnamespace = n.oid AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'f', 'm') ORDER BY type, schema, name",
  ),
  'Metabase sync, privileges':
    "SELECT nspname, relname, has_table_privilege(c.oid, 'SELECT'), has_any_column_privilege(c.oid, 'UPDATE') FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'app' AND relkind IN ('r', 'v', 'm', 'p') ORDER BY 2",
  'Metabase sync, enums':
    'SELECT nspname, typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid IN (SELECT DISTINCT enumtypid FROM pg_enum) ORDER BY 2',
  'Metabase fingerprint':
    'SELECT "source"."id" AS "id", "source"."title" AS "title", SUBSTRING("source"."title", 1, 1234) AS "substring" FROM (SELECT "app"."products"."id" AS "id", "app"."products"."title" AS "title" FROM "app"."products") AS "source" ORDER BY 1 LIMIT 10000',
  'Metabase question by month':
    'SELECT DATE_TRUNC(\'month\', "app"."orders"."placed") AS "placed", SUM("app"."orders"."amount") AS "sum" FROM "app"."orders" GROUP BY DATE_TRUNC(\'month\', "app"."orders"."placed") ORDER BY 1 ASC',
  'Metabase question with a join':
    'SELECT "People"."region" AS "People__region", COUNT(*) AS "count" FROM "app"."orders" LEFT JOIN "app"."people" AS "People" ON "app"."orders"."person_id" = "People"."id" GROUP BY "People"."region" ORDER BY "People"."region" ASC',
  'Metabase rows of a table': {
    steps:
      'SELECT "app"."people"."id" AS "id", "app"."people"."name" AS "name", "app"."people"."email" AS "email", "app"."people"."region" AS "region" FROM "app"."people" ORDER BY "app"."people"."id" LIMIT 1048575',
    masked: ['name', 'email'],
  },
  'Metabase comment in front':
    '-- Metabase:: userID: 1 queryType: MBQL queryHash: 00\nSELECT count(*) AS "count" FROM "app"."events"',
  'Metabase bins':
    'SELECT FLOOR("app"."products"."price" / 12.5) * 12.5 AS "price", COUNT(*) FROM "app"."products" GROUP BY FLOOR("app"."products"."price" / 12.5) * 12.5 ORDER BY 1',
  'Grafana time series':
    "SELECT floor(extract(epoch from at) / 86400) * 86400 AS \"time\", kind AS metric, count(*) AS value FROM app.events WHERE at BETWEEN '2026-01-01T00:00:00Z' AND '2026-02-01T00:00:00Z' GROUP BY 1, 2 ORDER BY 1, 2",
  'Grafana table':
    "SELECT at AS \"time\", kind, payload ->> 'n' AS n FROM app.events WHERE at > '2026-01-20' ORDER BY 1 LIMIT 50",
  'Grafana variables': 'SELECT DISTINCT kind AS __text, kind AS __value FROM app.events ORDER BY 1',
  'Grafana tables':
    "SELECT CASE WHEN quote_ident(table_schema) IN (SELECT CASE WHEN trim(s[i]) = '\"$user\"' THEN user ELSE trim(s[i]) END FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1), array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS i, string_to_array(current_setting('search_path'), ',') s) THEN quote_ident(table_name) ELSE quote_ident(table_schema) || '.' || quote_ident(table_name) END AS \"table\" FROM information_schema.tables WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog') ORDER BY 1",
  'Grafana columns':
    'SELECT quote_ident(column_name) AS "column", data_type AS "type" FROM information_schema.columns WHERE quote_ident(table_schema) || \'.\' || quote_ident(table_name) = \'app.events\' ORDER BY 1',
  'Grafana alert': "SELECT count(*) > 1000 FROM app.events WHERE kind = 'buy'",
  'Superset tables':
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'app' AND c.relkind IN ('r', 'p') ORDER BY 1",
  'Superset wrapped query': {
    steps:
      'SELECT * FROM (SELECT id, email, region FROM app.people) AS virtual_table ORDER BY id LIMIT 1000',
    masked: ['email'],
  },
  'Superset chart':
    "SELECT DATE_TRUNC('week', at) AS __timestamp, kind AS kind, COUNT(*) AS count FROM app.events WHERE at >= TO_TIMESTAMP('2026-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') AND at < TO_TIMESTAMP('2026-02-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') GROUP BY DATE_TRUNC('week', at), kind ORDER BY 1, 2 LIMIT 50000",
  'Superset estimate': 'EXPLAIN (COSTS OFF) SELECT count(*) FROM app.events GROUP BY kind',
  'Superset series limit':
    'SELECT kind, count(*) FROM app.events JOIN (SELECT kind AS k__, count(*) AS mme FROM app.events GROUP BY 1 ORDER BY mme DESC, 1 LIMIT 2) AS series_limit ON kind = k__ GROUP BY 1 ORDER BY 1',
  'Tableau temporary probe': [
    'CREATE LOCAL TEMPORARY TABLE "#Tableau_probe" ("COL" INTEGER) ON COMMIT PRESERVE ROWS',
    'DROP TABLE "#Tableau_probe"',
  ],
  'Tableau cursor': [
    'BEGIN',
    'DECLARE "SQL_CUR0" CURSOR FOR SELECT "orders"."status" AS "status", SUM("orders"."amount") AS "sum:amount:ok" FROM "app"."orders" "orders" GROUP BY 1 ORDER BY 1',
    'FETCH 2048 IN "SQL_CUR0"',
    'CLOSE "SQL_CUR0"',
    'COMMIT',
  ],
  'Power BI folding':
    'select "rows"."status" as "status", sum("rows"."amount") as "a" from (select "status", "amount" from "app"."orders" "$Table") "rows" group by "status" order by 1',
  'Redash schema':
    "SELECT s.nspname as table_schema, c.relname as table_name, a.attname as column_name, null as column_type FROM pg_class c JOIN pg_namespace s ON c.relnamespace = s.oid AND s.nspname NOT IN ('pg_catalog', 'information_schema') JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('m', 'f', 'p', 'r', 'v') AND has_table_privilege(c.oid, 'select') ORDER BY 1, 2, 3",
  'Looker derived table': [
    'CREATE TABLE scratch.lr_x AS SELECT kind, count(*) AS n FROM app.events GROUP BY 1',
    'SELECT lr."kind", COALESCE(SUM(lr."n"), 0) FROM scratch.lr_x AS lr GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500',
  ],
  'DBeaver session': [
    "SET application_name = 'DBeaver'",
    'SHOW search_path',
    'SELECT db.oid > 0 FROM pg_catalog.pg_database db WHERE datname = current_database()',
    "select string_agg(word, ',') is not null from pg_catalog.pg_get_keywords() where word <> ALL ('{a,abs}'::text[])",
  ],
  'DBeaver tables':
    "SELECT c.oid, c.*, d.description, NULL AS partition_expr FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass WHERE c.relnamespace = 'scratch'::regnamespace AND c.relkind NOT IN ('i', 'I', 'c') ORDER BY c.oid",
  'DBeaver columns':
    "SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value, dsc.description FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid) LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum) LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid) WHERE NOT a.attisdropped AND c.oid = 'scratch.notes'::regclass ORDER BY a.attnum",
  'pgAdmin dashboard':
    "SELECT 'session_stats' AS chart_name, (SELECT count(*) > 0 FROM pg_catalog.pg_stat_activity WHERE datname = current_database()) AS total",
  'pgAdmin tree':
    "SELECT rel.oid, rel.relname AS name, (SELECT count(*) FROM pg_trigger WHERE tgrelid = rel.oid AND tgisinternal = FALSE) AS triggercount, (SELECT count(1) FROM pg_inherits WHERE inhrelid = rel.oid LIMIT 1) as is_inherits FROM pg_class rel WHERE rel.relkind IN ('r', 's', 't', 'p') AND rel.relnamespace = 'app'::regnamespace AND NOT rel.relispartition ORDER BY rel.relname",
  'Airbyte discovery':
    "SELECT t.table_schema, t.table_name, c.column_name, c.udt_name FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name) WHERE t.table_schema = 'app' ORDER BY 1, 2, c.ordinal_position",
  'Airbyte sync': {
    steps: [
      'BEGIN',
      'DECLARE ab CURSOR FOR SELECT id, email, amount FROM app.orders WHERE id > 20 ORDER BY id',
      'FETCH 1000 FROM ab',
      'COMMIT',
    ],
    masked: ['email'],
  },
  'Airflow sensor': "SELECT count(*) FROM app.events WHERE at::date = DATE '2026-01-05'",
  'Great Expectations':
    'SELECT count(*) AS n, sum(CASE WHEN price IS NULL THEN 1 ELSE 0 END) AS nulls, min(price), max(price) FROM app.products',
  'Feast point in time':
    "WITH entities AS (SELECT id AS person_id, timestamptz '2026-02-20' AS event_timestamp FROM app.people) SELECT e.person_id, o.amount FROM entities e LEFT JOIN LATERAL (SELECT amount FROM app.orders o WHERE o.person_id = e.person_id AND o.placed <= e.event_timestamp ORDER BY placed DESC LIMIT 1) o ON true ORDER BY 1",
  'features for training': {
    steps:
      'SELECT p.id, extract(year FROM p.birth)::int AS born, p.region, count(o.id) AS orders, avg(o.amount) AS mean, p.email FROM app.people p LEFT JOIN app.orders o ON o.person_id = p.id GROUP BY p.id ORDER BY p.id',
    masked: ['email'],
  },
  'training batches by key': {
    steps: [
      extended('SELECT id, email, note FROM app.people WHERE id > $1 ORDER BY id LIMIT 2', ['0']),
      extended('SELECT id, email, note FROM app.people WHERE id > $1 ORDER BY id LIMIT 2', ['2']),
    ],
    masked: ['email'],
  },
  'training by COPY':
    'COPY (SELECT id, region, extract(year FROM birth) FROM app.people ORDER BY id) TO STDOUT (FORMAT csv)',
  'exporter of metrics':
    "SELECT datname, xact_commit >= 0, blks_read >= 0 FROM pg_stat_database WHERE datname = 'postgres'",
  'exporter of locks':
    "SELECT pg_database.datname, tmp.mode, COALESCE(count, 0) >= 0 FROM (VALUES ('accesssharelock'), ('exclusivelock')) AS tmp(mode) CROSS JOIN pg_database LEFT JOIN (SELECT database, lower(mode) AS mode, count(*) AS count FROM pg_locks WHERE database IS NOT NULL GROUP BY database, lower(mode)) AS tmp2 ON tmp.mode = tmp2.mode AND pg_database.oid = tmp2.database WHERE datname = 'postgres' ORDER BY 1, 2",
  'exporter of settings':
    "SELECT name, vartype FROM pg_settings WHERE vartype IN ('bool', 'integer', 'real') ORDER BY 1 LIMIT 50",
  'exporter of sessions':
    "SELECT state, count(*) >= 0 FROM pg_stat_activity WHERE datname = 'postgres' GROUP BY 1 ORDER BY 1",
});
