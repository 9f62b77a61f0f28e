import { join } from 'node:path';
import { works } from '../harness/program.js';

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
    if (!(await works(program, words))) return { kind: 'none', why };
  }
  return { kind: 'ready', python };
};
