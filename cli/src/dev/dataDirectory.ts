import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CliError, messageOf, systemCode } from '../errors.js';

/** Everything `postern dev` writes lies under one folder, readable by its owner alone. */
export interface DataDirectory {
  readonly path: string;
  /** removed when `dev` ends, because nobody named it */
  readonly temporary: boolean;
  readonly spool: string;
  readonly collector: string;
  readonly logs: string;
  readonly tokenFile: string;
  /** addresses and process ids of the run; there while it runs */
  readonly runFile: string;
  readonly maskKey: Uint8Array;
}

export interface DataDirectorySurroundings {
  readonly temporaryRoot: string;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly isAlive: (pid: number) => boolean;
  readonly pid: number;
}

const maskKeySize = 32;

/**
 * @param wanted folder to keep, made when missing; absent: a new temporary one
 * @throws CliError `data-in-use` | `data-unusable`
 */
export const openDataDirectory = async (
  wanted: string | undefined,
  around: DataDirectorySurroundings,
): Promise<DataDirectory> => {
  try {
    const path =
      wanted === undefined
        ? await mkdtemp(join(around.temporaryRoot, 'postern-dev-'))
        : resolve(wanted);
    await makeFolder(path);
    const runFile = join(path, 'dev.json');
    await refuseSecondRun(runFile, around);
    const directory = {
      path,
      temporary: wanted === undefined,
      spool: join(path, 'spool'),
      collector: join(path, 'collector'),
      logs: join(path, 'logs'),
      tokenFile: join(path, 'token'),
      runFile,
    };
    await writeRunFile(runFile, { pid: around.pid });
    for (const folder of [directory.spool, directory.collector, directory.logs]) {
      await makeFolder(folder);
    }
    return { ...directory, maskKey: await maskKeyOf(join(path, 'mask.key'), around.randomBytes) };
  } catch (thrown) {
    if (thrown instanceof CliError) throw thrown;
    throw new CliError(
      'data-unusable',
      `cannot use ${wanted ?? around.temporaryRoot} for data: ${messageOf(thrown)}`,
      'name a folder this user may write with --data DIR',
      { cause: thrown },
    );
  }
};

/**
 * Makes a folder and those above it. (`mkdir` with `recursive` never ends below /proc and other places
 * where a folder that was just made is not there.)
 */
const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const above = dirname(path);
    if (systemCode(thrown) !== 'ENOENT' || above === path) throw thrown;
    // fails for good where the folder above exists and still nothing can be made in it
    if (await exists(above)) throw thrown;
    await makeFolder(above);
    await mkdir(path, { mode: 0o700 });
  }
};

const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
};

/** Two runs on one spool would tear it. */
const refuseSecondRun = async (
  runFile: string,
  around: DataDirectorySurroundings,
): Promise<void> => {
  const before = await readIfThere(runFile);
  if (before === undefined) return;
  const pid = pidIn(before.toString('utf8'));
  if (pid === undefined || pid === around.pid || !around.isAlive(pid)) return;
  throw new CliError(
    'data-in-use',
    `another postern dev (process ${pid}) uses this data: ${runFile}`,
    'stop it, or give another folder with --data DIR',
  );
};

const pidIn = (text: string): number | undefined => {
  try {
    const run: unknown = JSON.parse(text);
    return typeof run === 'object' && run !== null && 'pid' in run && typeof run.pid === 'number'
      ? run.pid
      : undefined;
  } catch {
    // torn by a crash while it was written: nobody runs who could finish it
    return undefined;
  }
};

/** The key of the `hash` and `uuid` masks: the same over restarts, so that masked values stay joinable. */
const maskKeyOf = async (
  path: string,
  randomBytes: (size: number) => Uint8Array,
): Promise<Uint8Array> => {
  const kept = await readIfThere(path);
  if (kept !== undefined) {
    if (kept.length === maskKeySize) return kept;
    throw new CliError(
      'data-unusable',
      `${path} holds ${kept.length} bytes instead of ${maskKeySize}`,
      'restore the file, or remove it to begin with a new key (hashes will differ from then on)',
    );
  }
  const key = randomBytes(maskKeySize);
  await writeSecret(path, key);
  return key;
};

const readIfThere = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
};

/** Whole or not at all, and for its owner alone. */
export const writeSecret = async (path: string, content: Uint8Array | string): Promise<void> => {
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  const file = await open(fresh, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
};

/** What other programs may want to know of the run: addresses, process ids. */
export const writeRunFile = async (path: string, facts: object): Promise<void> => {
  await writeFile(`${path}.new`, `${JSON.stringify(facts, undefined, 2)}\n`, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
};

/** Forgets what only a running `dev` needs; a temporary folder goes altogether. */
export const closeDataDirectory = async (directory: DataDirectory): Promise<void> => {
  if (directory.temporary) {
    await rm(directory.path, { recursive: true, force: true, maxRetries: 3 });
    return;
  }
  await rm(directory.tokenFile, { force: true });
  await rm(directory.runFile, { force: true });
};
