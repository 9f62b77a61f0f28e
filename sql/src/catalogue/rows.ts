/** Rows in text format; NULL as null. */
export type Rows = readonly (readonly (string | null)[])[];

/** What each catalogue query gave. */
export interface CatalogueRows {
  readonly database: Rows;
  readonly schemas: Rows;
  readonly relations: Rows;
  readonly columns: Rows;
  readonly types: Rows;
  readonly routines: Rows;
  readonly operators: Rows;
  readonly leakproof: Rows;
  readonly casts: Rows;
  readonly inheritance: Rows;
  readonly triggers: Rows;
  readonly rules: Rows;
  readonly keys: Rows;
}
