import { loadObjects, type DatabaseAccessPolicy } from '@postern/crds';
import { readFile } from 'node:fs/promises';
import { baselineFile } from './library.js';

/** The installation's own policy: in force where no enforced policy selects a session. */
export const baselinePolicy = async (): Promise<DatabaseAccessPolicy> => {
  const name = baselineFile();
  const { policies, problems } = loadObjects([{ name, text: await readFile(name, 'utf8') }]);
  const [policy] = policies;
  if (!policy) throw new Error(`no baseline policy: ${JSON.stringify(problems)}`);
  return policy;
};
