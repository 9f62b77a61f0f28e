import type { Command } from 'commander';
import type { Shell } from '../shell.js';
import { addFilterOptions, readFilters, readLimit, type FilterOptions } from './filters.js';
import { addFormatOption, type AuditFormat } from './format.js';
import { addTargetOptions, findTarget, type Target, type TargetOptions } from './target.js';
import type { Timeline } from './timeline.js';

interface Common extends TargetOptions {
  readonly output: AuditFormat;
}

interface SearchOptions extends Common, FilterOptions {
  readonly limit?: string;
  readonly after?: string;
  readonly ascending?: boolean;
}

export const registerAudit = (program: Command, shell: Shell): void => {
  const audit = program
    .command('audit')
    .summary('read and check the record')
    .description('Reads the record that a collector keeps, and checks that nobody changed it.');

  const at = async (
    options: TargetOptions,
    run: (timeline: Timeline, target: Target) => Promise<void>,
  ): Promise<void> => {
    const target = await findTarget(options, shell.config.collector);
    const { Timeline } = await import('./timeline.js');
    const timeline = new Timeline(target.address);
    try {
      await run(timeline, target);
    } finally {
      timeline.close();
    }
  };

  const searchCommand = audit
    .command('search')
    .summary('find events')
    .description('Finds events, newest first. All given filters must hold; names may use *.');
  addFilterOptions(searchCommand)
    .option('--limit <number>', 'events on a page, 1 to 1000 (default: 50)')
    .option('--after <cursor>', 'the page after this one: `next` of the page before')
    .option('--ascending', 'oldest first');
  addTargetOptions(addFormatOption(searchCommand))
    .addHelpText(
      'after',
      `
Examples:
  $ postern audit search --decision deny --from 1h
  $ postern audit search --identity 'ml/*' --column customers.email -o json
  $ postern audit search --kind UPDATE --relation orders --from 2026-11-21T05:00Z --data ~/.postern

Exit codes: 0 searched (also when nothing was found), 2 could not run.`,
    )
    .action((options: SearchOptions) =>
      at(options, async (timeline) => {
        const { search } = await import('./search.js');
        const request = readFilters(options, Date.now());
        if (options.limit !== undefined) request.limit = readLimit(options.limit);
        if (options.after !== undefined) request.after = options.after;
        request.ascending = options.ascending ?? false;
        await search(timeline, request, options.output, shell);
      }),
    );

  const tailCommand = audit
    .command('tail')
    .summary('follow events as they become durable')
    .description('Prints events that match as they become durable, until Ctrl-C.');
  addFilterOptions(tailCommand);
  addTargetOptions(addFormatOption(tailCommand))
    .addHelpText(
      'after',
      '\nWith -o json, each event is one line.\n\nExit codes: 0 ended by Ctrl-C, 2 could not run.',
    )
    .action((options: SearchOptions) =>
      at(options, async (timeline) => {
        const { tail } = await import('./tail.js');
        await tail(timeline, readFilters(options, Date.now()), options.output, shell);
      }),
    );

  const suggestionsCommand = audit
    .command('suggestions')
    .summary('columns to classify, by what was found in them')
    .description(
      'Prints the columns in whose values detectors found personal data or secrets and that have no tag for it, ' +
        'as classifications to put into their Database objects.',
    );
  addFilterOptions(suggestionsCommand);
  addTargetOptions(addFormatOption(suggestionsCommand))
    .addHelpText(
      'after',
      `
Examples:
  $ postern audit suggestions --database ml/shop --from 7d
  $ postern audit suggestions --detected 'secret.*' -o json

Exit codes: 0 searched (also when nothing was found), 2 could not run.`,
    )
    .action((options: SearchOptions) =>
      at(options, async (timeline) => {
        const { suggest } = await import('./suggestions.js');
        await suggest(timeline, readFilters(options, Date.now()), options.output, shell);
      }),
    );

  const showCommand = audit
    .command('show')
    .summary('everything of one event, with its proof')
    .description('Prints one event and proves that it is in the signed log.')
    .argument('<id>', 'id of the event, as search prints it with -o json');
  addTargetOptions(addFormatOption(showCommand))
    .addHelpText(
      'after',
      '\nExit codes: 0 shown, 1 the event is not in the signed log, 2 could not run.',
    )
    .action((id: string, options: Common) =>
      at(options, async (timeline) => {
        const { show } = await import('./show.js');
        await show(timeline, id, options.output, shell);
      }),
    );

  const verifyCommand = audit
    .command('verify')
    .summary('check that nobody changed the record')
    .description(
      'Recomputes the record from its bytes: leaf hashes, session chains, statement records, what is ' +
        'searched, and the root of the log against the signed checkpoint. Names the first bad entry.',
    )
    .option('--key <key>', 'verifier key that must have signed: the key, or a file that holds it');
  addTargetOptions(addFormatOption(verifyCommand))
    .addHelpText(
      'after',
      `
Without --key, the key is the one that postern dev noted (--data), or the one that the collector names:
then only someone who also holds its signing key can have changed the record.

Exit codes: 0 nothing was changed, 1 something was, 2 could not check.`,
    )
    .action((options: Common & { readonly key?: string }) =>
      at(options, async (timeline, { verifierKey }) => {
        const { readKey, verify } = await import('./verify.js');
        const pinned = options.key === undefined ? verifierKey : await readKey(options.key);
        await verify(timeline, pinned, options.output, shell);
      }),
    );
};
