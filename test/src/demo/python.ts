import { join } from 'node:path';
import { runProgram } from './program.js';

const driver = 'psycopg[binary]==3.3.9';

export type Python =
  | { readonly kind: 'ready'; readonly python: string }
  | { readonly kind: 'none'; readonly why: string };

/**
 * A Python with psycopg, in an environment of its own below `folder`.
 *
 * @returns path of its interpreter, or why there is none
 */
export const pythonWithPsycopg = async (folder: string): Promise<Python> => {
  const home = join(folder, 'python');
  const python = join(home, 'bin', 'python');
  const steps: readonly (readonly [string, readonly string[], string])[] = [
    ['python3', ['-m', 'venv', home], 'no python3 with venv'],
    [
      python,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', driver],
      'psycopg could not be installed',
    ],
    [python, ['-c', 'import psycopg'], 'psycopg does not load'],
  ];
  for (const [program, words, why] of steps) {
    try {
      if ((await runProgram(program, words)).code !== 0) return { kind: 'none', why };
    } catch {
      // the program itself is missing
      return { kind: 'none', why };
    }
  }
  return { kind: 'ready', python };
};
