import type { Catalogue, Classification, SessionSettings } from '@postern/sql';
import type { VerdictCache } from './verdict-cache.js';

/**
 * Everything a verdict depends on besides the text: two statements with the same text under the same
 * context have the same verdict. Shared by all sessions to which it applies.
 */
export interface Context {
  readonly catalogue: Catalogue;
  readonly classification: Classification;
  readonly settings: SessionSettings;
  /** login role and database of the server */
  readonly user: string;
  readonly databaseName: string;
  readonly applicationName: string;
  readonly lexing: Lexing;
  /** share the budget of all contexts */
  readonly verdicts: VerdictCache;
}

/** Settings under which the server might read another statement than the parser does. */
export interface Lexing {
  /** client_encoding */
  readonly encoding: string;
  /** standard_conforming_strings */
  readonly standardStrings: boolean;
}
