import type { RawStmt } from '@pgsql/types';

/** One statement of a query string. Offsets are UTF-16 units of `source`, as the parser gives them; the semicolon is outside. */
export interface Statement {
  readonly source: string;
  readonly start: number;
  readonly end: number;
  /** What the parser has read when it is not `source`: blanks stand for constants that only repeat others. */
  readonly blanked?: string;
  readonly node: RawStmt;
}

/** Longest text that is analysed, in UTF-16 units; longer ones are refused with `too-long`. */
export const maxStatementLength = 1_048_576;

/**
 * Of one text, without rows and items that only repeat the shape of others (`fold`); more are refused with `too-long`.
 * The parser's tree takes about a kilobyte a token.
 */
export const maxTokens = 100_000;

/** Of one text in all; more are refused with `too-long`. */
export const maxAllTokens = 600_000;
