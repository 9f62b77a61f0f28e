import { type Analysis, type Catalogue, formatName } from '@postern/sql';
import type pg from 'pg';

/** What the server says of a column of a result. */
export interface Origin {
  /** the relation and the column it is, unchanged; undefined when it is none */
  readonly column: string | undefined;
  /** it is a system column, of which the catalogue keeps nothing */
  readonly system: boolean;
  /** OID */
  readonly type: number;
}

/** The messages of a client of `pg` that this asks for; the rest of its query it passes by. */
interface Connection {
  parse(query: { readonly name: string; readonly text: string }, more: boolean): void;
  describe(what: { readonly type: 'S'; readonly name: string }, more: boolean): void;
  sync(): void;
}

interface Described {
  readonly fields: readonly {
    readonly tableID: number;
    readonly columnID: number;
    readonly dataTypeID: number;
  }[];
}

/**
 * What RowDescription says of each column (protocol, "Message Formats": the table's OID and the attribute number),
 * without running the query.
 *
 * @returns undefined when the server refuses it
 */
const describe = (client: pg.Client, text: string): Promise<Described['fields'] | undefined> =>
  new Promise((resolve) => {
    let fields: Described['fields'] | undefined;
    const ask = {
      callback: () => undefined,
      submit(connection: Connection): void {
        connection.parse({ name: '', text }, true);
        connection.describe({ type: 'S', name: '' }, true);
        connection.sync();
      },
      handleRowDescription(described: Described): void {
        fields = described.fields;
      },
      handleError(): void {
        fields = undefined;
        // `pg` tells no query of the ReadyForQuery behind its error.
        resolve(undefined);
      },
      handleReadyForQuery(): void {
        resolve(fields);
      },
    };
    client.query(ask as unknown as pg.Query);
  });

/** @returns undefined when the server refuses the query */
export async function originsOf(
  { client, catalogue }: { readonly client: pg.Client; readonly catalogue: Catalogue },
  query: string,
): Promise<readonly Origin[] | undefined> {
  const fields = await describe(client, query);
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

/** The other way round, but for set operations, of whose columns the server names no origin. */
export const unoriginal = (
  origins: readonly Origin[],
  { output }: Pick<Analysis, 'output'>,
): readonly string[] =>
  output.flatMap(({ sources }, i) => {
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
