/** A schema-qualified object name, unquoted, as the catalogue stores it. */
export interface ObjectName {
  readonly schema: string;
  readonly name: string;
}

/** PostgreSQL's identifier rule: what may stand without quotes (keywords aside). */
const plain = /^[a-z_][a-z0-9_$]*$/;

/** Quotes an identifier where SQL would quote it; `"` inside is doubled. */
export const quoteIdentifier = (name: string): string =>
  plain.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** `public.orders`, `public."Mixed Case"`: the written form used in policies, events and messages. */
export const formatName = (n: ObjectName): string =>
  `${quoteIdentifier(n.schema)}.${quoteIdentifier(n.name)}`;
