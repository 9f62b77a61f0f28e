import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, messageOf, systemCode } from './errors.js';

/** One YAML or JSON file as read. */
export interface SourceFile {
  /** as a person would type it from where the command ran */
  readonly path: string;
  readonly text: string;
}

const objectFile = /\.(ya?ml|json)$/i;

/**
 * Reads what `-f` names: files as they are, folders with all `.yaml`, `.yml` and `.json` files in and below
 * them (hidden folders and `node_modules` left out), in the order of their names.
 *
 * @param readStdin what `-` stands for; absent: a file of that name
 * @throws CliError `file-missing` | `file-unreadable` | `no-files`
 */
export const readSources = async (
  paths: readonly string[],
  readStdin?: () => Promise<Buffer>,
): Promise<readonly SourceFile[]> => {
  if (readStdin !== undefined && paths.includes('-')) {
    const others = paths.filter((path) => path !== '-');
    const piped = { path: '<stdin>', text: (await readStdin()).toString('utf8') };
    return others.length === 0 ? [piped] : [...(await readSources(others)), piped];
  }
  const files = await listSources(paths);
  return Promise.all(
    files.map(async (path) => {
      try {
        return { path, text: await readFile(path, 'utf8') };
      } catch (thrown) {
        throw unreadable(path, thrown);
      }
    }),
  );
};

/** The files that `readSources` reads, each once. */
export const listSources = async (paths: readonly string[]): Promise<readonly string[]> => {
  if (paths.length === 0) {
    throw new CliError('no-files', 'no files given', 'name the policies with -f DIR or -f FILE');
  }
  const found = new Set<string>();
  for (const path of paths) {
    for (const file of await filesOf(path)) found.add(file);
  }
  if (found.size === 0) {
    throw new CliError(
      'no-files',
      `no .yaml, .yml or .json file in ${paths.join(', ')}`,
      'name a folder that holds Database and DatabaseAccessPolicy objects, such as examples/shop',
    );
  }
  return [...found];
};

const filesOf = async (path: string): Promise<readonly string[]> => {
  try {
    const facts = await stat(path);
    return facts.isDirectory() ? await walk(path) : [path];
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
};

const walk = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    // A mounted ConfigMap is made of links, so ask what stands behind the name.
    const isFolder = entry.isSymbolicLink()
      ? (await stat(path)).isDirectory()
      : entry.isDirectory();
    if (isFolder) files.push(...(await walk(path)));
    else if (objectFile.test(entry.name)) files.push(path);
  }
  return files;
};

const unreadable = (path: string, thrown: unknown): CliError =>
  systemCode(thrown) === 'ENOENT'
    ? new CliError(
        'file-missing',
        `${path}: no such file or folder`,
        'check the path given with -f',
        {
          cause: thrown,
        },
      )
    : new CliError('file-unreadable', `${path}: ${messageOf(thrown)}`, undefined, {
        cause: thrown,
      });
