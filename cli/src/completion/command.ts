import { Argument, type Command } from 'commander';
import type { Shell } from '../shell.js';
import { describe } from './describe.js';
import { completionScript, shells, type ShellName } from './scripts.js';

export const registerCompletion = (program: Command, shell: Shell): void => {
  program
    .command('completion')
    .summary('print a completion script for your shell')
    .description('Prints a script that completes commands and options in your shell.')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(postern completion bash)
  $ postern completion fish > ~/.config/fish/completions/postern.fish`,
    )
    .action((name: ShellName) => {
      shell.terminal.out.line(completionScript(name, describe(program)).trimEnd());
    });
};
