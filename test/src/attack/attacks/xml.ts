import { attacks } from '../attack.js';

/** XML, and functions that take SQL or names as text. */
export const xml = attacks('xml', {
  xmlelement: 'SELECT xmlelement(name e, email) FROM app.people',
  xmlattributes: 'SELECT xmlelement(name e, xmlattributes(email AS a)) FROM app.people',
  xmlforest: 'SELECT xmlforest(email, name) FROM app.people',
  'xmlforest of bytes': 'SELECT xmlforest(token) FROM app.people',
  xmlconcat: "SELECT xmlconcat(xmlelement(name a, email), '<b/>') FROM app.people",
  xmlagg: 'SELECT xmlagg(xmlelement(name e, email)) FROM app.people',
  xmlcomment: 'SELECT xmlcomment(email) FROM app.people',
  xmlpi: 'SELECT xmlpi(name x, email) FROM app.people',
  xmlserialize: 'SELECT xmlserialize(CONTENT xmlelement(name e, email) AS text) FROM app.people',
  xpath: "SELECT xpath('/e/text()', xmlelement(name e, email)) FROM app.people",
  xmltable:
    "SELECT x.v FROM app.people, XMLTABLE('/e' PASSING xmlelement(name e, email) COLUMNS v text PATH '.') x",
  query_to_xml: "SELECT query_to_xml('SELECT email FROM app.people', true, true, '')",
  'query_to_xml in FROM':
    "SELECT * FROM query_to_xml('SELECT email FROM app.people', true, true, '')",
  'query_to_xml of a computed text':
    "SELECT query_to_xml('SEL' || 'ECT email FR' || 'OM app.people', true, true, '')",
  'query_to_xml quoted': `SELECT "query_to_xml"('TABLE app.people', true, true, '')`,
  'query_to_xml qualified': "SELECT pg_catalog.query_to_xml('TABLE app.people', true, true, '')",
  'query_to_xml as an argument':
    "SELECT length(q::text), q FROM (SELECT query_to_xml('TABLE app.people', true, false, '') AS q) x",
  'query_to_xml, then a path of it':
    "SELECT (xpath('//email/text()', query_to_xml('TABLE app.people', true, false, '')))[1]",
  query_to_xml_and_xmlschema:
    "SELECT query_to_xml_and_xmlschema('TABLE app.people', true, true, '')",
  'query_to_xml with a parameter': {
    steps: [
      { kind: 'query', sql: "PREPARE x(text) AS SELECT query_to_xml($1, true, true, '')", on: 'a' },
      "EXECUTE x('TABLE app.people')",
    ],
  },
  table_to_xml: "SELECT table_to_xml('app.people', true, true, '')",
  'table_to_xml by oid':
    "SELECT table_to_xml((SELECT oid FROM pg_class WHERE relname = 'people'), true, true, '')",
  table_to_xml_and_xmlschema: "SELECT table_to_xml_and_xmlschema('app.people', true, true, '')",
  schema_to_xml: "SELECT schema_to_xml('app', true, true, '')",
  schema_to_xml_and_xmlschema: "SELECT schema_to_xml_and_xmlschema('app', true, true, '')",
  database_to_xml: "SELECT database_to_xml(true, true, '')",
  cursor_to_xml: [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT email FROM app.people',
    "SELECT cursor_to_xml('c', 10, true, true, '')",
  ],
  ts_stat: "SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', email) FROM app.people')",
  'ts_stat of the name':
    "SELECT * FROM ts_stat('SELECT to_tsvector(''simple'', name) FROM app.people', 'ab') UNION SELECT word, ndoc, nentry FROM ts_stat('SELECT to_tsvector(''simple'', name) FROM app.people')",
  ts_rewrite:
    "SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, quote_literal(name)::tsquery FROM app.people WHERE id = 1')",
  'a plan that reads in a function':
    "SELECT (query_to_xml(format('SELECT %I FROM %I.%I', 'email', 'app', 'people'), true, true, ''))::text",
  'a default that reads': [
    "CREATE TABLE scratch.x (v text DEFAULT query_to_xml('TABLE app.people', true, true, '')::text)",
    'INSERT INTO scratch.x DEFAULT VALUES RETURNING v',
  ],
  'a view that reads': [
    "CREATE VIEW scratch.x AS SELECT query_to_xml('TABLE app.people', true, true, '')",
    'SELECT * FROM scratch.x',
  ],
  'an own function that reads': [
    "CREATE FUNCTION scratch.x() RETURNS xml LANGUAGE sql AS $$ SELECT query_to_xml('TABLE app.people', true, true, '') $$",
    'SELECT scratch.x()',
  ],
  'an operator of it': [
    "CREATE FUNCTION scratch.x(text, bool) RETURNS xml LANGUAGE sql AS $$ SELECT query_to_xml($1, $2, true, '') $$",
    'CREATE OPERATOR scratch.@@@ (LEFTARG = text, RIGHTARG = bool, FUNCTION = scratch.x)',
    "SELECT 'TABLE app.people'::text OPERATOR(scratch.@@@) true",
  ],
});
