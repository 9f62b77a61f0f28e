import { Option, type Command } from 'commander';

export const auditFormats = ['table', 'json', 'yaml'] as const;
export type AuditFormat = (typeof auditFormats)[number];

export const addFormatOption = (command: Command): Command =>
  command.addOption(
    new Option('-o, --output <format>', 'how to print').choices(auditFormats).default('table'),
  );
