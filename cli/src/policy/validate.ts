import type { SourceFile } from '../files.js';
import { findOpa } from '../installation.js';
import { formatProblem, sortProblems } from '../output/problems.js';
import type { OutputFormat } from '../args/options.js';
import type { Shell } from '../shell.js';
import { load, summary, type LoadResult } from './load.js';

/** Prints the problems of the files, or that there are none. @returns whether they are valid */
export const validate = async (
  files: readonly SourceFile[],
  databaseUrl: string | undefined,
  output: OutputFormat,
  shell: Shell,
): Promise<boolean> => {
  const result = await load(files, () => findOpa(shell.config, shell.installation.modules));
  print[output](result, shell);
  return result.kind === 'loaded';
};

const print: Readonly<Record<OutputFormat, (result: LoadResult, shell: Shell) => void>> = {
  text: (result, { terminal: { out } }) => {
    if (result.kind === 'loaded') {
      out.line(`${out.paint('green', 'ok:')} ${summary(result.loaded)}`);
      return;
    }
    for (const problem of sortProblems(result.problems)) out.line(formatProblem(problem));
    const n = result.problems.length;
    out.line(`${out.paint('red', 'not valid:')} ${n} ${n === 1 ? 'problem' : 'problems'}`);
  },
  json: (result, { terminal: { out } }) => {
    out.line(
      JSON.stringify(
        result.kind === 'loaded'
          ? {
              valid: true,
              policies: result.loaded.policies.length,
              databases: result.loaded.databases.length,
              bundle: result.loaded.bundle.digest,
              problems: [],
            }
          : { valid: false, problems: sortProblems(result.problems) },
        undefined,
        2,
      ),
    );
  },
};
