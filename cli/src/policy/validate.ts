import { loadParser } from '@postern/sql';
import type { OutputFormat } from '../args/options.js';
import { databaseFor } from '../dev/governed.js';
import type { SourceFile } from '../files.js';
import { findOpa } from '../installation.js';
import { formatProblem, sortProblems, type ObjectProblem } from '../output/problems.js';
import type { Shell } from '../shell.js';
import { liveProblems } from './live.js';
import { load, summary, type LoadResult } from './load.js';
import { readServer } from './server.js';

export interface ValidateRequest {
  readonly files: readonly SourceFile[];
  /** a server to hold the files against; absent: the files alone */
  readonly databaseUrl: string | undefined;
  /** which Database that server is; absent: the only one */
  readonly database: string | undefined;
  readonly output: OutputFormat;
}

/** What the files are worth; warnings do not make them invalid. */
type Checked = LoadResult & { readonly warnings: readonly ObjectProblem[] };

/** Prints the problems of the files, or that there are none. @returns whether they are valid */
export const validate = async (request: ValidateRequest, shell: Shell): Promise<boolean> => {
  const result = await check(request, shell);
  const { err } = shell.terminal;
  if (result.kind === 'loaded')
    for (const notice of result.loaded.notices)
      err.line(`${err.paint('yellow', 'note:')} ${formatProblem(notice)}`);
  if (request.output === 'text')
    for (const warning of sortProblems(result.warnings))
      err.line(`${err.paint('yellow', 'warning:')} ${formatProblem(warning)}`);
  print[request.output](result, shell);
  return result.kind === 'loaded';
};

const check = async (request: ValidateRequest, shell: Shell): Promise<Checked> => {
  const result = await load(request.files, () => findOpa(shell.config, shell.installation.modules));
  if (result.kind === 'invalid' || request.databaseUrl === undefined)
    return { ...result, warnings: [] };
  const { loaded } = result;
  const database = databaseFor(loaded.databases, request.database, '--database');
  await loadParser();
  const { catalogue } = await readServer(request.databaseUrl);
  const { errors, warnings } = liveProblems(loaded, database, catalogue);
  return errors.length > 0
    ? { kind: 'invalid', problems: errors, warnings }
    : { ...result, warnings };
};

const print: Readonly<Record<OutputFormat, (result: Checked, shell: Shell) => void>> = {
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
              warnings: sortProblems(result.warnings),
            }
          : {
              valid: false,
              problems: sortProblems(result.problems),
              warnings: sortProblems(result.warnings),
            },
        undefined,
        2,
      ),
    );
  },
};
