import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { listSources } from '../files.js';
import { systemCode } from '../errors.js';

/** milliseconds between two looks */
const interval = 250;

/**
 * Calls `changed` after files under `paths` changed and then stood still for one interval.
 * Looks instead of listening: editors replace files, mounted ConfigMaps swap links and network
 * file systems tell nobody, and a few stats a second cost nothing.
 *
 * @param before what `signatureOf` gave before they were read: what changes between the two counts
 * @returns when `signal` aborts
 */
export const watchSources = async (
  paths: readonly string[],
  before: string,
  changed: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  let known = before;
  let seen = known;
  while (await pause(signal)) {
    const now = await signatureOf(paths);
    if (now === seen && now !== known) {
      known = now;
      await changed();
    }
    seen = now;
  }
};

/** Path, size, inode and time of change of every file, as one text. */
export const signatureOf = async (paths: readonly string[]): Promise<string> => {
  const facts: string[] = [];
  for (const path of await listOrNothing(paths)) {
    try {
      const { size, ino, mtimeMs } = await stat(path);
      facts.push(`${path}:${size}:${ino}:${mtimeMs}`);
    } catch (thrown) {
      // gone between the listing and the look: the next look settles it
      facts.push(`${path}:${systemCode(thrown) ?? 'unreadable'}`);
    }
  }
  return facts.join('\n');
};

/** A file that is being replaced is missing for a moment; the reload reports it if it stays away. */
const listOrNothing = async (paths: readonly string[]): Promise<readonly string[]> => {
  try {
    return await listSources(paths);
  } catch {
    return [];
  }
};

const pause = async (signal: AbortSignal): Promise<boolean> => {
  try {
    await sleep(interval, undefined, { signal, ref: false });
    return true;
  } catch (thrown) {
    if (signal.aborted) return false;
    throw thrown;
  }
};
