// Every name in the queries of a catalogue is qualified, operators too: they run over a client's session, and its
// own objects must not be met by them. IN and NOT IN look for their operator in the search path. And they cast no
// number to another type, as LIMIT does too: a role may have been denied the function that does.

/** OIDs below this one are PostgreSQL's own (FirstNormalObjectId). */
export const own = 16384;

export const sinceOwn = (oid: string): string =>
  `${oid} OPERATOR(pg_catalog.>=) ${own}::pg_catalog.oid`;

/** Is it one of these OIDs? */
export const oneOf = (column: string, oids: readonly number[]): string =>
  `${column} OPERATOR(pg_catalog.=) ANY ('{${oids.join(',')}}'::pg_catalog.oid[])`;

/** A catalogue as `regclass`. */
export const catalogOid = (name: string): string => `'pg_catalog.${name}'::pg_catalog.regclass`;

/**
 * The search path where it names a temporary schema that is not there yet: current_schemas() would make it,
 * and PREPARE TRANSACTION then fails no more where it should.
 */
const withoutTemporary = `pg_catalog.array_prepend('pg_catalog'::pg_catalog.name, ARRAY(
      SELECT n.nspname FROM pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.current_setting('search_path'), ','))
        WITH ORDINALITY AS e (name, i) JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=)
          CASE WHEN e.name OPERATOR(pg_catalog.~) '[$]user' THEN CURRENT_USER ELSE pg_catalog.btrim(e.name, ' "')::pg_catalog.name END
      ORDER BY e.i))`;

/** `name[]`: the schemas in which unqualified names are looked up, the implicit ones included. */
export const effectivePath = `CASE
    WHEN pg_catalog.pg_my_temp_schema() OPERATOR(pg_catalog.=) 0::pg_catalog.oid
      AND pg_catalog.current_setting('search_path') OPERATOR(pg_catalog.~) 'pg_temp'
    THEN ${withoutTemporary} ELSE pg_catalog.current_schemas(true) END`;
