import { spawn, type SpawnOptions } from 'node:child_process';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** both, in the order they came */
  readonly all: string;
}

/** Runs a program to its end and keeps what it said. */
export const runProgram = (
  program: string,
  words: readonly string[],
  options: SpawnOptions & { readonly input?: string } = {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const { input, ...rest } = options;
    const child = spawn(program, [...words], { ...rest, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      all += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      all += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr, all });
    });
    // a program that ends without reading its input is no failure of ours
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });

/** Like `runProgram`, but ending with anything but 0 is an error. */
export const mustRun = async (
  program: string,
  words: readonly string[],
  options: SpawnOptions & { readonly input?: string } = {},
): Promise<Ran> => {
  const ran = await runProgram(program, words, options);
  if (ran.code !== 0) {
    throw new Error(`${program} ${words.join(' ')} ended with ${String(ran.code)}\n${ran.all}`);
  }
  return ran;
};
