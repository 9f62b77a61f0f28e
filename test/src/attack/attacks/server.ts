import { attacks } from '../attack.js';

const again =
  "format('host=127.0.0.1 port=%s dbname=%s user=chief', inet_server_port(), current_database())";

/** What only a superuser may: files, pages, other connections, logical decoding. */
export const server = attacks(
  'server',
  {
    dblink: [
      'CREATE EXTENSION dblink',
      `SELECT * FROM dblink(${again}, 'SELECT email FROM app.people') AS t(e text)`,
    ],
    'dblink, connection of its own': [
      'CREATE EXTENSION dblink SCHEMA scratch',
      `SELECT scratch.dblink_connect('c', ${again})`,
      "SELECT * FROM scratch.dblink('c', 'TABLE app.contacts') AS t(i int, h text, m text)",
    ],
    'dblink, sent': [
      'CREATE EXTENSION dblink',
      `SELECT dblink_connect('c', ${again})`,
      "SELECT dblink_send_query('c', 'SELECT email FROM app.people')",
      "SELECT * FROM dblink_get_result('c') AS t(e text)",
    ],
    'dblink, cursor': [
      'CREATE EXTENSION dblink',
      `SELECT dblink_connect(${again})`,
      "SELECT dblink_open('k', 'SELECT email FROM app.people')",
      "SELECT * FROM dblink_fetch('k', 5) AS t(e text)",
    ],
    'dblink, an error': [
      'CREATE EXTENSION dblink',
      `SELECT dblink_exec(${again}, 'SELECT email::int FROM app.people')`,
      `SELECT * FROM dblink(${again}, 'SELECT email FROM app.people') t(e text)`,
    ],
    dblink_build_sql_insert: [
      'CREATE EXTENSION dblink',
      "SELECT dblink_build_sql_insert('app.people', '1', 1, ARRAY['1'], ARRAY['1'])",
    ],
    dblink_build_sql_update: [
      'CREATE EXTENSION dblink',
      "SELECT dblink_build_sql_update('app.people', '1', 1, ARRAY['1'], ARRAY['1'])",
    ],
    postgres_fdw: [
      'CREATE EXTENSION postgres_fdw',
      "DO $$ BEGIN EXECUTE format('CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port ''%s'', dbname ''%s'')', inet_server_port(), current_database()); END $$",
      "CREATE USER MAPPING FOR chief SERVER s OPTIONS (user 'chief', password_required 'false')",
      "CREATE FOREIGN TABLE scratch.f (id int, email text) SERVER s OPTIONS (schema_name 'app', table_name 'people')",
      'SELECT email FROM scratch.f',
    ],
    file_fdw: [
      "COPY (SELECT 'own', email FROM app.people) TO '/tmp/postern-attack-fdw'",
      'CREATE EXTENSION file_fdw',
      'CREATE SERVER f FOREIGN DATA WRAPPER file_fdw',
      "CREATE FOREIGN TABLE scratch.ff (a text, e text) SERVER f OPTIONS (filename '/tmp/postern-attack-fdw')",
      'SELECT e FROM scratch.ff',
    ],
    'pg_read_file of the table': [
      'CHECKPOINT',
      "SELECT pg_read_binary_file(pg_relation_filepath('app.people'))",
    ],
    'pg_read_file as text': [
      'CHECKPOINT',
      "SELECT encode(pg_read_binary_file(pg_relation_filepath('app.contacts')), 'escape')",
    ],
    'pg_read_file of an index': [
      'CHECKPOINT',
      "SELECT encode(pg_read_binary_file(pg_relation_filepath('app.people_lower')), 'hex')",
    ],
    "COPY from the table's file": [
      'CHECKPOINT',
      "DO $$ BEGIN EXECUTE format('COPY scratch.box (v) FROM %L WITH (ENCODING ''SQL_ASCII'')', current_setting('data_directory') || '/' || pg_relation_filepath('app.people')); EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', encode(pg_read_binary_file(pg_relation_filepath('app.people')), 'hex'); END $$",
    ],
    "lo_import of the table's file": [
      'CHECKPOINT',
      "SELECT lo_import(current_setting('data_directory') || '/' || pg_relation_filepath('app.people'), 4712)",
      'SELECT lo_get(4712)',
      'SELECT data FROM pg_largeobject',
    ],
    pageinspect: ['CREATE EXTENSION pageinspect', "SELECT get_raw_page('app.people', 0)"],
    'pageinspect, items': [
      'CREATE EXTENSION pageinspect',
      "SELECT t_data FROM heap_page_items(get_raw_page('app.contacts', 0))",
    ],
    'pageinspect, attributes': [
      'CREATE EXTENSION pageinspect',
      "SELECT t_attrs FROM heap_page_item_attrs(get_raw_page('app.contacts', 0), 'app.contacts'::regclass)",
    ],
    'pageinspect, an index': [
      'CREATE EXTENSION pageinspect',
      "SELECT data FROM bt_page_items('app.people_lower', 1)",
    ],
    'logical decoding': [
      "SELECT pg_create_logical_replication_slot('s', 'test_decoding')",
      'UPDATE app.contacts SET memo = memo',
      "SELECT data FROM pg_logical_slot_get_changes('s', NULL, NULL)",
      "SELECT pg_drop_replication_slot('s')",
    ],
    'logical decoding, peeked': [
      "SELECT pg_create_logical_replication_slot('s2', 'test_decoding')",
      "UPDATE app.people SET note = 'x'",
      "SELECT data FROM pg_logical_slot_peek_changes('s2', NULL, NULL)",
      "SELECT pg_drop_replication_slot('s2')",
    ],
    'logical decoding, binary': [
      "SELECT pg_create_logical_replication_slot('s3', 'pgoutput')",
      'CREATE PUBLICATION p FOR TABLE app.people',
      "UPDATE app.people SET note = 'x'",
      "SELECT data FROM pg_logical_slot_get_binary_changes('s3', NULL, NULL, 'proto_version', '1', 'publication_names', 'p')",
      "SELECT pg_drop_replication_slot('s3')",
    ],
    'another role': [
      'SET ROLE keeper',
      'SELECT email FROM app.people',
      'RESET ROLE',
      'SET SESSION AUTHORIZATION worker',
      'SELECT email FROM app.people',
    ],
    'log messages': [
      'SET log_min_messages = debug1',
      'SET client_min_messages = log',
      'SET log_min_duration_statement = 0',
      'SET debug_print_plan = on',
      'SELECT email FROM app.people',
    ],
    'plans in the log': [
      "LOAD 'auto_explain'",
      'SET auto_explain.log_min_duration = 0',
      'SET client_min_messages = log',
      'SET auto_explain.log_verbose = on',
      'SELECT email FROM app.people WHERE email > (SELECT min(email) FROM app.people)',
    ],
    'untrusted C': [
      "CREATE FUNCTION scratch.x(text) RETURNS text LANGUAGE internal AS 'upper' IMMUTABLE",
      'SELECT scratch.x(email) FROM app.people',
    ],
    'an internal function under another name': [
      "CREATE FUNCTION scratch.q(text, bool, bool, text) RETURNS xml LANGUAGE internal AS 'query_to_xml'",
      "SELECT scratch.q('SELECT email FROM app.people', true, true, '')",
    ],
    xpath_table: [
      'CREATE EXTENSION xml2',
      "SELECT * FROM xpath_table('id', '(''<e>'' || email || ''</e>'')', 'app.people', '/e', 'true') AS t(id int, e text)",
    ],
    crosstab: [
      'CREATE EXTENSION tablefunc',
      "SELECT * FROM crosstab('SELECT id, 1, email FROM app.people ORDER BY 1') AS t(id int, e text)",
    ],
    connectby: [
      'CREATE EXTENSION tablefunc',
      "SELECT * FROM connectby('app.people', 'email', 'region', 'eu', 2) AS t(k text, p text, l int)",
    ],
    'hstore of a row': [
      'CREATE EXTENSION hstore SCHEMA scratch',
      'SELECT scratch.hstore(p) FROM app.people p',
    ],
    'hstore of a value': [
      'CREATE EXTENSION hstore SCHEMA scratch',
      "SELECT scratch.hstore('e', email) FROM app.people",
    ],
    'digest of pgcrypto': [
      'CREATE EXTENSION pgcrypto SCHEMA scratch',
      "SELECT encode(scratch.digest(email, 'sha1'), 'hex') FROM app.people",
    ],
    'encrypt and decrypt': [
      'CREATE EXTENSION pgcrypto SCHEMA scratch',
      "SELECT convert_from(scratch.decrypt(scratch.encrypt(email::bytea, 'k', 'aes'), 'k', 'aes'), 'UTF8') FROM app.people",
    ],
    similarity: [
      'CREATE EXTENSION pg_trgm SCHEMA scratch',
      'SELECT scratch.show_trgm(email), email FROM app.people',
    ],
    citext: [
      'CREATE EXTENSION citext SCHEMA scratch',
      'SELECT email::scratch.citext FROM app.people',
    ],
    unaccent: [
      'CREATE EXTENSION unaccent SCHEMA scratch',
      'SELECT scratch.unaccent(email) FROM app.people',
    ],
    'an event trigger': [
      "CREATE FUNCTION scratch.e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', (SELECT max(email) FROM app.people); END $$",
      'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION scratch.e()',
      'CREATE TABLE scratch.zz (i int)',
      'DROP EVENT TRIGGER e',
    ],
    'a catalogue, written': [
      "UPDATE pg_class SET relname = 'folk' WHERE oid = 'app.people'::regclass",
      'SELECT email FROM app.folk',
    ],
    "a catalogue's columns, written": [
      "UPDATE pg_attribute SET attname = 'post' WHERE attrelid = 'app.people'::regclass AND attname = 'email'",
      'SELECT post FROM app.people',
    ],
    "a view's tree, written": [
      'CREATE VIEW scratch.v AS SELECT handle FROM app.contacts',
      'SET allow_system_table_mods = on',
      'SELECT handle FROM scratch.v',
    ],
    'row security, turned off': [
      'SET row_security = off',
      'SELECT email FROM app.people',
      'SELECT body FROM app.regional',
    ],
  },
  { role: 'chief' },
);
