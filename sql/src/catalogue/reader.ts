import { SqlError } from '../errors.js';
import { buildCatalogue, type Definitions, type Objects } from './build.js';
import type { Catalogue, Column } from './catalogue.js';
import {
  type DefinitionKind,
  definitionKinds,
  definitionsQuery,
  stampsQuery,
} from './definitions.js';
import { type Details, detailsOf, detailsQuery, schemaNames } from './details.js';
import { catalogueFingerprintQuery } from './fingerprint.js';
import {
  bareRelation,
  bareRoutine,
  bareType,
  column,
  columnsQuery,
  presentQuery,
  relationsQuery,
  cast,
  routinesQuery,
  systemOperator,
  type SystemObjects,
  systemQueries,
  typesQuery,
  type Wanted,
} from './objects.js';
import { num, numbers, type Rows, strings, text } from './rows.js';
import { effectivePath } from './sql.js';

/** Runs one query. All values in text format. */
export type AskRows = (sql: string) => Promise<Rows>;

/** From PostgreSQL 13 on one text of each query serves all versions. */
const oldestServer = 130000;
/** Definitions asked for at once: the relations under their views are locked so long. */
const definitionsAtOnce = 50;
/** Relations whose columns are asked for at once. */
const relationsAtOnce = 100;

/**
 * The horizon is the oldest transaction that was running: what it and later ones write is newer. The start of the
 * server and the OID of the database tell that another one has taken its place.
 */
const startQuery = `SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_database(),
  pg_catalog.array_to_json(${effectivePath}),
  pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.numeric OPERATOR(pg_catalog.%) '4294967296'::pg_catalog.numeric,
  pg_catalog.concat(pg_catalog.to_char(pg_catalog.timezone('UTC', pg_catalog.pg_postmaster_start_time()), 'YYYYMMDDHH24MISSUS'), ' ', (SELECT d.oid FROM pg_catalog.pg_database d
    WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))`;

/** What a reading leaves for the next one. */
interface Kept {
  readonly horizon: string;
  readonly place: string;
  readonly objects: Objects;
  readonly details: Details;
  readonly system: SystemObjects;
  /** definitions by stamp */
  readonly definitions: ReadonlyMap<string, string>;
}

/**
 * Reads the catalogue of one database, over whichever connection it is given, and keeps what it has read: the next
 * reading asks for what has changed since.
 */
export class CatalogueReader {
  private kept: Kept | undefined;

  /** A short text that changes when any schema object does. */
  async fingerprint(ask: AskRows): Promise<string> {
    return text((await ask(catalogueFingerprintQuery))[0]?.[0]);
  }

  /**
   * @param version   what `fingerprint` gave just before
   * @param committed the connection sees nothing that may still be rolled back. What others see is not kept: two
   *                  changes within one transaction cannot be told apart by its id.
   * @throws SqlError `bad-catalogue`, and what `ask` throws
   */
  async read(ask: AskRows, version: string, committed: boolean): Promise<Catalogue> {
    const [start] = await ask(startQuery);
    if (start === undefined)
      throw new SqlError('bad-catalogue', 'the server did not say what it is');
    const [serverVersion, database, path, horizon, place] = start;
    if (num(serverVersion) < oldestServer)
      throw new SqlError('bad-catalogue', `PostgreSQL ${text(serverVersion)} is older than 13`);
    const details = detailsOf(await ask(detailsQuery));
    const base = this.baseFor(text(place), details);
    const objects = await (base
      ? readChanges(ask, num(serverVersion), base)
      : readObjects(ask, num(serverVersion), 'all'));
    const system = base?.system ?? (await readSystem(ask));
    const { definitions, byStamp } = await readDefinitions(
      ask,
      num(serverVersion),
      base?.definitions ?? new Map<string, string>(),
    );
    if (committed)
      this.kept = {
        ...{ horizon: text(horizon), place: text(place), objects, details, system },
        definitions: byStamp,
      };
    const facts = {
      version,
      serverVersionNum: num(serverVersion),
      database: text(database),
      definitionPath: strings(path),
    };
    return buildCatalogue(facts, system, objects, details, definitions);
  }

  /** What was kept, unless something has changed that leaves no trace on the objects. */
  private baseFor(place: string, details: Details): Kept | undefined {
    const { kept } = this;
    if (kept?.place !== place) return undefined;
    const before = schemaNames(kept.details);
    for (const [oid, name] of schemaNames(details))
      if ((before.get(oid) ?? name) !== name) return undefined;
    for (const unmarked of ['members', 'collations'] as const)
      if (inOrder(kept.details[unmarked]) !== inOrder(details[unmarked])) return undefined;
    return kept;
  }
}

/** Rows come in any order. */
const inOrder = (rows: Rows): string => JSON.stringify(rows.map((row) => row.join(' ')).sort());

/** FirstNormalObjectId */
const firstOwn = 16384;

/** What was read before, without what is there no more, with what has changed since. */
async function readChanges(
  ask: AskRows,
  serverVersion: number,
  { horizon, objects }: Kept,
): Promise<Objects> {
  const [there = []] = await ask(presentQuery);
  const present = {
    relations: new Set(numbers(there[0])),
    types: new Set(numbers(there[1])),
    routines: new Set(numbers(there[2])),
  };
  const changed = await readObjects(ask, serverVersion, { newerThan: horizon });
  // What is neither known nor new should not be.
  const missing = await readObjects(ask, serverVersion, {
    relations: unknown(present.relations, objects.relations, changed.relations),
    types: unknown(present.types, objects.types, changed.types),
    routines: unknown(present.routines, objects.routines, changed.routines),
  });
  return {
    relations: merged(objects.relations, present.relations, changed.relations, missing.relations),
    types: merged(objects.types, present.types, changed.types, missing.types),
    routines: merged(objects.routines, present.routines, changed.routines, missing.routines),
  };
}

type Known<V> = ReadonlyMap<number, V>;

const unknown = (
  present: ReadonlySet<number>,
  before: Known<unknown>,
  changed: Known<unknown>,
): readonly number[] => [...present].filter((oid) => !before.has(oid) && !changed.has(oid));

const merged = <V>(
  before: Known<V>,
  present: ReadonlySet<number>,
  changed: Known<V>,
  missing: Known<V>,
): Known<V> =>
  new Map([
    ...[...before].filter(([oid]) => oid < firstOwn || present.has(oid)),
    ...changed,
    ...missing,
  ]);

const readSystem = async (ask: AskRows): Promise<SystemObjects> => ({
  operators: (await ask(systemQueries.operators)).map(systemOperator),
  casts: (await ask(systemQueries.casts)).map(cast),
});

async function readObjects(ask: AskRows, serverVersion: number, which: Which): Promise<Objects> {
  const of = (query: (which: Wanted) => string, oids: keyof Objects): Promise<Rows> | Rows => {
    if (which === 'all' || 'newerThan' in which) return ask(query(which));
    return which[oids].length === 0 ? [] : ask(query(which[oids]));
  };
  const rows = await of(relationsQuery, 'relations');
  const columns = await readColumns(
    ask,
    rows.filter((row) => row[3] !== 't').map((row) => num(row[0])),
  );
  const relations = rows.map((row) => bareRelation(row, columns.get(num(row[0]))));
  const types = (await of(typesQuery, 'types')).map(bareType);
  const routines = (await of((wanted) => routinesQuery(wanted, serverVersion), 'routines')).map(
    bareRoutine,
  );
  return {
    relations: new Map(relations.map((one) => [one.oid, one])),
    types: new Map(types.map((one) => [one.oid, one])),
    routines: new Map(routines.map((one) => [one.overload.oid, one])),
  };
}

/** All objects, those with rows newer than a horizon, or these. */
type Which =
  Exclude<Wanted, readonly number[]> | Readonly<Record<keyof Objects, readonly number[]>>;

async function readColumns(
  ask: AskRows,
  relations: readonly number[],
): Promise<ReadonlyMap<number, readonly Column[]>> {
  const strings = new Map<string, string>();
  const share = (one: string): string => {
    const known = strings.get(one);
    if (known === undefined) strings.set(one, one);
    return known ?? one;
  };
  const columns = new Map<number, Column[]>();
  for (let i = 0; i < relations.length; i += relationsAtOnce)
    for (const row of await ask(columnsQuery(relations.slice(i, i + relationsAtOnce)))) {
      const oid = num(row[0]);
      const known = columns.get(oid);
      if (known) known.push(column(row, share));
      else columns.set(oid, [column(row, share)]);
    }
  return columns;
}

async function readDefinitions(
  ask: AskRows,
  serverVersion: number,
  known: ReadonlyMap<string, string>,
): Promise<{
  readonly definitions: Definitions;
  readonly byStamp: ReadonlyMap<string, string>;
}> {
  const definitions = {
    view: new Map<number, string>(),
    rule: new Map<number, string>(),
    body: new Map<number, string>(),
    policy: new Map<number, string>(),
  };
  const unknown: Record<DefinitionKind, number[]> = { view: [], rule: [], body: [], policy: [] };
  const stamps = (await ask(stampsQuery(serverVersion))).map(([kind, oid, stamp]) => ({
    kind: kind as DefinitionKind,
    oid: num(oid),
    stamp: `${text(kind)} ${text(oid)} ${text(stamp)}`,
  }));
  for (const { kind, oid, stamp } of stamps) {
    const definition = known.get(stamp);
    if (definition === undefined) unknown[kind].push(oid);
    else definitions[kind].set(oid, definition);
  }
  for (const kind of definitionKinds)
    for (let i = 0; i < unknown[kind].length; i += definitionsAtOnce) {
      const some = unknown[kind].slice(i, i + definitionsAtOnce);
      for (const [oid, sql] of await ask(definitionsQuery(kind, some)))
        if (typeof sql === 'string') definitions[kind].set(num(oid), sql);
    }
  const byStamp = new Map<string, string>();
  for (const { kind, oid, stamp } of stamps) {
    const definition = definitions[kind].get(oid);
    if (definition !== undefined) byStamp.set(stamp, definition);
  }
  return { definitions, byStamp };
}

/** A catalogue read once. @throws SqlError `bad-catalogue`, and what `ask` throws */
export const readCatalogue = async (ask: AskRows): Promise<Catalogue> => {
  const reader = new CatalogueReader();
  return reader.read(ask, await reader.fingerprint(ask), false);
};
