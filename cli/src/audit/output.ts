import { stringify } from 'yaml';
import { entryJson } from '@postern/proto';
import type { Channel } from '../output/terminal.js';
import type { AuditFormat } from './format.js';
import { summarise, tableLines } from './table.js';
import type { Entry } from './timeline.js';

/** One page of a search. JSON and YAML: `{events, next}`; `next` is empty on the last page. */
export const printPage = (
  entries: readonly Entry[],
  next: string,
  format: AuditFormat,
  out: Channel,
): void => {
  switch (format) {
    case 'json':
      out.line(JSON.stringify({ events: entries.map(entryJson), next }, undefined, 2));
      return;
    case 'yaml':
      out.line(yaml({ events: entries.map(entryJson), next }));
      return;
    case 'table':
      for (const line of tableLines(entries.map(summarise), out.paint)) out.line(line);
  }
};

/** One event as it comes: a line of a table, a line of JSON, or a YAML document. */
export const printOne = (entry: Entry, format: AuditFormat, out: Channel): void => {
  switch (format) {
    case 'json':
      out.line(JSON.stringify(entryJson(entry)));
      return;
    case 'yaml':
      out.line(`---\n${yaml(entryJson(entry))}`);
      return;
    case 'table':
      for (const line of tableLines([summarise(entry)], out.paint, 'usual widths').slice(1)) {
        out.line(line);
      }
  }
};

export const yaml = (value: unknown): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
