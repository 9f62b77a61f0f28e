import type { Catalogue, Classification, SessionSettings } from '@postern/sql';
import type { Verdict } from './verdict.js';

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
  /** verdicts by text; bounded */
  readonly verdicts: VerdictCache;
}

/** Settings under which the server might read another statement than the parser does. */
export interface Lexing {
  /** client_encoding */
  readonly encoding: string;
  /** standard_conforming_strings */
  readonly standardStrings: boolean;
}

/** Least-recently-used by two generations: a full young generation becomes the old one. */
export class VerdictCache {
  private young = new Map<string, Verdict>();
  private old = new Map<string, Verdict>();
  private size = 0;
  private readonly limit: number;

  /** @param limit characters of SQL text held in one generation */
  constructor(limit: number) {
    this.limit = limit;
  }

  get(sql: string): Verdict | undefined {
    const hit = this.young.get(sql);
    if (hit !== undefined) return hit;
    const older = this.old.get(sql);
    if (older !== undefined) this.set(sql, older);
    return older;
  }

  set(sql: string, verdict: Verdict): void {
    // A text counts at least as much as the objects that hang on it.
    const cost = sql.length + 500;
    if (this.size + cost > this.limit) {
      this.old = this.young;
      this.young = new Map();
      this.size = 0;
    }
    this.young.set(sql, verdict);
    this.size += cost;
  }
}
