import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemCode } from '../errors.js';

/** milliseconds between two looks */
const interval = 500;
/** npm, its shell, the command: npm is not far */
const generations = 4;

interface ProcessFacts {
  readonly parent: number;
  /** its command line */
  readonly command: string;
}

/**
 * The npm that runs this command for `npx postern`, by its process id. npm does not pass SIGTERM on to what
 * it runs, so that whoever stops npx would leave the command behind.
 */
export const findNpm = async (parent: number): Promise<number | undefined> => {
  let pid = parent;
  for (let n = 0; n < generations && pid > 1; n += 1) {
    const facts = await factsOf(pid);
    if (facts === undefined) return undefined;
    if (/^npm |npm-cli\.js|npx-cli\.js/.test(facts.command)) return pid;
    pid = facts.parent;
  }
  return undefined;
};

/** Calls `gone` once, when the process no longer is. */
export const whenGone = (pid: number, gone: () => void): void => {
  const timer = setInterval(() => {
    if (isAlive(pid)) return;
    clearInterval(timer);
    gone();
  }, interval);
  timer.unref();
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // somebody else's process is alive too
    return systemCode(thrown) === 'EPERM';
  }
};

const factsOf = async (pid: number): Promise<ProcessFacts | undefined> => {
  try {
    return process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
  } catch {
    // gone, or not to be looked at: then there is nothing to wait for
    return undefined;
  }
};

/** Minimal images have no ps. proc(5): the name stands in parentheses and may hold anything. */
const fromProc = async (pid: number): Promise<ProcessFacts> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(parent), command: command.replaceAll('\0', ' ') };
};

const fromPs = async (pid: number): Promise<ProcessFacts> => {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=,args=', '-p', String(pid)]);
  const form = /^\s*(\d+)\s+(.*)$/m.exec(stdout);
  return { parent: Number(form?.[1]), command: form?.[2] ?? '' };
};
