import { num, type Row, type Rows, strings, text } from './rows.js';
import { catalogOid, oneOf, sinceOwn } from './sql.js';

// What is little, or whose rows vanish without a trace on the object they belong to: read whole each time, at once.

const extensionOf = (catalog: string, oid: string): string =>
  `(SELECT e.extname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
   WHERE d.classid OPERATOR(pg_catalog.=) ${catalogOid(catalog)} AND d.objid OPERATOR(pg_catalog.=) ${oid}
     AND d.deptype OPERATOR(pg_catalog.=) 'e')`;

/** OIDs of `pg_proc` and `pg_operator` */
const [procedures, operators] = [1255, 2617];

const aggregateParts = [
  'trans',
  'final',
  'combine',
  'serial',
  'deserial',
  'mtrans',
  'minvtrans',
  'mfinal',
]
  .map((part) => `a.agg${part}fn::pg_catalog.oid`)
  .join(', ');

/** A user's function or operator that an object of a catalogue depends on: what its expression calls. */
const callBy = (catalog: string): string =>
  `d.classid OPERATOR(pg_catalog.=) ${catalogOid(catalog)} AND ${oneOf('d.refclassid', [procedures, operators])} AND ${sinceOwn('d.refobjid')}`;

/** Its function. */
const calledFunction = `CASE WHEN d.refclassid OPERATOR(pg_catalog.=) ${procedures}::pg_catalog.oid THEN d.refobjid ELSE
    (SELECT o.oprcode::pg_catalog.oid FROM pg_catalog.pg_operator o WHERE o.oid OPERATOR(pg_catalog.=) d.refobjid) END`;

/** Numbers of the columns of the index `i`, and of those in its expressions and its predicate. */
const indexedColumns = `(SELECT pg_catalog.json_agg(DISTINCT c.number) FROM (
    SELECT k.number::pg_catalog.text FROM pg_catalog.unnest(i.indkey) AS k (number) WHERE k.number OPERATOR(pg_catalog.>) 0
    UNION ALL SELECT d.refobjsubid::pg_catalog.text FROM pg_catalog.pg_depend d WHERE d.classid OPERATOR(pg_catalog.=) ${catalogOid('pg_class')}
      AND d.objid OPERATOR(pg_catalog.=) i.indexrelid AND d.refclassid OPERATOR(pg_catalog.=) ${catalogOid('pg_class')}
      AND d.refobjid OPERATOR(pg_catalog.=) i.indrelid AND d.refobjsubid OPERATOR(pg_catalog.>) 0) c)`;

/** Each with the number of its columns. */
const queries = {
  schemas: [2, `SELECT oid, nspname FROM pg_catalog.pg_namespace`],
  operators: [
    7,
    `SELECT o.oprnamespace, o.oprname, o.oprleft, o.oprright, o.oprresult, o.oprcode::pg_catalog.oid,
  ${extensionOf('pg_operator', 'o.oid')}
FROM pg_catalog.pg_operator o WHERE ${sinceOwn('o.oid')}`,
  ],
  casts: [
    5,
    `SELECT c.castsource, c.casttarget, c.castcontext, c.castfunc, ${extensionOf('pg_cast', 'c.oid')}
FROM pg_catalog.pg_cast c WHERE ${sinceOwn('c.oid')}`,
  ],
  aggregates: [
    2,
    `SELECT a.aggfnoid::pg_catalog.oid, pg_catalog.json_build_array(${aggregateParts}) FROM pg_catalog.pg_aggregate a
WHERE ${sinceOwn('a.aggfnoid::pg_catalog.oid')}`,
  ],
  enums: [
    2,
    `SELECT e.enumtypid, pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e GROUP BY e.enumtypid`,
  ],
  ranges: [
    3,
    `SELECT g.rngtypid, g.rngsubtype, pg_catalog.to_jsonb(g) OPERATOR(pg_catalog.->>) 'rngmultitypid'::pg_catalog.text FROM pg_catalog.pg_range g`,
  ],
  policies: [
    6,
    `SELECT p.polrelid, p.oid, p.polname, p.polcmd, p.polpermissive, pg_catalog.array_to_json(ARRAY(
    SELECT CASE WHEN r.oid OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'public' ELSE pg_catalog.pg_get_userbyid(r.oid)::pg_catalog.text END
    FROM pg_catalog.unnest(p.polroles) AS r (oid))) FROM pg_catalog.pg_policy p`,
  ],
  foreign: [
    2,
    `SELECT f.ftrelid, s.srvname FROM pg_catalog.pg_foreign_table f
JOIN pg_catalog.pg_foreign_server s ON s.oid OPERATOR(pg_catalog.=) f.ftserver`,
  ],
  inheritance: [3, `SELECT inhrelid, inhparent, inhseqno FROM pg_catalog.pg_inherits`],
  // A partition's copies of its table's triggers count as internal before version 15.
  triggers: [
    8,
    `SELECT t.tgrelid, t.tgname, p.pronamespace, p.proname, t.tgtype, t.tgattr, t.tgenabled,
  t.tgparentid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) t.tgfoid
WHERE (NOT t.tgisinternal OR t.tgparentid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid)
  AND p.pronamespace OPERATOR(pg_catalog.<>) 'pg_catalog'::pg_catalog.regnamespace`,
  ],
  eventTriggers: [
    4,
    `SELECT e.evtevent, p.pronamespace, p.proname, pg_catalog.array_to_json(e.evttags) FROM pg_catalog.pg_event_trigger e
JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) e.evtfoid
WHERE e.evtenabled OPERATOR(pg_catalog.<>) 'D'::pg_catalog."char" AND e.evtevent OPERATOR(pg_catalog.<>) 'login'::pg_catalog.name`,
  ],
  rules: [
    3,
    `SELECT r.ev_class, r.oid, r.rulename FROM pg_catalog.pg_rewrite r
WHERE r.rulename OPERATOR(pg_catalog.<>) '_RETURN' AND r.ev_enabled OPERATOR(pg_catalog.<>) 'D'::pg_catalog."char" AND ${sinceOwn('r.ev_class')}`,
  ],
  calls: [
    4,
    `SELECT DISTINCT a.adrelid, CASE WHEN t.attgenerated OPERATOR(pg_catalog.=) ''::pg_catalog."char" THEN 'default' ELSE 'generated column' END,
  a.adnum, ${calledFunction} FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attrdef a ON a.oid OPERATOR(pg_catalog.=) d.objid
JOIN pg_catalog.pg_attribute t ON t.attrelid OPERATOR(pg_catalog.=) a.adrelid AND t.attnum OPERATOR(pg_catalog.=) a.adnum
WHERE ${callBy('pg_attrdef')}
UNION SELECT k.conrelid, 'constraint', '0'::pg_catalog.int2, ${calledFunction} FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_constraint k ON k.oid OPERATOR(pg_catalog.=) d.objid
WHERE ${callBy('pg_constraint')} AND k.conrelid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
UNION SELECT i.indrelid, 'index', '0'::pg_catalog.int2, ${calledFunction} FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) d.objid WHERE ${callBy('pg_class')}
UNION SELECT p.partrelid, 'partition key', '0'::pg_catalog.int2, ${calledFunction} FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_partitioned_table p ON p.partrelid OPERATOR(pg_catalog.=) d.objid WHERE ${callBy('pg_class')}`,
  ],
  domainCalls: [
    2,
    `SELECT DISTINCT k.contypid, ${calledFunction} FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_constraint k ON k.oid OPERATOR(pg_catalog.=) d.objid
WHERE ${callBy('pg_constraint')} AND k.contypid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid`,
  ],
  keys: [
    2,
    `SELECT conrelid, pg_catalog.array_to_json(conkey) FROM pg_catalog.pg_constraint WHERE contype OPERATOR(pg_catalog.=) 'p'`,
  ],
  guards: [
    3,
    `SELECT i.indrelid, CASE WHEN i.indisexclusion THEN 'exclusion' ELSE 'unique' END, ${indexedColumns}
FROM pg_catalog.pg_index i WHERE (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary AND ${sinceOwn('i.indrelid')}
UNION ALL SELECT i.indrelid, 'constants', ${indexedColumns} FROM pg_catalog.pg_index i
WHERE (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL) AND ${sinceOwn('i.indrelid')}
  AND pg_catalog.strpos(pg_catalog.concat(i.indpred, i.indexprs), '{CONST') OPERATOR(pg_catalog.>) 0
UNION ALL SELECT p.partrelid, 'partition', (SELECT pg_catalog.json_agg(DISTINCT d.objsubid) FROM pg_catalog.pg_depend d
  WHERE d.classid OPERATOR(pg_catalog.=) ${catalogOid('pg_class')} AND d.objid OPERATOR(pg_catalog.=) p.partrelid AND d.objsubid OPERATOR(pg_catalog.>) 0
    AND d.refclassid OPERATOR(pg_catalog.=) ${catalogOid('pg_class')} AND d.refobjid OPERATOR(pg_catalog.=) p.partrelid
    AND d.refobjsubid OPERATOR(pg_catalog.=) 0) FROM pg_catalog.pg_partitioned_table p`,
  ],
  // A partition's copy of its table's key does nothing of its own; one for a partition that is referred to does.
  references: [
    7,
    `SELECT k.conrelid, k.confrelid, pg_catalog.array_to_json(k.conkey), pg_catalog.array_to_json(k.confkey), k.confdeltype, k.confupdtype,
  pg_catalog.to_jsonb(k) OPERATOR(pg_catalog.->>) 'confdelsetcols'::pg_catalog.text
FROM pg_catalog.pg_constraint k LEFT JOIN pg_catalog.pg_constraint p ON p.oid OPERATOR(pg_catalog.=) k.conparentid
WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND (p.oid IS NULL OR p.conrelid OPERATOR(pg_catalog.=) k.conrelid)`,
  ],
  checks: [
    2,
    `SELECT k.contypid, pg_catalog.json_agg(pg_catalog.pg_get_constraintdef(k.oid) ORDER BY k.oid) FROM pg_catalog.pg_constraint k
WHERE k.contypid OPERATOR(pg_catalog.<>) 0::pg_catalog.oid GROUP BY k.contypid`,
  ],
  // Only those that say what a column holds: there may be one for each column, in prose.
  comments: [
    3,
    `SELECT objoid, objsubid, description FROM pg_catalog.pg_description
WHERE classoid OPERATOR(pg_catalog.=) ${catalogOid('pg_class')} AND objsubid OPERATOR(pg_catalog.>) 0 AND ${sinceOwn('objoid')}
  AND description OPERATOR(pg_catalog.~~*) '%postern:%'`,
  ],
  // What extensions own is marked on types and routines, and changes without a change of theirs.
  members: [
    3,
    `SELECT d.classid::pg_catalog.oid, d.objid, e.extname FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
WHERE d.deptype OPERATOR(pg_catalog.=) 'e' AND ${oneOf('d.classid', [1247, 1255])}`,
  ],
  collations: [
    3,
    `SELECT oid, collnamespace, collname FROM pg_catalog.pg_collation WHERE ${sinceOwn('oid')}`,
  ],
} as const;

export type Detail = keyof typeof queries;
export type Details = Readonly<Record<Detail, Rows>>;

const names = Object.keys(queries) as readonly Detail[];
const widest = Math.max(...names.map((name) => queries[name][0]));

/** All of it as one result: the number of the query, and its columns as text. */
export const detailsQuery = names
  .map((name, i) => {
    const [width, sql] = queries[name];
    const columns = Array.from({ length: width }, (_, n) => `c${n}`);
    const padded = Array.from({ length: widest }, (_, n) =>
      n < width ? `t.c${n}::pg_catalog.text` : 'NULL',
    );
    return `SELECT ${i}, ${padded.join(', ')} FROM (${sql}) AS t (${columns.join(', ')})`;
  })
  .join('\nUNION ALL ');

export const detailsOf = (rows: Rows): Details => {
  const found = names.map((): Row[] => []);
  for (const row of rows) found[num(row[0])]?.push(row.slice(1));
  return Object.fromEntries(names.map((name, i) => [name, found[i] ?? []])) as unknown as Details;
};

/** Rows by the OID in their first column. */
export const byOid = <V>(rows: Rows, value: (row: Row) => V): ReadonlyMap<number, readonly V[]> => {
  const map = new Map<number, V[]>();
  for (const row of rows) {
    const oid = num(row[0]);
    const values = map.get(oid);
    if (values) values.push(value(row));
    else map.set(oid, [value(row)]);
  }
  return map;
};

/** Names of schemas by their OIDs. */
export const schemaNames = ({ schemas }: Details): ReadonlyMap<number, string> =>
  new Map(schemas.map((row) => [num(row[0]), text(row[1])]));

/** Constraints of domains by their OIDs. */
export const checksOf = ({ checks }: Details): ReadonlyMap<number, readonly string[]> =>
  new Map(checks.map((row) => [num(row[0]), strings(row[1])]));
