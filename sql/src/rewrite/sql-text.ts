/** Pieces of generated SQL. Nothing in them depends on search_path: names and operators are qualified. */

/** Always quoted: a keyword would not do as a name without. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A literal that reads the same whatever `standard_conforming_strings` says. */
export const literal = (value: string): string =>
  value.includes('\\')
    ? `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${value.replaceAll("'", "''")}'`;

export const op = (left: string, symbol: string, right: string): string =>
  `(${left} OPERATOR(pg_catalog.${symbol}) ${right})`;

export const call = (name: string, ...args: readonly string[]): string =>
  `pg_catalog.${name}(${args.join(', ')})`;

export const cast = (value: string, type: string): string => `(${value})::${type}`;

export const when = (condition: string, value: string, otherwise?: string): string =>
  `CASE WHEN ${condition} THEN ${value}${otherwise === undefined ? '' : ` ELSE ${otherwise}`} END`;
