import {
  buildCatalogue,
  catalogueFingerprintQuery,
  catalogueQueries,
  type CatalogueRows,
  classify,
  type Rows,
  type SystemObjects,
  systemObjectsOf,
} from '@postern/sql';
import type { Classification as Explicit } from '../control/assignment.js';
import type { Ask } from './ask.js';
import type { CatalogueSource, Loaded } from './catalogues.js';

/** @param serverVersion e.g. 150004, as `server_version_num` */
export function postgresCatalogue(
  serverVersion: number,
  explicit: readonly Explicit[],
): CatalogueSource {
  let system: SystemObjects | undefined;
  const fingerprint = async (ask: Ask): Promise<string> => {
    const [row] = await ask.ask(catalogueFingerprintQuery, { reading: 'brief' });
    return row?.[0] ?? '';
  };
  return {
    fingerprint,
    load: async (ask: Ask, version: string): Promise<Loaded> => {
      const answers = new Map<string, Rows>();
      const queries = catalogueQueries(serverVersion, system === undefined ? 'all' : 'own');
      for (const { name, sql } of queries) {
        answers.set(name, await ask.ask(sql, { reading: 'brief' }));
      }
      const catalogue = buildCatalogue(rowsOf(answers), version, system);
      system ??= systemObjectsOf(catalogue);
      return { catalogue, classification: classify(catalogue, explicit) };
    },
  };
}

const none: Rows = [];

function rowsOf(answers: ReadonlyMap<string, Rows>): CatalogueRows {
  const of = (name: keyof CatalogueRows): Rows => answers.get(name) ?? none;
  return {
    database: of('database'),
    schemas: of('schemas'),
    relations: of('relations'),
    columns: of('columns'),
    types: of('types'),
    routines: of('routines'),
    operators: of('operators'),
    leakproof: of('leakproof'),
    casts: of('casts'),
    inheritance: of('inheritance'),
    triggers: of('triggers'),
    rules: of('rules'),
    keys: of('keys'),
  };
}
