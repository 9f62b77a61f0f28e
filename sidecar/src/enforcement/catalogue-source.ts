import { buildCatalogue, catalogueFingerprintQuery, catalogueQueries, classify } from '@postern/sql';
import type { Classification as Explicit } from '../control/assignment.js';
import type { Ask } from './ask.js';
import type { CatalogueSource, Loaded } from './catalogues.js';

/** @param serverVersion e.g. 150004, as `server_version_num` */
export function postgresCatalogue(serverVersion: number, explicit: readonly Explicit[]): CatalogueSource {
  const queries = catalogueQueries(serverVersion);
  return {
    load: async (ask: Ask): Promise<Loaded> => {
      const rows: Record<string, readonly (readonly (string | null)[])[]> = {};
      for (const [part, sql] of Object.entries(queries)) rows[part] = await ask.ask(sql);
      const catalogue = buildCatalogue(rows);
      return { catalogue, classification: classify(catalogue, explicit) };
    },
    fingerprint: async (ask: Ask): Promise<string> => {
      const [row] = await ask.ask(catalogueFingerprintQuery);
      return row?.[0] ?? '';
    },
  };
}
