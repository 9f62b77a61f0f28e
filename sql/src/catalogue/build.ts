import { SqlError } from '../errors.js';
import type { Catalogue, CatalogueData } from './catalogue.js';
import type { CatalogueQueryName } from './queries.js';

/** Rows of each catalogue query, in text format; NULL as null. */
export type CatalogueRows = Readonly<
  Record<CatalogueQueryName, readonly (readonly (string | null)[])[]>
>;

/**
 * @param rows     what `catalogueQueries` gave
 * @param version  what `catalogueFingerprintQuery` gave just before
 * @throws SqlError `bad-catalogue`
 */
export const buildCatalogue = (rows: CatalogueRows, version: string): Catalogue => {
  throw new SqlError('bad-catalogue', `${version} ${Object.keys(rows).length}`);
};
/** A catalogue from its JSON form. @throws SqlError `bad-catalogue` */
export const catalogueFromData = (data: CatalogueData): Catalogue => {
  throw new SqlError('bad-catalogue', data.version);
};
