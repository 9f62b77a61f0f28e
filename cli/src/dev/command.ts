import type { Command } from 'commander';
import { parseAddress } from '../args/address.js';
import { addFileOptions, addWhoOptions, again, readWho } from '../args/options.js';
import type { FileOptions, WhoOptions } from '../args/options.js';
import { parsePostgresUrl } from '../args/postgresUrl.js';
import { parseUpstream } from '../args/upstream.js';
import { CliError } from '../errors.js';
import type { Shell } from '../shell.js';

interface Options extends FileOptions, WhoOptions {
  readonly upstream?: readonly string[];
  readonly listen?: string;
  readonly data?: string;
  readonly collectorDatabaseUrl?: string;
  readonly json?: boolean;
}

export const registerDev = (program: Command, shell: Shell): void => {
  const command = program
    .command('dev')
    .summary('run Postern on this machine, in front of a database')
    .description(
      'Runs Postern on this machine without a cluster: the real proxy and the real collector as ' +
        'processes, policies from files, reloaded when the files change. Clients log in with their ' +
        'own user and password.',
    )
    .argument('[paths...]', 'further files or folders');
  addFileOptions(command)
    .option(
      '--upstream <url>',
      'where the Database really is: postgres://HOST:PORT/DATABASE, or NAME=URL when there are several',
      again,
    )
    .option(
      '--listen <host:port>',
      'where to accept clients (default: 127.0.0.1:6432, or a free port)',
    );
  addWhoOptions(command)
    .option('--data <dir>', 'keep spool, record and keys in this folder (default: a temporary one)')
    .option(
      '--collector-database-url <url>',
      'PostgreSQL that keeps the record (default: an embedded one in the data folder)',
    )
    .option('--json', 'print one line of JSON when ready; everything else goes to standard error')
    .addHelpText(
      'after',
      `
Examples:
  $ postern dev -f examples/shop --upstream postgres://localhost:5432/shop
  $ postern dev -f examples/shop --upstream postgres://db:5432/shop?sslmode=require \\
      --as serviceaccount:ml/trainer --purpose training --data ~/.postern
  $ postern dev -f a.yaml -f b.yaml --upstream ml/shop=postgres://one/shop --upstream ml/crm=postgres://two/crm

Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 the files are not valid, 2 could not start.`,
    )
    .action(async (paths: readonly string[], options: Options) => {
      const { dev } = await import('./dev.js');
      await dev(
        {
          files: [...(options.filename ?? []), ...paths],
          upstreams: (options.upstream ?? []).map(parseUpstream),
          listen:
            options.listen === undefined
              ? { kind: 'default' }
              : { kind: 'explicit', address: parseAddress(options.listen) },
          who: readWho(options),
          data: options.data,
          collectorDatabaseUrl: checkedDatabaseUrl(options.collectorDatabaseUrl),
          json: options.json ?? false,
        },
        shell,
      );
    });
};

/** The URL as given: the collector logs in with what is in it. */
const checkedDatabaseUrl = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const parsed = parsePostgresUrl(text);
  if (parsed.kind === 'url') return text;
  throw new CliError(
    'bad-database-url',
    `--collector-database-url: ${parsed.why}`,
    'write postgres://USER:PASSWORD@HOST:PORT/DATABASE',
  );
};
