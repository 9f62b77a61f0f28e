import type { ErrorFields } from '../wire/backend/error-response.js';

/** Fields that name things or say where; values of rows do not stand in them. */
const kept = new Set(['S', 'V', 'C', 'P', 's', 't', 'c', 'd', 'n', 'F', 'L', 'R']);

/** Classes whose messages quote the value that was wrong (22 data exception) or are a user's own text (P0). */
const quoting = /^(22|P0|23514|38|39)/;

/**
 * An error or notice without the parts that can carry row values: detail, hint, context and internal
 * query are dropped; a message of a quoting class keeps its words up to the first quoted value.
 */
export function withheld(fields: ErrorFields, withhold: boolean): ErrorFields {
  if (!withhold) return fields;
  const result = new Map<string, string>();
  const code = fields.get('C') ?? '';
  const severity = fields.get('V') ?? fields.get('S') ?? '';
  for (const [letter, text] of fields) {
    if (kept.has(letter)) result.set(letter, text);
    else if (letter === 'M') result.set('M', wordsOf(text, code, severity));
  }
  result.set('D', 'reason=withheld: details that may quote masked data are not shown');
  return result;
}

function wordsOf(message: string, code: string, severity: string): string {
  // The server's own log, asked for by client_min_messages: statements and plans as they run, masks and all.
  if (severity === 'LOG' || severity.startsWith('DEBUG'))
    return 'text withheld while data is masked';
  return quoting.test(code) ? shortened(code, message) : message;
}

function shortened(code: string, message: string): string {
  if (code.startsWith('P0')) return 'raised by the database (text withheld while data is masked)';
  const quote = message.search(/["'(]|: /);
  return quote < 0 ? message : `${message.slice(0, quote).trimEnd()} (value withheld)`;
}
