import { SqlError } from '../errors.js';
import { buildCatalogue, type Definitions, type Objects } from './build.js';
import type { Catalogue } from './catalogue.js';
import { Columns } from './columns.js';
import {
  type DefinitionKind,
  definitionKinds,
  definitionsQuery,
  stampsQuery,
} from './definitions.js';
import { type Details, detailsOf, detailsQuery, schemaNames } from './details.js';
import { catalogueFingerprintQuery } from './fingerprint.js';
import {
  allQuery,
  bareRelation,
  bareRoutine,
  bareType,
  cast,
  newerQuery,
  presentQuery,
  relationsQuery,
  routinesQuery,
  systemOperator,
  type SystemObjects,
  systemQueries,
  typesQuery,
} from './objects.js';
import { num, numbers, type Row, type Rows, strings, text } from './rows.js';
import { effectivePath } from './sql.js';

/** Runs one query. All values in text format. */
export type AskRows = (sql: string) => Promise<Rows>;

/** From PostgreSQL 13 on one text of each query serves all versions. */
const oldestServer = 130000;
/** Definitions asked for at once: the relations under their views are locked so long. */
const definitionsAtOnce = 50;

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
    const schemas = schemaNames(details);
    const base = this.baseFor(text(place), details);
    const objects = await (base
      ? readChanges(ask, num(serverVersion), schemas, base)
      : readObjects(ask, num(serverVersion), schemas, oidsOf(await ask(allQuery))));
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

type Oids = Readonly<Record<keyof Objects, readonly number[]>>;

const oidsOf = ([row = []]: Rows): Oids => ({
  relations: numbers(row[0]),
  types: numbers(row[1]),
  routines: numbers(row[2]),
});

/** What was read before, without what is there no more, with what has changed since. */
async function readChanges(
  ask: AskRows,
  serverVersion: number,
  schemas: ReadonlyMap<number, string>,
  { horizon, objects }: Kept,
): Promise<Objects> {
  const present = oidsOf(await ask(presentQuery));
  const newer = oidsOf(await ask(newerQuery(horizon)));
  const changed = await readObjects(ask, serverVersion, schemas, {
    relations: unread(present.relations, objects.relations, newer.relations),
    types: unread(present.types, objects.types, newer.types),
    routines: unread(present.routines, objects.routines, newer.routines),
  });
  return {
    relations: merged(objects.relations, present.relations, changed.relations),
    types: merged(objects.types, present.types, changed.types),
    routines: merged(objects.routines, present.routines, changed.routines),
  };
}

type Known<V> = ReadonlyMap<number, V>;

/** What is new, and what is neither known nor new, which should not be. */
const unread = (
  present: readonly number[],
  before: Known<unknown>,
  newer: readonly number[],
): readonly number[] => [...new Set([...newer, ...present.filter((oid) => !before.has(oid))])];

const merged = <V>(before: Known<V>, present: readonly number[], changed: Known<V>): Known<V> => {
  const there = new Set(present);
  return new Map([...[...before].filter(([oid]) => oid < firstOwn || there.has(oid)), ...changed]);
};

const readSystem = async (ask: AskRows): Promise<SystemObjects> => ({
  operators: (await ask(systemQueries.operators)).map(systemOperator),
  casts: (await ask(systemQueries.casts)).map(cast),
});

async function readObjects(
  ask: AskRows,
  serverVersion: number,
  schemas: ReadonlyMap<number, string>,
  oids: Oids,
): Promise<Objects> {
  const columnsOf = sharing();
  const query = (some: readonly number[]): string => routinesQuery(some, serverVersion);
  return {
    relations: await readEach(ask, relationsQuery, oids.relations, 200, (row) =>
      bareRelation(row, columnsOf),
    ),
    types: await readEach(ask, typesQuery, oids.types, 1000, (row) => bareType(row, schemas)),
    routines: await readEach(ask, query, oids.routines, 500, bareRoutine),
  };
}

/** Objects by their OIDs. @param atOnce all their rows together would take more memory than they do */
async function readEach<V>(
  ask: AskRows,
  query: (oids: readonly number[]) => string,
  oids: readonly number[],
  atOnce: number,
  make: (row: Row) => V,
): Promise<ReadonlyMap<number, V>> {
  const found = new Map<number, V>();
  for (let i = 0; i < oids.length; i += atOnce)
    for (const row of await ask(query(oids.slice(i, i + atOnce))))
      found.set(num(row[0]), make(row));
  return found;
}

/** The same columns for equal texts, of the first so many of them: partitions are all alike. */
const sharing = (most = 1000): ((text: string, generated: boolean) => Columns) => {
  const known = new Map<string, Columns>();
  return (text, generated) => {
    let columns = known.get(text);
    if (columns === undefined) {
      columns = new Columns(text, generated);
      if (known.size < most) known.set(text, columns);
    }
    return columns;
  };
};

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
