import type { Database } from '@postern/crds';
import type { SslMode, TargetSessionAttrs } from '../args/postgresUrl.js';
import type { Upstream } from '../args/upstream.js';
import { CliError } from '../errors.js';

/** A Database of the files and the server that stands for it in this run. */
export interface Governed {
  /** `namespace/name` */
  readonly id: string;
  readonly object: Database;
  readonly endpoints: readonly { readonly host: string; readonly port: number }[];
  readonly tls: { readonly mode: SslMode; readonly rootCertificate: string | undefined };
  readonly targetSessionAttrs: TargetSessionAttrs;
  /** the server's own database that the governed URL names */
  readonly databaseName: string | undefined;
  /** empty: any */
  readonly databaseNames: readonly string[];
}

/** Objects without a namespace live where kubectl would put them. */
export const databaseId = (object: Database): string =>
  `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;

/**
 * Gives each Database its `--upstream`; one without keeps the endpoints of its file.
 *
 * @throws CliError `no-database` | `unknown-database` | `ambiguous-database` | `bad-upstream`
 */
export const governDatabases = (
  databases: readonly Database[],
  upstreams: readonly Upstream[],
): readonly Governed[] => {
  if (databases.length === 0) {
    throw new CliError(
      'no-database',
      'the files hold no Database object',
      'add one that names what to govern; examples/shop/database.yaml is a start',
    );
  }
  const given = new Map<Database, Upstream>();
  for (const upstream of upstreams) {
    const database = databaseFor(databases, upstream.database, '--upstream');
    if (given.has(database)) {
      throw new CliError(
        'bad-upstream',
        `--upstream is given twice for ${databaseId(database)}`,
        'give one URL for each Database',
      );
    }
    given.set(database, upstream);
  }
  return databases.map((database) => govern(database, given.get(database)));
};

/**
 * The Database that a name on the command line means.
 *
 * @param name   `NAME`, `NAMESPACE/NAME`, or undefined for the only one
 * @param option for the message: which option named it
 * @throws CliError `no-database` | `unknown-database` | `ambiguous-database`
 */
export const databaseFor = (
  databases: readonly Database[],
  name: string | undefined,
  option: string,
): Database => {
  const fitting =
    name === undefined
      ? databases
      : databases.filter((it) => databaseId(it) === name || it.metadata.name === name);
  const [only, ...others] = fitting;
  const known = databases.map(databaseId).join(', ');
  if (only === undefined) {
    throw name === undefined
      ? new CliError('no-database', 'the files hold no Database object', 'add one to the files')
      : new CliError(
          'unknown-database',
          `${option}: no Database ${JSON.stringify(name)} in the files`,
          `the files hold: ${known}`,
        );
  }
  if (others.length > 0) {
    throw new CliError(
      'ambiguous-database',
      name === undefined
        ? `${option}: the files hold ${databases.length} Databases`
        : `${option}: ${JSON.stringify(name)} means ${fitting.length} Databases`,
      option === '--upstream'
        ? `say which with NAME=URL: ${known}`
        : `say which with ${option} NAMESPACE/NAME: ${known}`,
    );
  }
  return only;
};

const govern = (object: Database, upstream: Upstream | undefined): Governed => {
  const names = object.spec.databaseNames ?? [];
  const id = databaseId(object);
  if (upstream === undefined) {
    return {
      id,
      object,
      endpoints: object.spec.endpoints.map(({ host, port }) => ({ host, port: port ?? 5432 })),
      tls: { mode: object.spec.tls?.mode ?? 'prefer', rootCertificate: undefined },
      targetSessionAttrs: object.spec.targetSessionAttrs ?? 'any',
      databaseName: names[0],
      databaseNames: names,
    };
  }
  const { url } = upstream;
  return {
    id,
    object,
    endpoints: url.endpoints,
    tls: { mode: url.sslmode ?? 'prefer', rootCertificate: url.sslrootcert },
    targetSessionAttrs: url.targetSessionAttrs ?? object.spec.targetSessionAttrs ?? 'any',
    databaseName: url.databaseName ?? names[0],
    // The upstream is another server than the file speaks of: its database joins those allowed.
    databaseNames:
      names.length === 0 || url.databaseName === undefined || names.includes(url.databaseName)
        ? names
        : [...names, url.databaseName],
  };
};
