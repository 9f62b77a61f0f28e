import { join } from 'node:path';
import pg from 'pg';
import type { Major } from '../harness/binaries.js';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';

/** A function as a server has it. */
export interface Found {
  readonly name: string;
  /** `name(type,type)` with the names of pg_type */
  readonly signature: string;
  readonly volatility: 'i' | 's' | 'v';
  /** takes or gives what no statement can write down */
  readonly internal: boolean;
  readonly oid: number;
}

/** What one server is asked for. */
export interface Survey {
  readonly functions: readonly Found[];
  /** `schema.name` of its own relations */
  readonly relations: readonly string[];
  /** functions that operators, casts, aggregates and types call: what calls, and the function's OID */
  readonly called: readonly (readonly [by: string, oid: number])[];
  /** of those asked for that can be made here */
  readonly extensions: Readonly<Record<string, readonly Found[]>>;
}

const own = 16384;

const functionsQuery = (
  condition: string,
): string => `SELECT p.oid::int AS oid, p.proname AS name, p.provolatile AS volatility,
  p.proname || '(' || array_to_string(ARRAY(SELECT t.typname FROM unnest(p.proargtypes) WITH ORDINALITY a (type, i)
    JOIN pg_type t ON t.oid = a.type ORDER BY a.i), ',') || ')' AS signature,
  'internal'::regtype::oid = ANY (p.proargtypes) OR p.prorettype = 'internal'::regtype AS internal
FROM pg_proc p WHERE ${condition} ORDER BY 4`;

const calledQuery = `SELECT 'operator ' || o.oid::regoperator AS by, o.oprcode::oid::int AS oid FROM pg_operator o WHERE o.oid < ${own}
UNION ALL SELECT format('cast of %s to %s', castsource::regtype, casttarget::regtype), castfunc::int FROM pg_cast
  WHERE castfunc <> 0 AND oid < ${own}
UNION ALL SELECT 'type ' || t.oid::regtype, f.oid::int FROM pg_type t,
  LATERAL (VALUES (t.typinput::oid), (t.typoutput), (t.typreceive), (t.typsend), (t.typmodin), (t.typmodout)) f (oid)
  WHERE t.oid < ${own} AND f.oid <> 0 AND t.typtype <> 'p'
UNION ALL SELECT 'aggregate ' || a.aggfnoid::regprocedure, f.oid::int FROM pg_aggregate a,
  LATERAL (VALUES (a.aggtransfn::oid), (a.aggfinalfn), (a.aggcombinefn), (a.aggserialfn), (a.aggdeserialfn),
    (a.aggmtransfn), (a.aggminvtransfn), (a.aggmfinalfn)) f (oid) WHERE a.aggfnoid < ${own} AND f.oid <> 0`;

/** Those of the extension $1. */
const membersQuery =
  functionsQuery(`p.oid IN (SELECT d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
  WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND e.extname = $1)`);

/** What is wanted of PGlite: PostgreSQL as WebAssembly, for which more extensions are published than for servers. */
interface Embedded {
  exec(sql: string): Promise<unknown>;
  query(sql: string, parameters: readonly unknown[]): Promise<{ readonly rows: readonly Found[] }>;
  close(): Promise<void>;
}

interface EmbeddedModule {
  readonly PGlite: {
    create(options: { readonly extensions: Readonly<Record<string, unknown>> }): Promise<Embedded>;
  };
}

const embedded = [
  ['vector', 'pglite-pgvector'],
  ['postgis', 'pglite-postgis'],
] as const;

/** Functions of extensions that come with no server of ours. */
export const surveyEmbedded = async (): Promise<Readonly<Record<string, readonly Found[]>>> => {
  const load = async (name: string): Promise<unknown> =>
    import(join(root, `tools/binaries/node_modules/@electric-sql/${name}/dist/index.js`));
  const { PGlite } = (await load('pglite')) as EmbeddedModule;
  const found: Record<string, readonly Found[]> = {};
  for (const [name, module] of embedded) {
    const extensions = (await load(module)) as Readonly<Record<string, unknown>>;
    const database = await PGlite.create({ extensions: { [name]: extensions[name] } });
    await database.exec(`CREATE EXTENSION ${name}`);
    found[name] = (await database.query(membersQuery, [name])).rows;
    await database.close();
  }
  return found;
};

/** Asks a server of this major version, which is started for it. @param extensions names */
export const survey = async (version: Major, extensions: readonly string[]): Promise<Survey> => {
  const server = await startPostgres({ version });
  const client = new pg.Client({ connectionString: server.login('postgres') });
  try {
    await client.connect();
    const functions = (await client.query<Found>(functionsQuery(`p.oid < ${own}`))).rows;
    const relations = (
      await client.query<{
        name: string;
      }>(`SELECT n.nspname || '.' || c.relname AS name FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('pg_catalog', 'information_schema')
        AND c.relkind IN ('r', 'v') ORDER BY 1`)
    ).rows.map(({ name }) => name);
    const called = (await client.query<{ by: string; oid: number }>(calledQuery)).rows;
    const available = await client.query<{ name: string }>(
      'SELECT name FROM pg_available_extensions ORDER BY 1',
    );
    const found: Record<string, readonly Found[]> = {};
    for (const { name } of available.rows) {
      if (!extensions.includes(name)) continue;
      await client.query('BEGIN');
      await client.query(`CREATE EXTENSION ${client.escapeIdentifier(name)} CASCADE`);
      found[name] = (await client.query<Found>(membersQuery, [name])).rows;
      await client.query('ROLLBACK');
    }
    return {
      functions,
      relations,
      called: called.map(({ by, oid }) => [by, oid] as const),
      extensions: found,
    };
  } finally {
    await client.end();
    await server.stop();
  }
};
