import type { Upstream } from '../args/upstream.js';
import { CliError } from '../errors.js';
import { readSources } from '../files.js';
import { formatProblem, sortProblems } from '../output/problems.js';
import { load, type Loaded } from '../policy/load.js';
import { governDatabases, type Governed } from './governed.js';

/** What the files say now. */
export interface Policies {
  readonly loaded: Loaded;
  readonly databases: readonly Governed[];
}

/**
 * Reads, checks and compiles the files, and gives the Databases their upstreams.
 *
 * @throws CliError `invalid-objects` (its message lists the problems) and those of its parts
 */
export const readPolicies = async (
  files: readonly string[],
  upstreams: readonly Upstream[],
  opa: () => Promise<string>,
): Promise<Policies> => {
  const result = await load(await readSources(files), opa);
  if (result.kind === 'invalid') {
    const lines = sortProblems(result.problems).map(formatProblem);
    throw new CliError(
      'invalid-objects',
      `the files are not valid\n${lines.join('\n')}`,
      'correct them; `postern policy validate` checks without starting anything',
    );
  }
  return { loaded: result.loaded, databases: governDatabases(result.loaded.databases, upstreams) };
};
