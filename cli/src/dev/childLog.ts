/** One line that a started process logged, as far as a person at the terminal needs it. */
export type ChildLine =
  { readonly kind: 'quiet' } | { readonly kind: 'warning'; readonly text: string };

/** pino's levels: 40 warns */
const warning = 40;

/**
 * Tells what is worth showing from what the log file keeps: pino's warnings and worse, and lines that
 * are no JSON at all (a stack trace before the logger ran).
 */
export const readChildLine = (line: string): ChildLine => {
  if (line.trim() === '') return { kind: 'quiet' };
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    // not a log entry
    return { kind: 'warning', text: line };
  }
  if (typeof entry !== 'object' || entry === null) return { kind: 'warning', text: line };
  if (!('level' in entry) || typeof entry.level !== 'number') return { kind: 'quiet' };
  if (entry.level < warning) return { kind: 'quiet' };
  const message = 'msg' in entry && typeof entry.msg === 'string' ? entry.msg : line;
  const cause = 'err' in entry ? messageIn(entry.err) : undefined;
  return { kind: 'warning', text: cause === undefined ? message : `${message}: ${cause}` };
};

const messageIn = (value: unknown): string | undefined =>
  typeof value === 'object' &&
  value !== null &&
  'message' in value &&
  typeof value.message === 'string'
    ? value.message
    : undefined;
