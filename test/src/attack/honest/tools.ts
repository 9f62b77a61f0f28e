import { extended } from '../steps.js';
import { honest } from '../work.js';

/** How mappers and drivers look at a schema, in their manner. */
export const tools = honest(
  'introspection',
  {
    'JDBC getSchemas':
      "SELECT nspname AS TABLE_SCHEM, NULL AS TABLE_CATALOG FROM pg_catalog.pg_namespace WHERE nspname <> 'pg_toast' AND (nspname !~ '^pg_temp_' OR nspname = (pg_catalog.current_schemas(true))[1]) AND (nspname !~ '^pg_toast_temp_') ORDER BY TABLE_SCHEM",
    'JDBC getTables':
      "SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME, CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'S' THEN 'SEQUENCE' WHEN 'i' THEN 'INDEX' END AS TABLE_TYPE, d.description AS REMARKS FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass) WHERE c.relnamespace = n.oid AND n.nspname LIKE 'app' ORDER BY TABLE_TYPE, TABLE_SCHEM, TABLE_NAME",
    'JDBC getColumns':
      "SELECT * FROM (SELECT n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull, a.atttypmod, a.attlen, t.typtypmod, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') AS attidentity, nullif(a.attgenerated, '') AS attgenerated, dsc.description, t.typbasetype, t.typtype FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid) JOIN pg_catalog.pg_attribute a ON (a.attrelid = c.oid) JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid) LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid = def.adrelid AND a.attnum = def.adnum) LEFT JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid) WHERE c.relkind IN ('r', 'p', 'v', 'f', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname LIKE 'app') c WHERE true ORDER BY nspname, c.relname, attnum",
    'JDBC getColumns, defaults':
      "SELECT a.attname, pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid = def.adrelid AND a.attnum = def.adnum) WHERE a.attrelid = 'app.events'::regclass AND a.attnum > 0 ORDER BY a.attnum",
    'CHECKs, of masked columns too':
      "SELECT conname, pg_get_constraintdef(oid), pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE contype = 'c' ORDER BY 1",
    'CHECKs by information_schema':
      "SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema = 'app' ORDER BY 1",
    'defaults, of masked columns too':
      'SELECT adrelid::regclass, adnum, pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY 1, 2',
    'defaults by information_schema':
      "SELECT table_name, column_name, column_default, generation_expression FROM information_schema.columns WHERE table_schema = 'app' ORDER BY 1, 2",
    'bounds of partitions that are not protected':
      "SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relispartition AND relname = 'segments_rest'",
    'JDBC getPrimaryKeys':
      "SELECT n.nspname, ct.relname, a.attname, (information_schema._pg_expandarray(i.indkey)).n AS key_seq, ci.relname AS pk_name FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid) JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid) JOIN pg_catalog.pg_index i ON (a.attrelid = i.indrelid) JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid) WHERE n.nspname = 'app' AND ct.relname = 'people' AND i.indisprimary AND a.attnum = ANY (i.indkey)",
    'JDBC getImportedKeys':
      "SELECT pkn.nspname, pkc.relname, pka.attname, fkc.relname, fka.attname, pos.n, con.conname FROM pg_catalog.pg_namespace pkn, pg_catalog.pg_class pkc, pg_catalog.pg_attribute pka, pg_catalog.pg_namespace fkn, pg_catalog.pg_class fkc, pg_catalog.pg_attribute fka, pg_catalog.pg_constraint con, pg_catalog.generate_series(1, 32) pos(n), pg_catalog.pg_class pkic WHERE pkn.oid = pkc.relnamespace AND pkc.oid = pka.attrelid AND pka.attnum = con.confkey[pos.n] AND con.confrelid = pkc.oid AND fkn.oid = fkc.relnamespace AND fkc.oid = fka.attrelid AND fka.attnum = con.conkey[pos.n] AND con.conrelid = fkc.oid AND con.contype = 'f' AND pkic.relkind IN ('i', 'I') AND pkic.oid = con.conindid AND fkc.relname = 'orders' ORDER BY con.conname, pos.n",
    'JDBC getIndexInfo':
      "SELECT ct.relname, NOT i.indisunique AS non_unique, ci.relname AS index_name, a.attnum, pg_catalog.pg_get_indexdef(ci.oid, a.attnum, false) AS column_name, am.amname, ci.reltuples, ci.relpages FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_index i ON ct.oid = i.indrelid JOIN pg_catalog.pg_class ci ON ci.oid = i.indexrelid JOIN pg_catalog.pg_attribute a ON a.attrelid = ci.oid JOIN pg_catalog.pg_am am ON ci.relam = am.oid WHERE ct.relname = 'products' ORDER BY 1, 3, 4",
    'JDBC getTypeInfo':
      "SELECT t.typname, t.oid, t.typlen FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON (t.typnamespace = n.oid) WHERE n.nspname <> 'pg_toast' AND (t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid)) ORDER BY t.oid",
    'JDBC type of a name': extended(
      'SELECT pg_type.oid, typname FROM pg_catalog.pg_type LEFT JOIN (SELECT ns.oid AS nspoid, ns.nspname, r.r FROM pg_namespace AS ns JOIN (SELECT s.r, (current_schemas(false))[s.r] AS nspname FROM generate_series(1, array_upper(current_schemas(false), 1)) AS s(r)) AS r USING (nspname)) AS sp ON sp.nspoid = typnamespace WHERE typname = $1 ORDER BY sp.r, pg_type.oid DESC',
      ['numeric'],
    ),
    'JDBC getProcedures':
      "SELECT p.proname, d.description, p.prokind, p.proname || '_' || p.oid AS specific FROM pg_catalog.pg_namespace n, pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_description d ON (p.oid = d.objoid) WHERE p.pronamespace = n.oid AND n.nspname = 'app' ORDER BY 1",
    'JDBC max identifier':
      "SELECT t.typlen FROM pg_catalog.pg_type t, pg_catalog.pg_namespace n WHERE t.typnamespace = n.oid AND t.typname = 'name' AND n.nspname = 'pg_catalog'",
    'SQLAlchemy version and schema':
      'SELECT pg_catalog.version(); SELECT current_schema(); SHOW standard_conforming_strings',
    'SQLAlchemy has_table': extended(
      "SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relname = $1 AND pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']) AND pg_catalog.pg_namespace.nspname = $2",
      ['people', 'app'],
    ),
    'SQLAlchemy get_table_names':
      "SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p']) AND pg_catalog.pg_class.relpersistence != 't' AND pg_catalog.pg_namespace.nspname = 'app' ORDER BY 1",
    'SQLAlchemy get_columns':
      "SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS format_type, (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef) AS \"default\", a.attnotnull AS not_null, c.relname AS table_name, pgd.description AS comment, a.attgenerated AS generated, (SELECT json_build_object('always', a.attidentity = 'a', 'start', s.seqstart, 'increment', s.seqincrement) FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class k ON s.seqrelid = k.oid WHERE k.relkind = 'S' AND a.attidentity != '' AND s.seqrelid = pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass::oid) AS identity_options FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_attribute a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_catalog.pg_description pgd ON pgd.objoid = a.attrelid AND pgd.objsubid = a.attnum JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']) AND n.nspname = 'app' ORDER BY c.relname, a.attnum",
    'SQLAlchemy get_pk':
      "SELECT attr.conrelid, array_agg(CAST(attr.attname AS text) ORDER BY attr.ord) AS cols, attr.conname, min(attr.description) FROM (SELECT con.conrelid, con.conname, con.description, con.ord, a.attname FROM pg_catalog.pg_attribute a JOIN (SELECT c.conrelid, c.conname, unnest(c.conkey) AS attnum, generate_subscripts(c.conkey, 1) AS ord, d.description FROM pg_catalog.pg_constraint c LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid WHERE c.contype = 'p') AS con ON a.attnum = con.attnum AND a.attrelid = con.conrelid) AS attr GROUP BY attr.conrelid, attr.conname ORDER BY 1",
    'SQLAlchemy get_foreign_keys':
      "SELECT c.relname, r.conname, CASE WHEN r.oid IS NOT NULL THEN pg_catalog.pg_get_constraintdef(r.oid, true) END, n.nspname, pg_catalog.obj_description(r.oid) FROM pg_catalog.pg_class c LEFT JOIN (pg_catalog.pg_constraint r JOIN pg_catalog.pg_class ref ON ref.oid = r.confrelid JOIN pg_catalog.pg_namespace n ON ref.relnamespace = n.oid) ON c.oid = r.conrelid AND r.contype = 'f' WHERE c.relnamespace = 'app'::regnamespace ORDER BY 1, 2",
    'SQLAlchemy get_indexes':
      "SELECT i.indrelid, c.relname, i.indisunique, i.indoption, am.amname, array_agg(CASE WHEN k.attnum = 0 THEN pg_get_indexdef(i.indexrelid, k.ord::int, true) ELSE a.attname::text END ORDER BY k.ord) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam CROSS JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY AS k(attnum, ord) LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE NOT i.indisprimary AND c.relnamespace = 'app'::regnamespace GROUP BY 1, 2, 3, 4, 5 ORDER BY 2",
    'SQLAlchemy get_enums':
      "SELECT t.typname AS name, pg_type_is_visible(t.oid) AS visible, n.nspname AS schema, l.labels FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN (SELECT enumtypid, array_agg(CAST(enumlabel AS text) ORDER BY enumsortorder) AS labels FROM pg_enum GROUP BY 1) l ON t.oid = l.enumtypid WHERE t.typtype = 'e' ORDER BY 3, 1",
    'SQLAlchemy get_view_definition':
      "SELECT pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'app' AND c.relname = 'product_view' AND c.relkind IN ('v', 'm')",
    'SQLAlchemy isolation': 'SHOW TRANSACTION ISOLATION LEVEL',
    'psycopg hstore':
      "SELECT t.oid, typarray FROM pg_type t JOIN pg_namespace ns ON typnamespace = ns.oid WHERE typname = 'hstore' AND ns.nspname = 'public'",
    'pandas to_sql, table exists':
      "SELECT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'scratch' AND table_name = 'frame')",
    'pandas read_sql': {
      steps: 'SELECT id, name, email, region, note FROM app.people ORDER BY id',
      masked: ['email', 'name'],
    },
    'pandas read_sql_table': {
      steps:
        'SELECT app.orders.id, app.orders.person_id, app.orders.email, app.orders.amount FROM app.orders ORDER BY app.orders.id',
      masked: ['email'],
    },
    'Django table list':
      "SELECT c.relname, CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END, obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v') AND n.nspname NOT IN ('pg_catalog', 'pg_toast') AND n.nspname = 'app' ORDER BY 1",
    'Django table description':
      "SELECT a.attname, NOT (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)) AS is_nullable, pg_get_expr(ad.adbin, ad.adrelid) AS column_default, CASE WHEN collname = 'default' THEN NULL ELSE collname END AS collation, a.attidentity != '' AS is_autofield, col_description(a.attrelid, a.attnum) FROM pg_attribute a LEFT JOIN pg_attrdef ad ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum LEFT JOIN pg_collation co ON a.attcollation = co.oid JOIN pg_type t ON a.atttypid = t.oid JOIN pg_class c ON a.attrelid = c.oid JOIN pg_namespace n ON c.relnamespace = n.oid WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v') AND c.relname = 'products' AND n.nspname = 'app' ORDER BY a.attnum",
    'Django constraints':
      "SELECT c.conname, array(SELECT attname FROM unnest(c.conkey) WITH ORDINALITY cols(colid, arridx) JOIN pg_attribute AS ca ON cols.colid = ca.attnum WHERE ca.attrelid = c.conrelid ORDER BY cols.arridx), c.contype, (SELECT fkc.relname || '.' || fka.attname FROM pg_attribute AS fka JOIN pg_class AS fkc ON fka.attrelid = fkc.oid WHERE fka.attrelid = c.confrelid AND fka.attnum = c.confkey[1]), cl.reloptions FROM pg_constraint AS c JOIN pg_class AS cl ON c.conrelid = cl.oid WHERE cl.relname = 'orders' ORDER BY 1",
    'Django sequences':
      "SELECT s.relname AS sequence_name, a.attname AS colname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass JOIN pg_attribute a ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum JOIN pg_class tbl ON tbl.oid = d.refobjid AND tbl.relname = 'events' WHERE s.relkind = 'S'",
    'Django page of an admin': {
      steps:
        'SELECT "app"."people"."id", "app"."people"."name", "app"."people"."note" FROM "app"."people" ORDER BY "app"."people"."id" DESC LIMIT 100',
      masked: ['name'],
    },
    'Django count': 'SELECT COUNT(*) AS "__count" FROM "app"."people"',
    'Django exists': 'SELECT 1 AS "a" FROM "app"."people" WHERE "app"."people"."id" = 1 LIMIT 1',
    'Rails load types':
      "SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype FROM pg_type as t LEFT JOIN pg_range as r ON oid = rngtypid WHERE t.typname IN ('int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'numeric', 'bool') ORDER BY 1",
    'Rails columns':
      'SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.atttypid, a.atttypmod, c.collname, col_description(a.attrelid, a.attnum) AS comment, attidentity AS identity, attgenerated as attgenerated FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum LEFT JOIN pg_type t ON a.atttypid = t.oid LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation WHERE a.attrelid = \'"app"."people"\'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum',
    'Rails tables':
      "SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p') ORDER BY 1",
    'Rails primary keys':
      'SELECT a.attname FROM (SELECT indrelid, indkey, generate_subscripts(indkey, 1) idx FROM pg_index WHERE indrelid = \'"app"."products"\'::regclass AND indisprimary) i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.idx] ORDER BY i.idx',
    'Rails indexes':
      "SELECT distinct i.relname, d.indisunique, d.indkey, pg_get_indexdef(d.indexrelid), pg_catalog.obj_description(i.oid, 'pg_class') AS comment, d.indisvalid FROM pg_class t INNER JOIN pg_index d ON t.oid = d.indrelid INNER JOIN pg_class i ON d.indexrelid = i.oid LEFT JOIN pg_namespace n ON n.oid = t.relnamespace WHERE i.relkind IN ('i', 'I') AND d.indisprimary = 'f' AND t.relname = 'products' AND n.nspname = 'app' ORDER BY i.relname",
    'Rails foreign keys':
      "SELECT t2.oid::regclass::text AS to_table, a1.attname AS column, a2.attname AS primary_key, c.conname AS name, c.confupdtype AS on_update, c.confdeltype AS on_delete, c.convalidated AS valid, c.condeferrable, c.condeferred FROM pg_constraint c JOIN pg_class t1 ON c.conrelid = t1.oid JOIN pg_class t2 ON c.confrelid = t2.oid JOIN pg_attribute a1 ON a1.attnum = c.conkey[1] AND a1.attrelid = t1.oid JOIN pg_attribute a2 ON a2.attnum = c.confkey[1] AND a2.attrelid = t2.oid WHERE c.contype = 'f' AND t1.relname = 'events' ORDER BY c.conname",
    'Rails start': [
      "SET client_min_messages TO 'warning'",
      'SET standard_conforming_strings = on',
      "SET SESSION timezone TO 'UTC'",
      'SHOW search_path',
    ],
    'Rails advisory lock': 'SELECT pg_try_advisory_lock(5517842305471896205)',
    'Prisma version': 'SELECT version(); SELECT current_database() IS NOT NULL',
    'Prisma tables': extended(
      "SELECT tbl.relname AS table_name, namespace.nspname AS namespace, (tbl.relhassubclass AND tbl.relkind = 'p') AS is_partition, tbl.relrowsecurity AS has_row_level_security, reloptions, obj_description(tbl.oid, 'pg_class') AS description FROM pg_class AS tbl INNER JOIN pg_namespace AS namespace ON namespace.oid = tbl.relnamespace WHERE (tbl.relkind = 'r' AND tbl.relispartition = 'f' OR tbl.relkind = 'p') AND namespace.nspname = ANY ($1) ORDER BY namespace, table_name",
      ['{app}'],
    ),
    'Prisma columns': extended(
      'SELECT oid.namespace, info.table_name, info.column_name, format_type(att.atttypid, att.atttypmod) AS formatted_type, info.numeric_precision, info.numeric_scale, info.data_type, info.udt_schema, info.udt_name, info.is_nullable, info.is_identity FROM information_schema.columns info JOIN pg_attribute att ON att.attname = info.column_name JOIN (SELECT pg_class.oid, relname, pg_namespace.nspname AS namespace FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace WHERE reltype > 0) AS oid ON oid.oid = att.attrelid AND relname = info.table_name AND namespace = info.table_schema WHERE info.table_schema = ANY ($1) ORDER BY 1, 2, info.ordinal_position',
      ['{app}'],
    ),
    'Prisma enums': extended(
      'SELECT t.typname AS name, e.enumlabel AS value, n.nspname AS namespace FROM pg_type t JOIN pg_enum e ON t.oid = e.enumtypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = ANY ($1) ORDER BY 1, e.enumsortorder',
      ['{app}'],
    ),
    'Prisma find many': {
      steps: extended(
        'SELECT "app"."people"."id", "app"."people"."email", "app"."people"."note" FROM "app"."people" WHERE "app"."people"."id" IN ($1,$2) ORDER BY "app"."people"."id" ASC OFFSET $3',
        ['1', '2', '0'],
      ),
      masked: ['email'],
    },
    'Prisma aggregate':
      'SELECT COUNT(*), SUM("amount") FROM (SELECT "app"."orders"."amount" FROM "app"."orders" WHERE 1=1 OFFSET 0) AS "sub"',
    'TypeORM tables': `SELECT * FROM "information_schema"."tables" WHERE ("table_schema" = 'app' AND "table_name" = 'products')`,
    'TypeORM columns': `SELECT columns.*, pg_catalog.col_description(('"' || table_catalog || '"."' || table_schema || '"."' || table_name || '"')::regclass::oid, ordinal_position) AS description, pg_catalog.format_type(c.atttypid, c.atttypmod) AS "format_type" FROM "information_schema"."columns" JOIN pg_attribute c ON c.attname = column_name AND c.attrelid = ('"app"."products"')::regclass WHERE table_schema = 'app' AND table_name = 'products' ORDER BY ordinal_position`,
    'TypeORM current': 'SELECT * FROM current_schema()',
    'TypeORM constraints': `SELECT "ns"."nspname" AS "table_schema", "t"."relname" AS "table_name", "cnst"."conname" AS "constraint_name", CASE "cnst"."contype" WHEN 'p' THEN 'PRIMARY' WHEN 'u' THEN 'UNIQUE' WHEN 'c' THEN 'CHECK' WHEN 'x' THEN 'EXCLUDE' END AS "constraint_type", "a"."attname" AS "column_name" FROM "pg_constraint" "cnst" INNER JOIN "pg_class" "t" ON "t"."oid" = "cnst"."conrelid" INNER JOIN "pg_namespace" "ns" ON "ns"."oid" = "cnst"."connamespace" LEFT JOIN "pg_attribute" "a" ON "a"."attrelid" = "cnst"."conrelid" AND "a"."attnum" = ANY ("cnst"."conkey") WHERE "t"."relkind" IN ('r', 'p') AND "ns"."nspname" = 'app' ORDER BY 2, 3, 5`,
    'Drizzle tables':
      "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2",
    'Drizzle columns':
      "SELECT a.attrelid::regclass::text, a.attname, is_nullable, a.attndims as array_dimensions, CASE WHEN a.atttypid = ANY ('{int,int8,int2}'::regtype[]) AND EXISTS (SELECT FROM pg_attrdef ad WHERE ad.adrelid = a.attrelid AND ad.adnum = a.attnum AND pg_get_expr(ad.adbin, ad.adrelid) LIKE 'nextval(%') THEN 'serial' ELSE format_type(a.atttypid, a.atttypmod) END AS data_type FROM information_schema.columns c JOIN pg_attribute a ON a.attname = c.column_name AND a.attrelid = (c.table_schema || '.' || c.table_name)::regclass WHERE c.table_schema = 'app' AND c.table_name = 'events' ORDER BY a.attnum",
    'Drizzle migrations': {
      reads: false,
      steps: [
        'CREATE TABLE IF NOT EXISTS scratch.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)',
        'SELECT id, hash, created_at FROM scratch.__drizzle_migrations ORDER BY created_at DESC LIMIT 1',
      ],
    },
    'Sequelize show':
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'app' AND table_type LIKE '%TABLE' AND table_name != 'spatial_ref_sys' ORDER BY 1",
    'Sequelize describe': `SELECT pk.constraint_type as "Constraint", c.column_name as "Field", c.column_default as "Default", c.is_nullable as "Null", c.udt_name, (SELECT array_agg(e.enumlabel) FROM pg_catalog.pg_type t JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid WHERE t.typname = c.udt_name) AS "special" FROM information_schema.columns c LEFT JOIN (SELECT tc.table_schema, tc.table_name, cu.column_name, tc.constraint_type FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage cu ON tc.table_schema = cu.table_schema AND tc.table_name = cu.table_name AND tc.constraint_name = cu.constraint_name AND tc.constraint_type = 'PRIMARY KEY') pk ON pk.table_schema = c.table_schema AND pk.table_name = c.table_name AND pk.column_name = c.column_name WHERE c.table_name = 'people' AND c.table_schema = 'app' ORDER BY c.ordinal_position`,
    'Hibernate sequences':
      "SELECT * FROM information_schema.sequences WHERE sequence_schema = 'app'",
    'Hibernate page': {
      steps:
        "select p1_0.id, p1_0.email, p1_0.note from app.people p1_0 where p1_0.region = 'eu' order by p1_0.id offset 0 rows fetch first 10 rows only",
      masked: ['email'],
    },
    'GORM has table':
      "SELECT count(*) FROM information_schema.tables WHERE table_schema = CURRENT_SCHEMA() AND table_name = 'people' AND table_type = 'BASE TABLE'",
    'Ecto migrations':
      'SELECT s0.version FROM (VALUES (20260101)) AS s0(version) FOR UPDATE'.replace(
        ' FOR UPDATE',
        '',
      ),
    'Npgsql types':
      "SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind, elemtyp.oid AS elemtypoid FROM (SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid, typtype FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid)) AS typ LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemoid) AS t JOIN pg_namespace AS ns ON (ns.oid = typnamespace) WHERE typtype IN ('b', 'r', 'm', 'e', 'd') ORDER BY t.oid",
    'asyncpg types': extended(
      'WITH RECURSIVE typeinfo_tree(oid, ns, name, kind, basetype, elemtype, depth) AS (SELECT t.oid, n.nspname, t.typname, t.typtype, t.typbasetype, t.typelem, 0 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = any ($1::oid[]) UNION ALL SELECT t.oid, n.nspname, t.typname, t.typtype, t.typbasetype, t.typelem, tt.depth + 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace, typeinfo_tree tt WHERE tt.elemtype <> 0 AND t.oid = tt.elemtype) SELECT DISTINCT * FROM typeinfo_tree ORDER BY depth DESC, oid',
      ['{1009,3802}'],
    ),
    'postgres.js array types':
      "select b.oid, b.typarray from pg_catalog.pg_type a left join pg_catalog.pg_type b on b.oid = a.typelem where a.typcategory = 'A' group by b.oid, b.typarray order by b.oid",
  },
  { since: 15, reads: true },
);
