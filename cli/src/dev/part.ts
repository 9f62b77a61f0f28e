import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliError, messageOf } from '../errors.js';
import type { Installation } from '../installation.js';
import { readChildLine } from './childLog.js';
import { deferred } from './deferred.js';
import { Supervised } from './supervised.js';

/** Deaths in a row before the first readiness after which `dev` gives up. */
const patience = 3;
/** milliseconds until the first readiness */
const startTimeout = 60_000;

export interface PartOptions {
  readonly name: 'sidecar' | 'collector';
  readonly installation: Installation;
  readonly modules: string;
  /** folder of its log file */
  readonly logs: string;
  /** the folder is still there afterwards */
  readonly keepsLogs: boolean;
  /** asked at each start, because addresses become known later */
  environment(): Readonly<Record<string, string>>;
  /** standard output, line by line */
  said(line: string): void;
  /** something a person should know */
  warn(text: string): void;
  /** nice value, 0 to 19 */
  readonly niceness: number;
}

/** A part of Postern running as its own process, restarted when it dies. */
export interface RunningPart {
  readonly supervised: Supervised;
  /** To be called whenever it did its first useful thing after a start. */
  ready(): void;
  /** Resolves at the first `ready`, rejects when it will not come. */
  readonly started: Promise<unknown>;
}

/** @throws CliError `not-built` */
export const startPart = (options: PartOptions): RunningPart => {
  const main = options.installation.main(options.name);
  const leash = pathToFileURL(join(options.modules, 'dev', 'leash.js')).href;
  const log = createWriteStream(join(options.logs, `${options.name}.log`), {
    flags: 'a',
    mode: 0o600,
  });
  const recent: string[] = [];
  const start = deferred<undefined>();
  let everReady = false;
  const giveUp = (why: string): void => {
    supervised.kill();
    start.reject(
      new CliError(
        'start-failed',
        `the ${options.name} does not start: ${why}${recent.map((line) => `\n  | ${line}`).join('')}`,
        options.keepsLogs
          ? `its log is ${join(options.logs, `${options.name}.log`)}`
          : 'correct what it says; --data DIR keeps its whole log',
      ),
    );
  };
  const supervised = new Supervised({
    name: options.name,
    spawn: () => {
      const child = spawn(process.execPath, ['--import', leash, main], {
        env: { ...options.environment() },
        stdio: ['pipe', 'pipe', 'pipe'],
        // Ctrl-C reaches the whole foreground group: parts are stopped in order instead
        detached: true,
      });
      if (child.pid !== undefined && options.niceness > 0) lower(child.pid, options);
      return child;
    },
    line: (from, text) => {
      log.write(`${text}\n`);
      if (from === 'stdout') options.said(text);
      const seen = readChildLine(text);
      if (seen.kind === 'quiet') return;
      if (recent.at(-1) !== seen.text) recent.push(seen.text);
      if (recent.length > 8) recent.shift();
      if (everReady) options.warn(`${options.name}: ${seen.text}`);
    },
    died: (how, restartInMs, failures) => {
      if (!everReady && failures >= patience) {
        giveUp(`it ended ${failures} times (${how})`);
        return;
      }
      options.warn(`the ${options.name} ended (${how}): starting it again in ${restartInMs} ms`);
    },
  });
  const timer = setTimeout(() => {
    giveUp(`not ready after ${startTimeout / 1000} s`);
  }, startTimeout);
  timer.unref();
  const settled = start.promise.finally(() => {
    clearTimeout(timer);
  });
  supervised.start();
  return {
    supervised,
    started: settled,
    ready: () => {
      everReady = true;
      supervised.ready();
      start.resolve(undefined);
    },
  };
};

/** The record may take its time; statements may not. */
const lower = (pid: number, options: PartOptions): void => {
  try {
    setPriority(pid, options.niceness);
  } catch (thrown) {
    options.warn(`cannot lower the priority of the ${options.name}: ${messageOf(thrown)}`);
  }
};
