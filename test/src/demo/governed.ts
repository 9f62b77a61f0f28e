import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A running `postern dev`, as its ready line describes it. */
export interface Governed {
  readonly governed: string;
  readonly collector: string;
  readonly data: string;
  /** what it said on standard error so far */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Starts `postern dev` and waits for its ready line.
 *
 * @param words after `postern dev`; `--json` is added
 */
export const startDev = async (
  postern: string,
  words: readonly string[],
  cwd: string,
): Promise<Governed> => {
  const child = spawn(process.execPath, [postern, 'dev', ...words, '--json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for the demo, which then stops everything in order
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  const ready = await Promise.race([
    new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).once('line', resolve);
    }),
    ended.then((code) => {
      throw new Error(`postern dev ended with ${String(code)}\n${said}`);
    }),
  ]);
  const facts = JSON.parse(ready) as Pick<Governed, 'governed' | 'collector' | 'data'>;
  return {
    ...facts,
    log: () => said,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
};

/** The URL with a login in it, for a client's environment. */
export const withLogin = (url: string, user: string, password: string): string => {
  const full = new URL(url);
  full.username = user;
  full.password = password;
  return full.href;
};
