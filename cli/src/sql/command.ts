import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadParser, parse, Script, SqlError } from '@postern/sql';
import { CliError, messageOf, systemCode } from '../errors.js';
import { exit } from '../exit.js';
import { caret } from '../output/caret.js';
import type { Shell } from '../shell.js';
import { type Decoded, decodeUtf8 } from './utf8.js';
import { drawReport } from './drawing.js';
import { parametersOf } from './parameters.js';
import { reportOf, type StatementReport } from './report.js';
import { snapshotOf, type Surroundings, surroundingsOf } from './snapshot.js';

interface AnalyzeOptions {
  readonly databaseUrl?: string;
  readonly catalogue?: string;
  readonly searchPath?: string;
  readonly json?: boolean;
}

export const registerSql = (program: Command, shell: Shell): void => {
  const sql = program
    .command('sql')
    .summary('understand statements')
    .description('Says what statements read, write and call, and where their columns come from.');

  sql
    .command('catalogue')
    .summary('write down a schema, to analyze without a server')
    .description(
      'Prints the schema of a database as JSON: relations, columns, views, functions, types. No row of a ' +
        'table is read. `postern sql analyze --catalogue FILE` takes it.',
    )
    .requiredOption('--database-url <url>', 'the server; only its schema is read')
    .addHelpText(
      'after',
      `
Examples:
  $ postern sql catalogue --database-url postgres://localhost/shop > shop.json

Exit codes: 0 printed, 2 could not run.`,
    )
    .action(async ({ databaseUrl }: { readonly databaseUrl: string }) => {
      const where = { databaseUrl, catalogue: undefined, searchPath: undefined };
      for (const line of snapshotOf(await surroundingsOf(where))) shell.terminal.out.line(line);
    });

  sql
    .command('analyze')
    .summary('say what statements read, write and call')
    .description(
      'Resolves every name as PostgreSQL would and prints, for each statement, the relations and columns ' +
        'read and written, the functions called, and the origin of each output column. Runs nothing.',
    )
    .argument('[files...]', 'SQL; - or nothing: standard input')
    .option('--database-url <url>', 'a live server, of which only the schema is read')
    .option('--catalogue <file>', 'instead of a server: what `postern sql catalogue` printed')
    .option('--search-path <schemas>', 'as SET search_path takes it; default: the login’s own')
    .option('--json', 'for programs: docs/reference/sql-analyze.md')
    .addHelpText(
      'after',
      `
Examples:
  $ postern sql analyze --catalogue shop.json report.sql
  $ echo 'SELECT sum(total) FROM orders' |
      postern sql analyze --json --database-url postgres://localhost/shop

Exit codes: 0 analysed, 2 not: the place and the reason are printed.`,
    )
    .action(async (files: readonly string[], options: AnalyzeOptions) => {
      const sources = await Promise.all(
        (files.length === 0 ? ['-'] : files).map((path) => readSql(path, shell)),
      );
      const { databaseUrl, catalogue, searchPath } = options;
      const around = await surroundingsOf({ databaseUrl, catalogue, searchPath });
      await loadParser();
      const script = new Script(around.catalogue, around.settings);
      const statements: StatementReport[] = [];
      for (const source of sources) {
        const found = reportsOf(source, around, script);
        if ('problem' in found) {
          for (const line of found.problem) shell.terminal.err.line(line);
          shell.exit(exit.failed);
          return;
        }
        statements.push(...found.statements);
      }
      const { out } = shell.terminal;
      if (options.json === true) out.line(JSON.stringify({ statements }));
      else for (const line of drawReport({ statements }, out.paint)) out.line(line);
    });
};

interface Source extends Decoded {
  readonly path: string;
}

/** @throws CliError `file-missing` | `file-unreadable` */
const readSql = async (path: string, shell: Shell): Promise<Source> => {
  if (path === '-') return { path: '<stdin>', ...decodeUtf8(await shell.readStdin()) };
  try {
    return { path, ...decodeUtf8(await readFile(path)) };
  } catch (thrown) {
    const missing = systemCode(thrown) === 'ENOENT';
    throw new CliError(
      missing ? 'file-missing' : 'file-unreadable',
      missing ? `${path} is not there` : `cannot read ${path}: ${messageOf(thrown)}`,
    );
  }
};

/** All statements of one text, or where and why one cannot be understood. */
const reportsOf = (
  { path, text, wrong }: Source,
  around: Surroundings,
  script: Script,
):
  { readonly statements: readonly StatementReport[] } | { readonly problem: readonly string[] } => {
  try {
    if (wrong) throw wrong;
    const statements = parse(text).map((statement) => {
      const { settings } = script;
      const { analysis } = script.next(statement);
      return reportOf(analysis, parametersOf(statement, { ...around, settings }));
    });
    return { statements };
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    const { message, position, hint, sqlstate } = thrown;
    return {
      problem: [
        `${placeOf(path, text, position)}: ${sqlstate}: ${message}`,
        ...(position === undefined ? [] : caret(text, position)),
        ...(hint === undefined ? [] : [`HINT: ${hint}`]),
      ],
    };
  }
};

/** `FILE:LINE:COLUMN`, in characters from 1, for editors. */
const placeOf = (path: string, text: string, position: number | undefined): string => {
  if (position === undefined) return path;
  const before = [...text].slice(0, position - 1);
  const start = before.lastIndexOf('\n') + 1;
  const line = before.filter((character) => character === '\n').length + 1;
  return `${path}:${line}:${before.length - start + 1}`;
};
