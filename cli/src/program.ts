import { Command } from 'commander';
import { registerAudit } from './audit/index.js';
import { registerCompletion } from './completion/command.js';
import { registerDev } from './dev/command.js';
import { registerPolicy } from './policy/command.js';
import { registerSql } from './sql/command.js';
import type { Shell } from './shell.js';

const epilogue = `
Examples:
  $ postern dev -f examples/shop --upstream postgres://localhost:5432/shop
  $ postern policy validate -f examples/shop
  $ postern policy explain -f examples/shop --as serviceaccount:ml/trainer \\
      --database-url postgres://localhost/shop 'SELECT email FROM customers'
  $ postern audit search --decision deny

Exit codes: 0 done, 1 the answer is no (invalid, does not verify), 2 could not run.`;

/** The whole command tree. Nothing runs before it is given arguments. */
export const buildProgram = (shell: Shell): Command => {
  const program = new Command('postern')
    .description('Governs what programs and people do to PostgreSQL, and proves what they did.')
    .version(shell.installation.version)
    .showHelpAfterError('(add --help for all options)')
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => {
        shell.terminal.out.line(text.replace(/\n$/, ''));
      },
      writeErr: (text) => {
        shell.terminal.err.line(text.replace(/\n$/, ''));
      },
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'postern: '));
      },
    })
    .addHelpText('after', epilogue)
    .exitOverride();
  registerDev(program, shell);
  registerPolicy(program, shell);
  registerAudit(program, shell);
  registerSql(program, shell);
  registerCompletion(program, shell);
  return program;
};
