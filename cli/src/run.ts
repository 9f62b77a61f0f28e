import { CommanderError } from 'commander';
import { CliError } from './errors.js';
import { exit, type ExitCode } from './exit.js';
import { sayFailure } from './output/failure.js';
import { buildProgram } from './program.js';
import type { Shell } from './shell.js';

/** Codes of errors where the question was understood and the answer is no. */
const answers: ReadonlySet<string> = new Set(['invalid-objects', 'statement-invalid']);

/**
 * Runs one command line.
 *
 * @param words without the program's own name
 */
export const run = async (
  words: readonly string[],
  outside: Omit<Shell, 'exit'>,
): Promise<ExitCode> => {
  let code: ExitCode = exit.ok;
  const program = buildProgram({
    ...outside,
    exit: (wanted) => {
      code = wanted;
    },
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (thrown) {
    // commander has already said what was wrong with the command line
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exit.ok : exit.failed;
    sayFailure(thrown, outside.terminal.err);
    return thrown instanceof CliError && answers.has(thrown.code) ? exit.no : exit.failed;
  }
};
