import { types } from 'node:util';

/** Why a command could not run. A closed list; documented in `docs/reference/cli.md`. */
export type CliErrorCode =
  | 'bad-identity'
  | 'bad-claim'
  | 'bad-address'
  | 'bad-upstream'
  | 'bad-database-url'
  | 'bad-ca-file'
  | 'file-missing'
  | 'file-unreadable'
  | 'no-files'
  | 'no-database'
  | 'unknown-database'
  | 'ambiguous-database'
  | 'invalid-objects'
  | 'missing-statement'
  | 'no-catalogue'
  | 'bad-catalogue'
  | 'statement-invalid'
  | 'database-unreachable'
  | 'address-in-use'
  | 'address-unusable'
  | 'data-in-use'
  | 'data-unusable'
  | 'tool-missing'
  | 'not-built'
  | 'start-failed'
  | 'no-collector'
  | 'collector-unreachable'
  | 'collector-failed'
  | 'bad-request'
  | 'bad-time'
  | 'bad-key'
  | 'no-event'
  | 'log-rolled-back';

/** An error a person can act on. `hint` says how. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  readonly hint: string | undefined;

  constructor(code: CliErrorCode, message: string, hint?: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'CliError';
    this.code = code;
    this.hint = hint;
  }
}

/** True for errors of other realms as well, unlike `instanceof`. */
const isError = (thrown: unknown): thrown is Error => types.isNativeError(thrown);

/** The text of anything that was thrown, without a stack. */
export const messageOf = (thrown: unknown): string => {
  if (!isError(thrown)) return String(thrown);
  // connecting to `localhost` fails with one error for each of its addresses, and no text of its own
  if (thrown.message === '' && 'errors' in thrown && Array.isArray(thrown.errors)) {
    return thrown.errors.map(messageOf).join('; ');
  }
  return thrown.message;
};

/** Node's system error code (`ECONNREFUSED`, `ENOENT`), where there is one. */
export const systemCode = (thrown: unknown): string | undefined =>
  isError(thrown) && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
