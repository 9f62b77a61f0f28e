import fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CollectorError } from '../errors.js';

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** start time of the process, which tells it from a later one of the same number */
  readonly started: string;
}

/**
 * Takes the data directory for this process: PGlite does not notice a second one on its files. The lock
 * of a dead process is taken over.
 *
 * @returns gives it back
 * @throws  CollectorError `storage`
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock');
  const me: Owner = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      fs.writeFileSync(path, JSON.stringify(me), { flag: 'wx', mode: 0o600 });
      return () => {
        fs.rmSync(path, { force: true });
      };
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) {
        throw new CollectorError('storage', `cannot write to ${directory}`, cause);
      }
    }
    const owner = ownerIn(path);
    if (owner !== undefined && isAlive(owner, me)) {
      throw new CollectorError(
        'storage',
        `${directory} is in use by process ${String(owner.pid)} on ${owner.host}; ` +
          'give each collector a data directory of its own, or let them share a PostgreSQL',
      );
    }
    fs.rmSync(path, { force: true });
  }
  throw new CollectorError('storage', `another collector is taking ${directory}; try again`);
}

function ownerIn(path: string): Owner | undefined {
  try {
    const { pid, host, started } = JSON.parse(fs.readFileSync(path, 'utf8')) as Partial<Owner>;
    return typeof pid === 'number' && typeof host === 'string' && typeof started === 'string'
      ? { pid, host, started }
      : undefined;
  } catch {
    // gone meanwhile, or torn by a crash while it was written
    return undefined;
  }
}

function isAlive(owner: Owner, me: Owner): boolean {
  // A container that came back has another name and the same volume; its process is gone.
  if (owner.host !== me.host) return false;
  const started = startOf(owner.pid);
  if (started !== '') return started === owner.started;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}

/** In clock ticks since boot (proc(5), field 22 of stat); empty: no such process, or no /proc. */
function startOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
