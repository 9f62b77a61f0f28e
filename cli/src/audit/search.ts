import type { Shell } from '../shell.js';
import type { SearchRequest } from './filters.js';
import type { AuditFormat } from './format.js';
import { printPage } from './output.js';
import type { Timeline } from './timeline.js';

/** One page, newest first unless asked otherwise. */
export const search = async (
  timeline: Timeline,
  request: SearchRequest,
  format: AuditFormat,
  { terminal }: Shell,
): Promise<void> => {
  const found = await timeline.search(request);
  const entries = found.entries ?? [];
  const next = found.next ?? '';
  printPage(entries, next, format, terminal.out);
  if (format !== 'table') return;
  const { err } = terminal;
  if (entries.length === 0) err.line(err.paint('dim', 'nothing found'));
  else if (next !== '') err.line(err.paint('dim', `more: --after ${next}`));
};
