import { readFile } from 'node:fs/promises';
import {
  type Catalogue,
  type CatalogueData,
  catalogueFromData,
  parseSearchPath,
  type SessionSettings,
  SqlError,
} from '@postern/sql';
import { CliError, messageOf, systemCode } from '../errors.js';
import { readServer } from '../policy/server.js';

/** What statements are understood against. */
export interface Surroundings {
  readonly catalogue: Catalogue;
  readonly settings: SessionSettings;
}

/** What `postern sql catalogue` prints: the catalogue, and the settings of the login that read it. */
interface Snapshot extends CatalogueData {
  readonly session: SessionSettings;
}

/** As JSON, an object of the catalogue on a line. The whole text of a large schema would take more memory than the schema. */
export function* snapshotOf({ catalogue, settings }: Surroundings): Generator<string> {
  const snapshot: Snapshot = { ...catalogue.data, session: settings };
  let before = '{';
  for (const [key, value] of Object.entries(snapshot) as readonly (readonly [string, unknown])[]) {
    before += `${JSON.stringify(key)}:`;
    if (Array.isArray(value) && value.some((one) => typeof one === 'object')) {
      yield `${before}[`;
      for (const [i, one] of value.entries())
        yield JSON.stringify(one) + (i < value.length - 1 ? ',' : '');
      before = '],';
    } else before += `${JSON.stringify(value)},`;
  }
  yield `${before.slice(0, -1)}}`;
}

export interface Where {
  readonly databaseUrl: string | undefined;
  /** a file that `postern sql catalogue` printed */
  readonly catalogue: string | undefined;
  readonly searchPath: string | undefined;
}

/** @throws CliError `no-catalogue` | `bad-catalogue` | `file-missing` | `file-unreadable` | those of `readServer` */
export async function surroundingsOf(where: Where): Promise<Surroundings> {
  const { databaseUrl, catalogue: file, searchPath } = where;
  if ((databaseUrl === undefined) === (file === undefined)) {
    throw new CliError(
      'no-catalogue',
      databaseUrl === undefined
        ? 'a statement means something only against a schema, and none was named'
        : 'two schemas were named',
      'give either --database-url URL or --catalogue FILE (made by `postern sql catalogue`)',
    );
  }
  const found = file === undefined ? await readServer(databaseUrl ?? '') : await readSnapshot(file);
  const { catalogue, settings } = found;
  if (searchPath === undefined) return { catalogue, settings };
  return { catalogue, settings: { ...settings, searchPath: parseSearchPath(searchPath) } };
}

async function readSnapshot(path: string): Promise<Surroundings> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    const missing = systemCode(thrown) === 'ENOENT';
    throw new CliError(
      missing ? 'file-missing' : 'file-unreadable',
      missing ? `${path} is not there` : `cannot read ${path}: ${messageOf(thrown)}`,
      'make it with `postern sql catalogue --database-url URL > FILE`',
    );
  });
  try {
    const snapshot = JSON.parse(text) as Snapshot;
    return { catalogue: catalogueFromData(snapshot), settings: sessionOf(snapshot) };
  } catch (thrown) {
    if (!(
      thrown instanceof SyntaxError ||
      thrown instanceof SqlError ||
      thrown instanceof TypeError
    ))
      throw thrown;
    // What is wrong with JSON is said with a piece of it, which may be anything.
    const why = thrown instanceof SqlError ? thrown.message : 'not the JSON that it should be';
    throw new CliError(
      'bad-catalogue',
      `${path} is no catalogue: ${why}`,
      'make it anew with `postern sql catalogue --database-url URL > FILE`',
    );
  }
}

/** @throws SqlError `bad-catalogue` */
function sessionOf({ session }: { readonly session?: SessionSettings }): SessionSettings {
  const complete =
    session !== undefined &&
    Array.isArray(session.searchPath) &&
    typeof session.user === 'string' &&
    typeof session.role === 'string';
  if (!complete) throw new SqlError('bad-catalogue', 'the part "session" is missing');
  return session;
}
