import { openBundle } from '@postern/policy';
import { loadParser } from '@postern/sql';
import type { OutputFormat, Who } from '../args/options.js';
import { databaseFor, databaseId } from '../dev/governed.js';
import { CliError } from '../errors.js';
import type { SourceFile } from '../files.js';
import { findOpa } from '../installation.js';
import { formatProblem, sortProblems } from '../output/problems.js';
import type { Shell } from '../shell.js';
import { explain } from './explain.js';
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
