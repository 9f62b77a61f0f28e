import { catalogueFromData } from '../catalogue/build.js';
import type { Catalogue, CatalogueData } from '../catalogue/catalogue.js';
import type { SessionSettings } from '../resolve/settings.js';

/** `readFileSync`: the package itself reads no files. */
export type ReadText = (url: URL, encoding: 'utf8') => string;

/** The catalogue of `fixtures/shop.sql`, as PostgreSQL 15 gave it, without what no fixture names. */
export const shop = (read: ReadText): Catalogue =>
  catalogueFromData(
    JSON.parse(read(new URL('../../fixtures/shop.json', import.meta.url), 'utf8')) as CatalogueData,
  );

export const settings: SessionSettings = {
  searchPath: ['$user', 'public'],
  user: 'app',
  role: 'none',
  temporarySchema: 'pg_temp_3',
};
