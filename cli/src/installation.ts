import { access, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError } from './errors.js';

/** Where the parts that are started as processes lie. */
export interface Installation {
  /** main module of a process, a file path */
  main(part: 'sidecar' | 'collector'): string;
  /** this package's compiled modules, a folder */
  readonly modules: string;
  readonly version: string;
}

/** The version that `.tools/` pins. */
const opaVersion = '1.22.0';

/**
 * Finds the opa program: `POSTERN_OPA`, then `.tools/opa` in the installation or above it, then PATH.
 *
 * @throws CliError `tool-missing`
 */
export const findOpa = async (
  wish: { readonly opa: string | undefined; readonly path: readonly string[] },
  modules: string,
): Promise<string> => {
  if (wish.opa !== undefined) {
    if (await isProgram(wish.opa)) return wish.opa;
    throw new CliError(
      'tool-missing',
      `POSTERN_OPA names ${wish.opa}, which is no program`,
      'correct or unset POSTERN_OPA',
    );
  }
  for (const folder of [...toolFolders(modules), ...wish.path]) {
    const candidate = join(folder, 'opa');
    if (await isProgram(candidate)) return candidate;
  }
  throw new CliError(
    'tool-missing',
    'cannot find opa, which compiles policies',
    `run \`make build\` to build it, put opa ${opaVersion} on the PATH, or name it with POSTERN_OPA`,
  );
};

const toolFolders = (from: string): string[] => {
  const folders: string[] = [];
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    folders.push(join(folder, '.tools'));
  }
  return folders;
};

const isProgram = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // not there or not executable: the next candidate may be
    return false;
  }
};
