import type { Refusal } from '../session/refusal.js';
import type { Lexing } from './context.js';
import { lexingRefusal } from './refuse-reasons.js';

/** Any character beyond ASCII. */
const beyondAscii = /[\u0080-\uffff]/;

/**
 * Settings under which the server would read the bytes of a statement otherwise than the parser:
 * encodings whose second byte may be an ASCII character.
 *
 * @returns why the statement cannot be decided, or undefined
 */
export function lexingProblem(sql: string, lexing: Lexing): Refusal | undefined {
  if (lexing.encoding === 'UTF8' || !beyondAscii.test(sql)) return undefined;
  // The decoder's mark for bytes that are not UTF-8; SQL_ASCII bytes that are can only be read one way.
  if (lexing.encoding === 'SQL_ASCII' && !sql.includes('\ufffd')) return undefined;
  return lexingRefusal(
    `a statement with characters beyond ASCII cannot be read in client_encoding ${lexing.encoding}`,
    'SET client_encoding = UTF8.',
  );
}
