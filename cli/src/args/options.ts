import { Option, type Command } from 'commander';
import { userInfo } from 'node:os';
import type { Identity } from '@postern/policy';
import { parseClaims, type SaidAttributes } from './claims.js';
import { parseIdentity } from './identity.js';

/** An option that may be given again; the values in order. */
export const again = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

export interface FileOptions {
  readonly filename?: readonly string[];
}

export const addFileOptions = (command: Command): Command =>
  command.option(
    '-f, --filename <path>',
    'file or folder with Database and DatabaseAccessPolicy objects; may be given again',
    again,
  );

export interface WhoOptions {
  readonly as?: string;
  readonly group?: readonly string[];
  readonly purpose?: string;
  readonly claim?: readonly string[];
  readonly region?: string;
}

export const addWhoOptions = (command: Command): Command =>
  command
    .option('--as <identity>', 'who asks: serviceaccount:NAMESPACE/NAME or user:NAME')
    .option('--group <name>', 'a group of that identity; may be given again', again)
    .option('--purpose <text>', 'why: the claim `purpose`')
    .option('--claim <key=value>', 'another unverified claim; may be given again', again)
    .option('--region <name>', 'region the workload runs in');

export interface Who extends SaidAttributes {
  readonly identity: Identity;
  /** nobody was named: this is the user of the operating system */
  readonly assumed: boolean;
}

/** @throws CliError `bad-identity` | `bad-claim` */
export const readWho = (options: WhoOptions): Who => ({
  identity: parseIdentity(options.as ?? `user:${userInfo().username}`, options.group ?? []),
  assumed: options.as === undefined,
  ...parseClaims(options.claim ?? [], options.purpose, options.region),
});

export const outputFormats = ['text', 'json'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export const addOutputOption = (command: Command): Command =>
  command.addOption(
    new Option('-o, --output <format>', 'how to print').choices(outputFormats).default('text'),
  );
