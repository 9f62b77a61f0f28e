import { type Analysis, type Catalogue, formatName } from '@postern/sql';
import type pg from 'pg';
import { describe } from './describe.js';

/** What the server says of a column of a result. */
export interface Origin {
  /** the relation and the column it is, unchanged; undefined when it is none */
  readonly column: string | undefined;
  /** it is a system column, of which the catalogue keeps nothing */
  readonly system: boolean;
  /** OID */
  readonly type: number;
}

/** @returns undefined when the server refuses the query */
export async function originsOf(
  { client, catalogue }: { readonly client: pg.Client; readonly catalogue: Catalogue },
  query: string,
): Promise<readonly Origin[] | undefined> {
  const { fields } = await describe(client, query);
  return fields?.map(({ tableID, columnID, dataTypeID }) => {
    const relation = catalogue.relationByOid(tableID);
    const column = relation?.columns.find(({ number }) => number === columnID);
    return {
      column: relation && column && `${formatName(relation)}.${column.name}`,
      system: columnID < 0,
      type: dataTypeID,
    };
  });
}

/** Columns that are another relation's column unchanged, and that the analysis takes for something else. */
export const mistaken = (
  origins: readonly Origin[],
  { output }: Pick<Analysis, 'output'>,
): readonly string[] =>
  origins.flatMap(({ column: origin }, i) => {
    const sources = (output[i]?.sources ?? []).map(
      ({ column, kind }) => `${kind} ${formatName(column)}.${column.column}`,
    );
    if (origin === undefined || sources.join() === `identity ${origin}`) return [];
    return [`column ${i + 1} is ${origin}, not ${sources.join(', ') || 'of nothing'}`];
  });

/** Of the columns of these the server names no origin, though some are a column unchanged. */
const withoutOrigins = /\b(?:values|union|intersect|except)\b/i;

/** The other way round. */
export const unoriginal = (
  query: string,
  origins: readonly Origin[],
  { output }: Pick<Analysis, 'output'>,
): readonly string[] =>
  (withoutOrigins.test(query) ? [] : output).flatMap(({ sources }, i) => {
    const [only, ...others] = sources;
    if (only?.kind !== 'identity' || others.length > 0) return [];
    const origin = origins[i];
    if (!origin || origin.column !== undefined || origin.system) return [];
    return [`column ${i + 1} is computed, not ${formatName(only.column)}.${only.column.column}`];
  });

/** The server sends values of a domain as such of the type that it is over. */
const baseOf = (catalogue: Catalogue, oid: number): number => {
  const type = catalogue.typeByOid(oid);
  return type?.kind === 'd' ? baseOf(catalogue, type.base) : oid;
};

/** Columns whose type the analysis takes for another one. */
export const mistyped = (
  catalogue: Catalogue,
  origins: readonly Origin[],
  types: readonly (number | undefined)[],
): readonly string[] =>
  origins.flatMap(({ type }, i) => {
    const ours = types[i];
    return ours === undefined || baseOf(catalogue, ours) === type
      ? []
      : [`column ${i + 1} is of type ${type}, not ${ours}`];
  });
