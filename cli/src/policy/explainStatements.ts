import { openBundle } from '@postern/policy';
import { loadParser } from '@postern/sql';
import type { OutputFormat, Who } from '../args/options.js';
import { databaseFor, databaseId } from '../dev/governed.js';
import { CliError } from '../errors.js';
import type { SourceFile } from '../files.js';
import { findOpa } from '../installation.js';
import { formatProblem, sortProblems } from '../output/problems.js';
import type { Shell } from '../shell.js';
import { explain, surroundings } from './explain.js';
import type { Explanation } from './explanation.js';
import { load } from './load.js';
import { renderExplanation } from './render.js';
import { readServer } from './server.js';

export interface ExplainRequest {
  readonly files: readonly SourceFile[];
  readonly sql: string;
  readonly who: Who;
  /** name of the Database; absent: the only one */
  readonly database: string | undefined;
  readonly databaseUrl: string;
  readonly output: OutputFormat;
}

/** Prints what would happen. @returns whether every statement would reach the server now */
export const explainStatements = async (
  request: ExplainRequest,
  shell: Shell,
): Promise<boolean> => {
  const result = await load(request.files, () => findOpa(shell.config, shell.installation.modules));
  if (result.kind === 'invalid') {
    const lines = sortProblems(result.problems).map(formatProblem);
    throw new CliError(
      'invalid-objects',
      `the files are not valid\n${lines.join('\n')}`,
      'correct them first',
    );
  }
  const database = databaseFor(result.loaded.databases, request.database, '--database');
  const [server, evaluator] = await Promise.all([
    readServer(request.databaseUrl),
    openBundle(result.loaded.bundle),
    loadParser(),
  ]);
  const { identity, claims, region } = request.who;
  const { policies } = result.loaded;
  const context = { who: request.who, database, server, evaluator, policies };
  const explanation: Explanation = {
    database: databaseId(database),
    server: { version: server.version, database: server.databaseName, user: server.user },
    identity,
    claims,
    ...(region === undefined ? {} : { region }),
    policies: evaluator.selected(surroundings(context)),
    bundle: result.loaded.bundle.digest,
    statements: explain(request.sql, context),
  };
  const { out } = shell.terminal;
  if (request.output === 'json') out.line(JSON.stringify(explanation, undefined, 2));
  else for (const line of renderExplanation(explanation, out.paint)) out.line(line);
  return explanation.statements.every(
    ({ outcome }) => outcome.kind === 'forward' || outcome.kind === 'rewrite',
  );
};
