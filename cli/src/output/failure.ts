import { CliError, messageOf } from '../errors.js';
import type { Channel } from './terminal.js';

/** Says an error as every command says it: what happened, then what to do. */
export const sayFailure = (thrown: unknown, err: Channel): void => {
  err.line(`${err.paint('red', 'postern:')} ${messageOf(thrown)}`);
  if (!(thrown instanceof CliError)) return;
  if (thrown.cause !== undefined && !thrown.message.includes(messageOf(thrown.cause))) {
    err.line(`  cause: ${messageOf(thrown.cause)}`);
  }
  if (thrown.hint !== undefined) err.line(`  hint: ${thrown.hint}`);
  err.line(err.paint('dim', `  code: ${thrown.code}`));
};
