import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readIfThere } from './directory.js';
import { errnoOf, SpoolError } from './errors.js';

interface Owner {
  readonly pid: number;
  /** tells a process from a later one of the same number; empty where the system does not say */
  readonly started: string;
  readonly host: string;
}

const held = new Set<string>();

/**
 * Takes the directory for this process. The lock of a dead process is taken over.
 *
 * @returns  gives it back
 * @throws   SpoolError `locked`
 */
export function lockDirectory(directory: string): () => void {
  const path = join(fs.realpathSync(directory), 'lock');
  const me: Owner = { pid: process.pid, started: startOf(process.pid), host: hostname() };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      fs.writeFileSync(path, JSON.stringify(me), { flag: 'wx', mode: 0o600 });
      held.add(path);
      return () => {
        held.delete(path);
        fs.rmSync(path, { force: true });
      };
    } catch (cause) {
      if (errnoOf(cause) !== 'EEXIST') throw SpoolError.from(cause, 'cannot lock the spool');
    }
    const text = readIfThere(path);
    if (text === undefined) continue;
    const owner = parse(text);
    if (owner !== undefined && isAlive(owner, me, held.has(path))) {
      throw new SpoolError(
        'locked',
        `the spool ${directory} is in use by process ${String(owner.pid)} on ${owner.host}; ` +
          'give each proxy a spool directory of its own',
      );
    }
    removeStale(path, text);
  }
  throw new SpoolError('locked', `another process is taking the spool ${directory}; try again`);
}

/** Of two that find the same stale lock, one moves it away; the other must not move away the new one. */
function removeStale(path: string, text: string): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    fs.renameSync(path, aside);
    if (fs.readFileSync(aside, 'utf8') !== text) fs.linkSync(aside, path);
  } catch (cause) {
    const code = errnoOf(cause);
    if (code !== 'ENOENT' && code !== 'EEXIST')
      throw SpoolError.from(cause, 'cannot lock the spool');
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

function parse(text: string): Owner | undefined {
  try {
    const { pid, started, host } = JSON.parse(text) as Partial<Owner>;
    if (typeof pid !== 'number' || typeof started !== 'string' || typeof host !== 'string') return;
    return { pid, started, host };
  } catch {
    // The writer died between making the file and filling it.
    return undefined;
  }
}

function isAlive(owner: Owner, me: Owner, heldHere: boolean): boolean {
  // Numbers of another host say nothing here; better to stop than to write one spool twice.
  if (owner.host !== me.host) return true;
  if (owner.pid === me.pid) return heldHere;
  const started = startOf(owner.pid);
  if (started !== '') return started === owner.started;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (cause) {
    return errnoOf(cause) === 'EPERM';
  }
}

/** Start time of a process in clock ticks since boot (proc(5), field 22 of stat). */
function startOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    // No such process, or a system without /proc.
    return '';
  }
}
