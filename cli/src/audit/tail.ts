import type { Shell } from '../shell.js';
import type { SearchRequest } from './filters.js';
import type { AuditFormat } from './format.js';
import { printOne } from './output.js';
import { tableLines } from './table.js';
import type { Timeline } from './timeline.js';

/** What matches, as it becomes durable, until Ctrl-C. */
export const tail = async (
  timeline: Timeline,
  request: SearchRequest,
  format: AuditFormat,
  shell: Shell,
): Promise<void> => {
  const { out } = shell.terminal;
  const end = new AbortController();
  const forget = shell.onStop(() => {
    end.abort();
  });
  try {
    if (format === 'table') {
      const [header] = tableLines([], out.paint, 'usual widths');
      if (header !== undefined) out.line(header);
    }
    for await (const entry of timeline.tail(request, end.signal)) printOne(entry, format, out);
  } finally {
    forget();
  }
};
