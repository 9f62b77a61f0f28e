import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../harness/program.js';

/** @returns the unified diff of a test's outputs; undefined: equal */
export const difference = async (
  direct: string,
  through: string,
  test: string,
): Promise<string | undefined> => {
  const [a, b] = [join(direct, `${test}.out`), join(through, `${test}.out`)];
  const [of, and] = await Promise.all([a, b].map((path) => readFile(path).catch(() => undefined)));
  if (of === undefined || and === undefined) {
    return `no output ${of === undefined ? 'of the direct run' : 'through Postern'}\n`;
  }
  if (of.equals(and)) return undefined;
  const words = ['--text', '-U3', `--label=direct/${test}`, `--label=postern/${test}`, a, b];
  return (await run('diff', words)).stdout;
};

/** Every test that left an output. */
export const testsIn = async (results: string): Promise<string[]> =>
  (await readdir(results))
    .filter((file) => file.endsWith('.out'))
    .map((file) => file.slice(0, -'.out'.length));
