import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run, type Ran } from './program.js';
import { root } from './root.js';

/** The command as npm links it. */
export const posternProgram = join(root, 'cli', 'bin', 'postern.js');

export interface PosternOptions {
  /** what `-f` names */
  readonly files: readonly string[];
  /** what `--upstream` says, one or several */
  readonly upstream: string | readonly string[];
  /** further words, such as `--as`, `serviceaccount:ml/trainer` */
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** what `--listen` says: a free port of 127.0.0.1 when absent */
  readonly listen?: string;
  /** the Node to run it with: this one when absent */
  readonly node?: string;
}

/** A running `postern dev`. */
export interface Postern {
  readonly pid: number;
  /** of the first Database, without a login */
  readonly governed: string;
  /** gRPC, host:port */
  readonly collector: string;
  readonly collectorHttp: string;
  readonly sidecarHttp: string;
  /** folder */
  readonly data: string;
  readonly databases: Readonly<Record<string, string>>;
  /** what it said on standard error so far */
  said(): string;
  /** governed URL with a login */
  login(user: string, password: string, database?: string): string;
  /** Process ids as they are now: a part that was killed comes back with another. */
  pids(): Promise<{ readonly sidecar: number; readonly collector: number }>;
  /** Ends it as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>;
}

/** It ended before it was ready. */
export class PosternFailed extends Error {
  readonly exitCode: number | null;
  readonly said: string;

  constructor(exitCode: number | null, said: string) {
    super(`postern dev ended with ${String(exitCode)} before it was ready\n${said}`);
    this.name = 'PosternFailed';
    this.exitCode = exitCode;
    this.said = said;
  }
}

/**
 * Starts `postern dev --json` on a free port and waits for its ready line.
 *
 * @throws PosternFailed
 */
export const startPostern = async (options: PosternOptions): Promise<Postern> => {
  const upstreams = typeof options.upstream === 'string' ? [options.upstream] : options.upstream;
  const child = spawn(
    options.node ?? process.execPath,
    [
      posternProgram,
      'dev',
      ...options.files.flatMap((file) => ['-f', file]),
      ...upstreams.flatMap((upstream) => ['--upstream', upstream]),
      ...['--listen', options.listen ?? '127.0.0.1:0', '--json'],
      ...(options.words ?? []),
    ],
    {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const line = await Promise.race([
    new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).once('line', resolve);
    }),
    ended.then((code) => {
      throw new PosternFailed(code, said);
    }),
  ]);
  const ready = JSON.parse(line) as Omit<Postern, 'pid' | 'said' | 'login' | 'pids' | 'stop'>;
  return {
    ...ready,
    pid: child.pid ?? 0,
    said: () => said,
    login: (user, password, database) => {
      const url = new URL(ready.governed);
      url.username = user;
      url.password = password;
      if (database !== undefined) url.pathname = `/${database}`;
      return url.href;
    },
    pids: async () => {
      const file = JSON.parse(await readFile(join(ready.data, 'dev.json'), 'utf8')) as {
        readonly sidecar: { readonly pid: number };
        readonly collector: { readonly pid: number };
      };
      return { sidecar: file.sidecar.pid, collector: file.collector.pid };
    },
    stop: async () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
};

/** Runs another `postern` command to its end. */
export const postern = (
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> =>
  run(process.execPath, [posternProgram, ...words], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...env },
  });
