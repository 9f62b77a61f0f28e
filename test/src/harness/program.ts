import { spawn, type SpawnOptions } from 'node:child_process';

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> {
  readonly input?: string;
  /** milliseconds, after which it is killed */
  readonly timeout?: number;
}

/** Runs a program to its end and keeps what it said. @throws when it cannot be started */
export const run = (
  program: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const { input, timeout, ...rest } = options;
    const child = spawn(program, [...words], {
      ...rest,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' as const }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
    // a program that ends without reading its input is no failure of ours
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });

/** Like `run`, but ending with anything but 0 is an error. */
export const mustRun = async (
  program: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Ran> => {
  const ran = await run(program, words, options);
  if (ran.code !== 0) {
    const how = ran.signal ?? String(ran.code);
    throw new Error(`${program} ${words.join(' ')} ended with ${how}\n${ran.stdout}${ran.stderr}`);
  }
  return ran;
};

/** Whether a program can be started and ends well, such as `javac -version`. */
export const works = async (
  program: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<boolean> => {
  try {
    return (await run(program, words, options)).code === 0;
  } catch {
    // not there, or not for this user
    return false;
  }
};
