import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleInputs } from './sample.js';
import type { BundleData } from './data.js';
import { runOpa } from './opa.js';
import { opaErrors, packageOf } from './rego.js';

/** Far above what a rule needs, far below what a person waits for. */
const patienceMs = 3000;

/**
 * Runs a policy's own Rego on sample statements with opa itself, which can be stopped (Wasm cannot).
 * Finds rules that blow up on any input; those that do so only on some are caught by the budget.
 *
 * @returns what is wrong, or undefined
 */
export const measure = async (
  directory: string,
  opa: string,
  data: BundleData,
  key: string,
): Promise<string | undefined> => {
  await writeFile(join(directory, 'data.json'), JSON.stringify({ compiled: data.compiled }));
  for (const input of sampleInputs) {
    await writeFile(join(directory, 'input.json'), JSON.stringify(input));
    const ran = await runOpa(
      opa,
      [
        'eval',
        '--format',
        'json',
        '--fail',
        '--data',
        'library',
        '--data',
        'data.json',
        '--input',
        'input.json',
        `data.${packageOf(key)}`,
      ],
      { cwd: directory, timeoutMs: patienceMs },
    );
    if (ran.timedOut) return `takes more than ${patienceMs / 1000} s on a plain statement`;
    if (ran.code !== 0)
      return `fails on a plain statement: ${opaErrors(ran)
        .map(({ message }) => message)
        .join('; ')}`;
  }
  return undefined;
};
