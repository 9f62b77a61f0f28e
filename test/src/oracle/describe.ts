import type pg from 'pg';

/** The messages of a client of `pg` that this asks for; the rest of its query it passes by. */
interface Connection {
  parse(query: { readonly name: string; readonly text: string }, more: boolean): void;
  describe(what: { readonly type: 'S'; readonly name: string }, more: boolean): void;
  sync(): void;
  once(event: string, listener: (message: ParameterDescription) => void): void;
  off(event: string, listener: (message: ParameterDescription) => void): void;
}

interface ParameterDescription {
  readonly dataTypeIDs: readonly number[];
}

interface Field {
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
}

/** What the server says to a query that it is to parse. */
export interface Described {
  readonly fields?: readonly Field[];
  /** OIDs of the types of its parameters */
  readonly parameters?: readonly number[];
  readonly error?: pg.DatabaseError;
}

/**
 * What RowDescription says of each column (protocol, "Message Formats": the table's OID, the attribute number and the
 * type's OID) and ParameterDescription of each parameter, or why the server refuses the query. It does not run.
 *
 * @returns neither for a statement without rows
 */
export const describe = (client: pg.Client, text: string): Promise<Described> =>
  new Promise((resolve) => {
    let fields: Described['fields'];
    let parameters: Described['parameters'];
    let listening: Connection | undefined;
    const onParameters = ({ dataTypeIDs }: ParameterDescription): void => {
      parameters = [...dataTypeIDs];
    };
    const ended = (found: Described): void => {
      listening?.off('parameterDescription', onParameters);
      resolve(found);
    };
    const ask = {
      callback: () => undefined,
      submit(connection: Connection): void {
        listening = connection;
        connection.once('parameterDescription', onParameters);
        connection.parse({ name: '', text }, true);
        connection.describe({ type: 'S', name: '' }, true);
        connection.sync();
      },
      handleRowDescription(described: { readonly fields: readonly Field[] }): void {
        fields = described.fields;
      },
      handleError(error: pg.DatabaseError): void {
        // `pg` tells no query of the ReadyForQuery behind its error.
        ended({ error });
      },
      handleReadyForQuery(): void {
        ended({
          ...(fields === undefined ? {} : { fields }),
          ...(parameters === undefined ? {} : { parameters }),
        });
      },
    };
    client.query(ask as unknown as pg.Query);
  });
