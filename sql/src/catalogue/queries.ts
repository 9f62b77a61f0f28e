import { SqlError } from '../errors.js';
import type { CatalogueRows } from './rows.js';

export type CatalogueQueryName = keyof CatalogueRows;

/** One query of the catalogue load. Results are read in text format, columns in order. */
export interface CatalogueQuery {
  readonly name: CatalogueQueryName;
  readonly sql: string;
}

// Every name below is qualified: a client's own objects must not be met by these queries.
const extensionOf = (catalog: string, oid: string): string =>
  `(SELECT e.extname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
    WHERE d.classid OPERATOR(pg_catalog.=) '${catalog}'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) ${oid}
      AND d.deptype OPERATOR(pg_catalog.=) 'e' LIMIT 1)`;

/** OIDs below this one are PostgreSQL's own (FirstNormalObjectId). */
const own = 16384;

/**
 * The search path where it names a temporary schema that is not there yet: current_schemas() would make it,
 * and PREPARE TRANSACTION then fails no more where it should.
 */
const withoutTemporary = `pg_catalog.array_prepend('pg_catalog'::pg_catalog.name, ARRAY(
      SELECT n.nspname FROM pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.current_setting('search_path'), ','))
        WITH ORDINALITY AS e (name, i) JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=)
          CASE WHEN e.name OPERATOR(pg_catalog.~) '[$]user' THEN CURRENT_USER ELSE pg_catalog.btrim(e.name, ' "')::pg_catalog.name END
      ORDER BY e.i))`;

const queries: Readonly<Record<CatalogueQueryName, string>> = {
  database: `SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_database(),
  pg_catalog.array_to_json(CASE
    WHEN pg_catalog.pg_my_temp_schema() OPERATOR(pg_catalog.=) 0::pg_catalog.oid
      AND pg_catalog.current_setting('search_path') OPERATOR(pg_catalog.~) 'pg_temp'
    THEN ${withoutTemporary} ELSE pg_catalog.current_schemas(true) END)`,

  schemas: `SELECT oid, nspname FROM pg_catalog.pg_namespace`,

  relations: `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relispartition,
  CASE WHEN c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') THEN pg_catalog.pg_get_viewdef(c.oid) END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c', 't')`,

  columns: `SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
  CASE WHEN a.attrelid OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid THEN pg_catalog.format_type(a.atttypid, a.atttypmod) END,
  CASE WHEN a.attgenerated OPERATOR(pg_catalog.<>) '' THEN
    (SELECT pg_catalog.pg_get_expr(ad.adbin, ad.adrelid) FROM pg_catalog.pg_attrdef ad
     WHERE ad.adrelid OPERATOR(pg_catalog.=) a.attrelid AND ad.adnum OPERATOR(pg_catalog.=) a.attnum) END,
  CASE WHEN a.attrelid OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid THEN pg_catalog.col_description(a.attrelid, a.attnum) END,
  CASE WHEN a.attcollation OPERATOR(pg_catalog.<>) 0::pg_catalog.oid AND a.attcollation OPERATOR(pg_catalog.<>) 100::pg_catalog.oid
    AND a.attrelid OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid THEN
    (SELECT pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(co.collname)) FROM pg_catalog.pg_collation co
     JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) co.collnamespace WHERE co.oid OPERATOR(pg_catalog.=) a.attcollation) END
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
  AND c.relnamespace OPERATOR(pg_catalog.<>) (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) 'pg_toast')
ORDER BY a.attrelid, a.attnum`,

  types: `SELECT t.oid, n.nspname, t.typname, t.typtype, t.typcategory,
  CASE WHEN t.typlen OPERATOR(pg_catalog.=) -1 AND t.typcategory OPERATOR(pg_catalog.=) 'A' THEN t.typelem ELSE 0 END,
  t.typbasetype, t.typrelid,
  CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'd' THEN
    (SELECT pg_catalog.json_agg(pg_catalog.pg_get_constraintdef(k.oid)) FROM pg_catalog.pg_constraint k WHERE k.contypid OPERATOR(pg_catalog.=) t.oid) END,
  CASE WHEN t.oid OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid THEN ${extensionOf('pg_catalog.pg_type', 't.oid')} END,
  CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace`,

  routines: `SELECT p.oid, n.nspname, p.proname, p.prokind, l.lanname, p.provolatile, p.proleakproof, p.proretset, p.prosecdef,
  p.pronargs, p.pronargdefaults, p.provariadic OPERATOR(pg_catalog.<>) 0::pg_catalog.oid, p.prorettype,
  pg_catalog.array_to_json(p.proargnames), pg_catalog.array_to_json(p.proargmodes),
  CASE WHEN p.oid OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid THEN ${extensionOf('pg_catalog.pg_proc', 'p.oid')} END
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang`,

  operators: `SELECT n.nspname, o.oprname, o.oprleft, o.oprright, ${extensionOf('pg_catalog.pg_operator', 'o.oid')}
FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) o.oprnamespace
WHERE o.oid OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid`,

  leakproof: `SELECT o.oprname, o.oprleft, o.oprright
FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) o.oprcode
WHERE p.proleakproof AND o.oid OPERATOR(pg_catalog.<) ${own}::pg_catalog.oid`,

  casts: `SELECT c.castsource, c.casttarget FROM pg_catalog.pg_cast c
WHERE c.castfunc OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid AND ${extensionOf('pg_catalog.pg_cast', 'c.oid')} IS NULL`,

  inheritance: `SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits ORDER BY inhrelid, inhseqno`,

  triggers: `SELECT t.tgrelid, n.nspname, p.proname FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) t.tgfoid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
WHERE NOT t.tgisinternal AND n.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'`,

  rules: `SELECT r.ev_class, r.rulename FROM pg_catalog.pg_rewrite r
WHERE r.rulename OPERATOR(pg_catalog.<>) '_RETURN' AND r.ev_class OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid`,

  keys: `SELECT conrelid, pg_catalog.array_to_json(conkey) FROM pg_catalog.pg_constraint WHERE contype OPERATOR(pg_catalog.=) 'p'`,
};

/** From PostgreSQL 13 on one text serves all versions. */
export const oldestServer = 130000;

/**
 * The queries of a catalogue load, in any order, none of which needs more than a plain login.
 *
 * @param part `own` leaves out PostgreSQL's own objects, which an earlier load of everything has given

 * @throws SqlError `bad-catalogue` for a server older than 13
 */
export const catalogueQueries = (
  serverVersionNum: number,
  part: 'all' | 'own' = 'all',
): readonly CatalogueQuery[] => {
  if (serverVersionNum < oldestServer)
    throw new SqlError('bad-catalogue', `PostgreSQL ${serverVersionNum} is older than 13`);
  return Object.entries(queries).flatMap(([key, sql]) => {
    const name = key as CatalogueQueryName;
    return part === 'own' ? ownPart(name, sql) : [{ name, sql }];
  });
};

/** The column that holds the OID of what a query gives, where PostgreSQL's own objects are among them. */
const oidOf: Readonly<Partial<Record<CatalogueQueryName, string>>> = {
  relations: 'c.oid',
  columns: 'a.attrelid',
  types: 't.oid',
  routines: 'p.oid',
  keys: 'conrelid',
};

const ownPart = (name: CatalogueQueryName, sql: string): readonly CatalogueQuery[] => {
  // PostgreSQL's own and nothing else
  if (name === 'leakproof') return [];
  const oid = oidOf[name];
  if (oid === undefined) return [{ name, sql }];
  const [head = '', order] = sql.split('\nORDER BY ');
  const where = /\bWHERE\b(?![^]*\bJOIN\b)/.test(head) ? 'AND' : 'WHERE';
  const limited = `${head}\n${where} ${oid} OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid`;
  return [{ name, sql: order === undefined ? limited : `${limited}\nORDER BY ${order}` }];
};

const counted = (
  table: string,
  where: string,
): string => `SELECT pg_catalog.concat(pg_catalog.count(*), '.', pg_catalog.count(*) OPERATOR(pg_catalog.*) now.xid OPERATOR(pg_catalog.-) pg_catalog.sum(pg_catalog.age(t.xmin)), '.', now.xid OPERATOR(pg_catalog.-) pg_catalog.min(pg_catalog.age(t.xmin))) AS part
  FROM pg_catalog.${table} AS t, now WHERE ${where} GROUP BY now.xid`;

const lasting = (oid: string): string =>
  `${oid} IN (SELECT oid FROM pg_catalog.pg_class WHERE oid OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid AND relpersistence OPERATOR(pg_catalog.<>) 't')`;

const since = (oid: string): string => `${oid} OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid`;

/**
 * One row, one text column: another text whenever a schema object has changed. Every change of a catalogue row
 * makes a new row version with a new transaction id, so the number of rows and the sum and the greatest of their
 * xmin tell; they are computed from `age`, which needs no conversion to text, relative to the latest id. Temporary
 * tables are left out: the text is the same in every session. No definition or body is read: 200,000 columns take some 50 ms.
 */
export const catalogueFingerprintQuery = `WITH now AS MATERIALIZED (SELECT pg_catalog.age('3'::pg_catalog.xid)::pg_catalog.int8 AS xid), parts AS (
${[
  counted('pg_namespace', `nspname OPERATOR(pg_catalog.!~) '^pg_(temp|toast)_'`),
  counted('pg_class', `relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND ${lasting('oid')}`),
  counted('pg_attribute', lasting('attrelid')),
  counted('pg_attrdef', lasting('adrelid')),
  counted('pg_inherits', lasting('inhrelid')),
  counted('pg_trigger', lasting('tgrelid')),
  counted('pg_rewrite', lasting('ev_class')),
  counted(
    'pg_constraint',
    `conrelid OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR ${lasting('conrelid')}`,
  ),
  counted('pg_proc', since('oid')),
  counted('pg_operator', since('oid')),
  counted('pg_cast', since('oid')),
  counted('pg_enum', 'true'),
  counted('pg_policy', 'true'),
  counted('pg_extension', 'true'),
  counted(
    'pg_type',
    `${since('oid')} AND (typrelid OPERATOR(pg_catalog.=) 0::pg_catalog.oid AND (typtype IN ('d', 'e', 'r', 'm') OR (typtype OPERATOR(pg_catalog.=) 'b' AND typcategory OPERATOR(pg_catalog.<>) 'A')))`,
  ),
  counted(
    'pg_description',
    `classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND objsubid OPERATOR(pg_catalog.>) 0 AND ${since('objoid')}`,
  ),
]
  .map((text, i) => `SELECT ${i} AS place, part FROM (${text}) t${i}`)
  .join('\nUNION ALL ')})
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat(place, ':', part), ' ' ORDER BY place)) FROM parts`;
