import { formatTime } from '@postern/proto';
import type { Shell } from '../shell.js';
import type { SearchRequest } from './filters.js';
import type { AuditFormat } from './format.js';
import { yaml } from './output.js';
import { type Suggestion, Suggestions } from './suggesting.js';
import { visible } from './table.js';
import type { Timeline } from './timeline.js';

const pageSize = 1000;

/** Columns that detectors found something in, as classifications to put into their Database objects. */
export const suggest = async (
  timeline: Timeline,
  request: SearchRequest,
  format: AuditFormat,
  { terminal }: Shell,
): Promise<void> => {
  const gathered = new Suggestions();
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = await timeline.search({ detected: '*', ...request, limit: pageSize, after });
    for (const entry of page.entries ?? []) gathered.add(entry);
    after = page.next || undefined;
  }
  const { suggestions, elsewhere } = gathered.all();
  const { out, err } = terminal;
  if (format !== 'table') {
    const all = { suggestions: suggestions.map(suggestionJson), elsewhere };
    out.line(format === 'json' ? JSON.stringify(all, undefined, 2) : yaml(all));
    return;
  }
  let database: string | undefined;
  for (const suggestion of suggestions) {
    if (suggestion.database !== database) {
      ({ database } = suggestion);
      out.line(out.paint('dim', `# Database ${visible(database)}`));
      out.line('classifications:');
    }
    out.line(`  ${itemOf(suggestion)}  ${out.paint('dim', `# ${why(suggestion)}`)}`);
  }
  if (suggestions.length === 0) err.line(err.paint('dim', 'nothing to suggest'));
  if (elsewhere > 0) {
    const results = elsewhere === 1 ? 'result' : 'results';
    err.line(
      err.paint(
        'dim',
        `also found in ${elsewhere} ${results} whose values come from no single column: postern audit search --detected '*'`,
      ),
    );
  }
};

/** One item of `spec.classifications`. */
export const itemOf = ({ column, tags }: Suggestion): string =>
  `- {column: ${scalar(column)}, tags: [${tags.map(({ tag }) => scalar(tag)).join(', ')}]}`;

/** What needs no quotes in a flow mapping has none. */
const scalar = (text: string): string =>
  /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(text) ? text : `'${visible(text).replaceAll("'", "''")}'`;

const why = ({ tags, looked, masked, lastUs }: Suggestion): string => {
  const counts = tags.map(({ tag, values }) => `${tag} in ${values}`).join(', ');
  const last = formatTime(lastUs).replace('T', ' ').slice(0, 16);
  return visible(
    `${counts} of ${looked} values${masked ? '' : ', sent as they were'}; last ${last}`,
  );
};

const suggestionJson = ({ lastUs, ...rest }: Suggestion): object => ({
  ...rest,
  last: formatTime(lastUs),
});
