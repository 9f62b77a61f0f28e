import type { Command } from 'commander';

/** What a shell needs to know of one command to complete it. */
export interface CommandShape {
  /** words after `postern`, e.g. `policy validate`; empty for the program itself */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly OptionShape[];
}

export interface OptionShape {
  /** `--listen`, `-f` */
  readonly flags: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  readonly takesPath: boolean;
  readonly choices: readonly string[];
}

const pathNames = /(file|dir|path|folder)/i;

/** The whole tree, the program first. */
export const describe = (program: Command): readonly CommandShape[] => walk(program, []);

const walk = (command: Command, path: readonly string[]): CommandShape[] => {
  const help = command.createHelp();
  const children = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  return [
    {
      path: path.join(' '),
      subcommands: children.map((child) => ({
        name: child.name(),
        about: oneLine(child.summary() || child.description()),
      })),
      options: help.visibleOptions(command).map((option) => ({
        flags: [option.short, option.long].filter((flag) => flag !== undefined),
        about: oneLine(option.description),
        takesValue: option.required || option.optional,
        takesPath: pathNames.test(option.flags),
        choices: option.argChoices ?? [],
      })),
    },
    ...children.flatMap((child) => walk(child, [...path, child.name()])),
  ];
};

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
