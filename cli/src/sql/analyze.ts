import { readFile } from 'node:fs/promises';
import { loadParser, parse, Script, SqlError } from '@postern/sql';
import { CliError, messageOf, systemCode } from '../errors.js';
import { exit } from '../exit.js';
import { caret } from '../output/caret.js';
import type { Shell } from '../shell.js';
import { type Decoded, decodeUtf8 } from './utf8.js';
import { drawReport } from './drawing.js';
import { parametersOf } from './parameters.js';
import { reportOf, type StatementReport } from './report.js';
import { type Surroundings, surroundingsOf } from './snapshot.js';

export interface AnalyzeOptions {
  readonly databaseUrl?: string;
  readonly catalogue?: string;
  readonly searchPath?: string;
  readonly json?: boolean;
}

/** `postern sql analyze`: prints what the statements of these files do; `-`, or no file, is standard input. */
export const analyzeFiles = async (
  files: readonly string[],
  options: AnalyzeOptions,
  shell: Shell,
): Promise<void> => {
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
