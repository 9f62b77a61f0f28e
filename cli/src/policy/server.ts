import { parseSearchPath, readCatalogue, type Catalogue, type SessionSettings } from '@postern/sql';
import pg from 'pg';
import { parsePostgresUrl } from '../args/postgresUrl.js';
import { CliError, messageOf, systemCode } from '../errors.js';

/** What a statement is explained against: the schema of a live server as one login sees it. */
export interface ServerFacts {
  readonly catalogue: Catalogue;
  readonly settings: SessionSettings;
  /** login role */
  readonly user: string;
  readonly databaseName: string;
  /** e.g. `18.4` */
  readonly version: string;
}

/** milliseconds */
const connectTimeout = 10_000;

type Row = readonly (string | null)[];

/**
 * Reads the catalogue; changes nothing on the server.
 *
 * @param url with the login to use; what is missing comes from libpq's variables, as with psql
 * @throws CliError `bad-database-url` | `database-unreachable`
 */
export const readServer = async (url: string): Promise<ServerFacts> => {
  const parsed = parsePostgresUrl(url);
  if (parsed.kind === 'wrong') {
    throw new CliError(
      'bad-database-url',
      `--database-url: ${parsed.why}`,
      'write postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    );
  }
  const client = new pg.Client({
    connectionString: url,
    application_name: 'postern',
    connectionTimeoutMillis: connectTimeout,
  });
  // an error on an idle connection is reported by the next query
  client.on('error', () => undefined);
  const [endpoint] = parsed.url.endpoints;
  const where = `${endpoint?.host ?? ''}:${endpoint?.port ?? ''}`;
  try {
    await client.connect();
    return await read(client);
  } catch (thrown) {
    throw new CliError(
      'database-unreachable',
      `cannot read the schema from ${where}: ${messageOf(thrown)}`,
      hintFor(systemCode(thrown)),
      { cause: thrown },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
};

const read = async (client: pg.Client): Promise<ServerFacts> => {
  const rows = async (text: string): Promise<readonly Row[]> => {
    const result = await client.query<(string | null)[]>({
      text,
      rowMode: 'array',
      // everything as the server wrote it
      types: { getTypeParser: () => (value: string) => value },
    });
    return result.rows;
  };
  await client.query('BEGIN READ ONLY');
  const [facts] = await rows(
    `SELECT current_setting('server_version'),
            current_setting('search_path'), session_user::text, current_setting('role'), current_database()::text`,
  );
  const [version, searchPath, user, role, databaseName] = facts ?? [];
  const catalogue = await readCatalogue(rows);
  await client.query('ROLLBACK');
  return {
    catalogue,
    settings: {
      searchPath: parseSearchPath(searchPath ?? ''),
      user: user ?? '',
      role: role ?? 'none',
    },
    user: user ?? '',
    databaseName: databaseName ?? '',
    version: (version ?? '').split(' ')[0] ?? '',
  };
};

const hintFor = (code: string | undefined): string => {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nobody listens there: check host and port, and that the server runs';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is not known: check it';
    case '28P01':
    case '28000':
      return 'the server refused the login: check user and password in --database-url, or PGUSER and PGPASSWORD';
    case '3D000':
      return 'there is no such database: check the name after the last / of --database-url';
    default:
      return 'check --database-url with psql: it takes the same URL';
  }
};
