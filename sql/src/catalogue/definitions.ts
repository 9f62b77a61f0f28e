import { counted, latestId } from './fingerprint.js';
import { catalogOid, effectivePath, oneOf, own, sinceOwn } from './sql.js';

// What is stored as a tree - views, rules, policies, bodies of functions in the syntax of SQL - is spelt out by the server anew
// each time, with names as they are now, qualified where they would not be found in the search path; and the relations
// in it are locked until the transaction ends.

/** Schemas whose place in the search path decides how functions, operators and collations are written. */
const codeSchemas = [
  'pg_proc.pronamespace',
  'pg_operator.oprnamespace',
  'pg_collation.collnamespace',
]
  .map((column) => {
    const [table = '', schema = ''] = column.split('.');
    return `SELECT ${schema} FROM pg_catalog.${table} WHERE ${sinceOwn('oid')}`;
  })
  .join(' UNION ALL ');

/** Own relations and types that bear a name of PostgreSQL's own, and whether they are met before those. */
const namesakes = (table: string, name: string, visible: string): string =>
  `(SELECT pg_catalog.string_agg(pg_catalog.concat(t.oid, ' ', pg_catalog.${visible}(t.oid)), ',' ORDER BY t.oid) FROM pg_catalog.${table} t
    WHERE ${sinceOwn('t.oid')}
      AND t.${name} OPERATOR(pg_catalog.=) ANY (SELECT s.${name} FROM pg_catalog.${table} s WHERE s.oid OPERATOR(pg_catalog.<) ${own}::pg_catalog.oid))`;

const since = sinceOwn('t.oid');

/** What the text of any definition can depend on, beside what it names. */
const shared = [
  `(SELECT pg_catalog.string_agg(p.name, ',' ORDER BY p.i) FROM pg_catalog.unnest(${effectivePath}) WITH ORDINALITY AS p (name, i)
    WHERE p.name OPERATOR(pg_catalog.=) 'pg_catalog' OR p.name OPERATOR(pg_catalog.=) ANY
      (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid OPERATOR(pg_catalog.=) ANY (${codeSchemas})))`,
  namesakes('pg_class', 'relname', 'pg_table_is_visible'),
  namesakes('pg_type', 'typname', 'pg_type_is_visible'),
  ...[
    counted('pg_namespace', `t.nspname OPERATOR(pg_catalog.!~) '^pg_(temp|toast)_'`),
    counted('pg_proc', since),
    counted('pg_operator', since),
    counted('pg_collation', since),
    counted('pg_enum', 'true'),
  ].map((query) => `(${query})`),
].join(',\n  ');

export const definitionKinds = ['view', 'rule', 'body', 'policy'] as const;
export type DefinitionKind = (typeof definitionKinds)[number];

/** Each kind's trees: OID of the object, where its dependencies stand, OID and version of the row that holds the tree. */
const trees = (serverVersion: number): string => {
  const rules = (kind: DefinitionKind, oid: string, operator: '=' | '<>'): string =>
    `SELECT '${kind}' AS kind, ${oid} AS oid, ${catalogOid('pg_rewrite')}::pg_catalog.oid AS holder, r.oid AS held, r.xmin AS version FROM pg_catalog.pg_rewrite r
WHERE r.rulename OPERATOR(pg_catalog.${operator}) '_RETURN' AND ${sinceOwn('r.ev_class')}`;
  const bodies = `SELECT 'body', p.oid, ${catalogOid('pg_proc')}::pg_catalog.oid, p.oid, p.xmin FROM pg_catalog.pg_proc p
WHERE p.prosqlbody IS NOT NULL AND ${sinceOwn('p.oid')}`;
  const policies = `SELECT 'policy', p.oid, ${catalogOid('pg_policy')}::pg_catalog.oid, p.oid, p.xmin FROM pg_catalog.pg_policy p`;
  return [
    rules('view', 'r.ev_class', '='),
    rules('rule', 'r.oid', '<>'),
    policies,
    ...(serverVersion < 140000 ? [] : [bodies]),
  ].join('\nUNION ALL ');
};

/**
 * Kind and OID of each definition, and a text: while that is the same, the server writes the same. It tells the
 * version of the tree, and of each relation and type in it the name, whether that is found in the search path, and
 * the versions of its columns.
 *
 * @param serverVersion `server_version_num`
 */
export const stampsQuery = (
  serverVersion: number,
): string => `WITH ${latestId}, shared AS MATERIALIZED (SELECT pg_catalog.concat_ws(' ', ${shared}) AS text)
SELECT r.kind, r.oid, pg_catalog.md5(pg_catalog.concat_ws(' ', shared.text, now.xid OPERATOR(pg_catalog.-) pg_catalog.age(r.version), (
  SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', d.refobjid, c.relname, c.relnamespace, t.typname, t.typnamespace,
      CASE WHEN c.oid IS NULL THEN pg_catalog.pg_type_is_visible(t.oid) ELSE pg_catalog.pg_table_is_visible(c.oid) END,
      (SELECT pg_catalog.concat(pg_catalog.count(*), '.', pg_catalog.sum(now.xid OPERATOR(pg_catalog.-) pg_catalog.age(a.xmin)))
       FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) COALESCE(c.oid, t.typrelid) AND a.attnum OPERATOR(pg_catalog.>) 0)),
    ',' ORDER BY d.refobjid)
  FROM (SELECT DISTINCT e.refclassid, e.refobjid FROM pg_catalog.pg_depend e
        WHERE e.classid OPERATOR(pg_catalog.=) r.holder AND e.objid OPERATOR(pg_catalog.=) r.held) d
  LEFT JOIN pg_catalog.pg_class c ON d.refclassid OPERATOR(pg_catalog.=) ${catalogOid('pg_class')} AND c.oid OPERATOR(pg_catalog.=) d.refobjid
  LEFT JOIN pg_catalog.pg_type t ON d.refclassid OPERATOR(pg_catalog.=) ${catalogOid('pg_type')} AND t.oid OPERATOR(pg_catalog.=) d.refobjid)))
FROM (${trees(serverVersion)}) AS r, shared, now`;

/** The catalogue whose row holds the tree, or is what it belongs to, and what writes it. */
const writers: Readonly<Record<DefinitionKind, readonly [table: string, write: string]>> = {
  view: ['pg_class', 'pg_catalog.pg_get_viewdef(x.oid)'],
  rule: ['pg_rewrite', 'pg_catalog.pg_get_ruledef(x.oid)'],
  body: ['pg_proc', 'pg_catalog.pg_get_function_sqlbody(x.oid)'],
  policy: [
    'pg_policy',
    'pg_catalog.json_build_array(pg_catalog.pg_get_expr(x.polqual, x.polrelid), pg_catalog.pg_get_expr(x.polwithcheck, x.polrelid))',
  ],
};

/** OID and SQL of these; of a policy a JSON array of its two conditions. */
export const definitionsQuery = (kind: DefinitionKind, oids: readonly number[]): string => {
  const [table, write] = writers[kind];
  return `SELECT x.oid, ${write} FROM pg_catalog.${table} x WHERE ${oneOf('x.oid', oids)}`;
};
