import { sinceOwn } from './sql.js';

/** The latest transaction id, as ever growing number, for `counted`. */
export const latestId = `now AS MATERIALIZED (SELECT pg_catalog.age('3'::pg_catalog.xid) OPERATOR(pg_catalog.+) '0'::pg_catalog.int8 AS xid)`;

/** Rows that initdb wrote bear an id that never ages (age() is 2^31 - 1): relative to the latest, it would grow. */
const aged = `pg_catalog.age(t.xmin) OPERATOR(pg_catalog.<) 2147483647`;

/** Number of rows, and the sum of their transaction ids. */
const versions = (table: string, where: string): string =>
  `SELECT s.rows, s.rows OPERATOR(pg_catalog.*) now.xid OPERATOR(pg_catalog.-) s.ages AS ids
  FROM (SELECT pg_catalog.count(*) AS rows, COALESCE(pg_catalog.sum(pg_catalog.age(t.xmin)), '0'::pg_catalog.int8) AS ages
    FROM pg_catalog.${table} AS t WHERE (${where}) AND ${aged}) AS s, now`;

/** A query of one column `part`, another text whenever a row of these has changed; needs `latestId`. */
export const counted = (table: string, where: string): string =>
  `SELECT pg_catalog.concat(v.rows, '.', v.ids) AS part FROM (${versions(table, where)}) AS v`;

/** Without what belongs to temporary tables: few rows, which are found by an index, and taken from the whole. */
const countedLasting = (table: string, relation: string, also = 'true'): string =>
  `SELECT pg_catalog.concat(v.rows OPERATOR(pg_catalog.-) w.rows, '.', v.ids OPERATOR(pg_catalog.-) w.ids) AS part
  FROM (${versions(table, `${sinceOwn(relation)} AND ${also}`)}) AS v, (${versions(
    table,
    `${also} AND ${relation} OPERATOR(pg_catalog.=) ANY (SELECT x.oid FROM pg_catalog.pg_class x WHERE x.relpersistence OPERATOR(pg_catalog.=) 't')`,
  )}) AS w`;

/**
 * One row, one text column: another text whenever a schema object has changed. Every change of a catalogue row
 * makes a new row version with a new transaction id, so the number of rows and the sum of their
 * xmin tell: where rows go and as many come, those that come have greater ids than all before. The ids
 * are computed from `age`, which needs no conversion to text, relative to the latest id. Temporary tables are left
 * out: the text is the same in every session. No definition or body is read.
 */
export const catalogueFingerprintQuery = `WITH ${latestId}, parts AS (
${[
  counted('pg_namespace', `nspname OPERATOR(pg_catalog.!~) '^pg_(temp|toast)_'`),
  counted(
    'pg_class',
    `relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f,S,c}'::pg_catalog."char"[]) AND relpersistence OPERATOR(pg_catalog.<>) 't' AND ${sinceOwn('oid')}`,
  ),
  countedLasting('pg_attribute', 'attrelid', 'attnum OPERATOR(pg_catalog.>) 0'),
  countedLasting('pg_attrdef', 'adrelid'),
  countedLasting('pg_index', 'indrelid'),
  countedLasting('pg_inherits', 'inhrelid'),
  countedLasting('pg_trigger', 'tgrelid'),
  countedLasting('pg_rewrite', 'ev_class'),
  counted('pg_constraint', `conrelid OPERATOR(pg_catalog.=) 0::pg_catalog.oid`),
  countedLasting('pg_constraint', 'conrelid'),
  counted('pg_proc', sinceOwn('oid')),
  counted('pg_operator', sinceOwn('oid')),
  counted('pg_cast', sinceOwn('oid')),
  counted('pg_collation', sinceOwn('oid')),
  counted('pg_enum', 'true'),
  counted('pg_event_trigger', 'true'),
  counted('pg_policy', 'true'),
  counted('pg_foreign_server', 'true'),
  counted('pg_extension', 'true'),
  counted(
    'pg_type',
    `${sinceOwn('oid')} AND (typrelid OPERATOR(pg_catalog.=) 0::pg_catalog.oid AND (typtype OPERATOR(pg_catalog.=) ANY ('{d,e,r,m}'::pg_catalog."char"[]) OR (typtype OPERATOR(pg_catalog.=) 'b' AND typcategory OPERATOR(pg_catalog.<>) 'A')))`,
  ),
  counted(
    'pg_description',
    `classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND objsubid OPERATOR(pg_catalog.>) 0 AND ${sinceOwn('objoid')}`,
  ),
]
  .map((text, i) => `SELECT ${i} AS place, part FROM (${text}) t${i}`)
  .join('\nUNION ALL ')})
SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat(place, ':', part), ' ' ORDER BY place)) FROM parts`;
