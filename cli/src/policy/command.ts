import type { Command } from 'commander';
import { readSources } from '../files.js';
import { addFileOptions, addOutputOption, addWhoOptions, readWho } from '../args/options.js';
import type { FileOptions, OutputFormat, WhoOptions } from '../args/options.js';
import { CliError } from '../errors.js';
import { exit } from '../exit.js';
import type { Shell } from '../shell.js';

interface ValidateOptions extends FileOptions {
  readonly database?: string;
  readonly databaseUrl?: string;
  readonly output: OutputFormat;
}

interface ExplainOptions extends FileOptions, WhoOptions {
  readonly database?: string;
  readonly databaseUrl?: string;
  readonly output: OutputFormat;
  readonly exitCode?: boolean;
}

export const registerPolicy = (program: Command, shell: Shell): void => {
  const policy = program
    .command('policy')
    .summary('check and explain policies')
    .description(
      'Works with Database and DatabaseAccessPolicy objects in files, without a cluster.',
    );

  const validateCommand = policy
    .command('validate')
    .summary('check files as the cluster would')
    .description(
      'Checks files against the schemas and compiles the policies. Problems are printed as ' +
        'FILE:LINE:COLUMN: FIELD: MESSAGE.',
    )
    .argument('[paths...]', 'further files or folders');
  addFileOptions(validateCommand)
    .option(
      '--database-url <url>',
      'a live server: names in the files are checked against its schema as well',
    )
    .option('--database <name>', 'which Database of the files that is, when there are several');
  addOutputOption(validateCommand)
    .addHelpText(
      'after',
      `
Examples:
  $ postern policy validate -f examples/shop
  $ postern policy validate -f policy.yaml -o json
  $ kubectl get dap,databases -A -o yaml | postern policy validate -f -

Exit codes: 0 valid, 1 not valid, 2 could not run.`,
    )
    .action(async (paths: readonly string[], options: ValidateOptions) => {
      const files = await readSources([...(options.filename ?? []), ...paths], shell.readStdin);
      const { validate } = await import('./validate.js');
      const valid = await validate(
        {
          files,
          databaseUrl: options.databaseUrl,
          database: options.database,
          output: options.output,
        },
        shell,
      );
      shell.exit(valid ? exit.ok : exit.no);
    });

  const explainCommand = policy
    .command('explain')
    .summary('say what would happen to a statement, and why')
    .description(
      'Decides statements as a proxy would and prints the decision, the rules and masks behind it ' +
        'and what the server would get. Runs none of them; reads only the schema of the server.',
    )
    .argument(
      '<sql...>',
      'the statements as one word, - for standard input; words before it are further files',
    );
  addFileOptions(explainCommand);
  addWhoOptions(explainCommand)
    .option('--database <name>', 'which Database of the files, when there are several')
    .option('--database-url <url>', 'the server whose schema the statement is about')
    .option('--exit-code', 'exit with 1 when a statement would be refused or held');
  addOutputOption(explainCommand)
    .addHelpText(
      'after',
      `
Examples:
  $ postern policy explain -f examples/shop --as serviceaccount:ml/trainer \\
      --database-url postgres://localhost/shop 'SELECT email FROM customers'
  $ postern policy explain -f examples/shop --as user:ada --group dba -o json \\
      --database-url postgres://localhost/shop 'DROP TABLE orders'

Exit codes: 0 explained, 1 the files or the statement are not valid (with --exit-code also:
refused or held), 2 could not run.`,
    )
    .action(async (words: readonly string[], options: ExplainOptions) => {
      const sql = words.at(-1) ?? '';
      const paths = [...(options.filename ?? []), ...words.slice(0, -1)];
      if (options.databaseUrl === undefined) {
        throw new CliError(
          'bad-database-url',
          'a statement means something only against a schema, and --database-url names no server',
          'add --database-url postgres://USER:PASSWORD@HOST:PORT/DATABASE; only the schema is read',
        );
      }
      const { explainStatements } = await import('./explainStatements.js');
      const passed = await explainStatements(
        {
          files: await readSources(paths),
          sql: sql === '-' ? (await shell.readStdin()).toString('utf8') : sql,
          who: readWho(options),
          database: options.database,
          databaseUrl: options.databaseUrl,
          output: options.output,
        },
        shell,
      );
      shell.exit(passed || options.exitCode !== true ? exit.ok : exit.no);
    });
};
