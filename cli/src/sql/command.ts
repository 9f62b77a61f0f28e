import type { Command } from 'commander';
import type { Shell } from '../shell.js';
import type { AnalyzeOptions } from './analyze.js';

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
      const { snapshotOf, surroundingsOf } = await import('./snapshot.js');
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
      const { analyzeFiles } = await import('./analyze.js');
      await analyzeFiles(files, options, shell);
    });
};
