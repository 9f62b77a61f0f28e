import { type Command, Option } from 'commander';
import type { postern } from '@postern/proto';
import { CliError } from '../errors.js';
import { parseTime } from './time.js';

export type SearchRequest = postern.audit.v1.ISearchRequest;

export interface FilterOptions {
  readonly identity?: string;
  readonly relation?: string;
  readonly column?: string;
  readonly tag?: string;
  readonly detected?: string;
  readonly kind?: string;
  readonly decision?: string;
  readonly outcome?: string;
  readonly text?: string;
  readonly fingerprint?: string;
  readonly database?: string;
  readonly session?: string;
  readonly from?: string;
  readonly to?: string;
}

const decisions = ['allow', 'deny', 'require-approval'];
const outcomes = ['completed', 'failed', 'refused', 'cut', 'unknown'];

export const addFilterOptions = (command: Command): Command =>
  command
    .option('--identity <name>', 'who: subject, name, group, or namespace/name')
    .option('--relation <name>', 'touched: schema.table or table')
    .option('--column <name>', 'touched: schema.table.column or column')
    .option('--tag <tag>', 'a column with this tag was touched')
    .option('--detected <tag>', 'a detector found this in the result, e.g. pii.email or *')
    .option('--kind <kind>', 'statement, session_start, ..., or a command such as SELECT')
    .addOption(new Option('--decision <effect>', 'what policy said').choices(decisions))
    .addOption(new Option('--outcome <outcome>', 'how it ended').choices(outcomes))
    .option('--text <text>', 'in the normalised SQL, in any case')
    .option('--fingerprint <hex>', 'the shape of the statement')
    .option('--database <name>', 'namespace/name of the Database')
    .option('--session <uuid>', 'events of one session')
    .option('--from <time>', 'not before: 2h, 30m, 7d ago, or 2026-11-21T05:00Z')
    .option('--to <time>', 'before');

const textFilters = [
  'identity',
  'relation',
  'column',
  'tag',
  'detected',
  'kind',
  'decision',
  'outcome',
  'text',
  'fingerprint',
  'database',
  'session',
] as const;

/**
 * @param now  Unix milliseconds
 * @throws     CliError `bad-request` | `bad-time`
 */
export const readFilters = (options: FilterOptions, now: number): SearchRequest => {
  const request: SearchRequest = {};
  for (const name of textFilters) {
    const value = options[name];
    if (value === undefined) continue;
    if (value === '') {
      throw new CliError(
        'bad-request',
        `--${name} is empty`,
        'give a value, or leave the filter out',
      );
    }
    // --as of other commands says of what kind an identity is
    request[name] =
      name === 'identity' ? value.replace(/^(serviceaccount|user|group):/, '') : value;
  }
  if (options.from !== undefined) request.fromUs = parseTime('--from', options.from, now);
  if (options.to !== undefined) request.toUs = parseTime('--to', options.to, now);
  if (request.fromUs != null && request.toUs != null && request.fromUs >= request.toUs) {
    throw new CliError('bad-request', '--from is not before --to', 'exchange them');
  }
  return request;
};

/** @throws CliError `bad-request` */
export const readLimit = (text: string): number => {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new CliError(
    'bad-request',
    `--limit ${JSON.stringify(text)}: not a number from 1 to 1000`,
    'go on from a page with --after CURSOR',
  );
};
