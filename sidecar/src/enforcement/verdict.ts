import type { AuditMode, Limits } from '@postern/policy';
import type { SessionEffect } from '@postern/sql';
import type { StatementHandle } from '../audit/sink.js';
import type { Refusal } from '../session/refusal.js';
import type { Watch } from './watch.js';

/** What the session needs to know of a decided statement while it runs. */
export interface GovernedStatement {
  /** The client's text of this statement alone, spelled so that it reads the same under every setting. */
  readonly sql: string;
  /** its text for the server; undefined: the same */
  readonly rewritten: string | undefined;
  readonly record: StatementHandle;
  readonly limits: Limits;
  /** has a limit of rows or bytes */
  readonly limited: boolean;
  /** a bulk export: its result is bounded by `maxExportRows` too */
  readonly exports: boolean;
  /** The rows that it changes are counted; undefined: they are not. */
  readonly counts: CountedRows | undefined;
  /** its result may have rows */
  readonly sendsRows: boolean;
  /** Nothing is written and no function with side effects called. */
  readonly readOnly: boolean;
  readonly audit: AuditMode;
  readonly effects: readonly SessionEffect[];
  /** Name of the prepared statement that an EXECUTE runs. */
  readonly runsPrepared: string | undefined;
  /** Name of the cursor that a FETCH takes rows from. */
  readonly fetches: string | undefined;
  /** Parts of server messages that can carry row values are withheld. */
  readonly withhold: boolean;
  /** how its result is watched for values that nobody classified; undefined: not at all */
  readonly watch: Watch | undefined;
  /** epoch milliseconds after which it must be decided again */
  readonly until: number;
}

export interface CountedRows {
  /** `later`: it prepares, or declares, what changes them */
  readonly when: 'now' | 'later';
  /** They come as the data of a COPY. */
  readonly loads: boolean;
  /** outside of a transaction block it may commit what it does, part by part */
  readonly mayCommit: boolean;
}

/**
 * The answer for one text of SQL (one statement, or several of a simple query) under one context.
 * Immutable; cached.
 */
export type Verdict = ForwardVerdict | StagedVerdict | RefuseVerdict;

export interface ForwardVerdict {
  readonly kind: 'forward';
  readonly statements: readonly GovernedStatement[];
  /** The text for the server; undefined: as the client sent it. */
  readonly rewritten: string | undefined;
  /** 1-based character position in the rewritten text -> in the client's. */
  readonly toOriginal: (position: number) => number;
  /** epoch milliseconds after which it must be decided again */
  readonly until: number;
}

/**
 * Several statements of which one changes what the names in a later one mean: each can be decided only
 * after the one before has run.
 */
export interface StagedVerdict {
  readonly kind: 'staged';
  readonly pieces: readonly Piece[];
  readonly until: number;
}

export interface Piece {
  /** the text of one statement, as the client sent it or spelled so that it reads the same */
  readonly sql: string;
  /** 1-based character position in it -> in the client's query string */
  readonly toOriginal: (position: number) => number;
}

export interface RefuseVerdict {
  readonly kind: 'refuse';
  readonly refusal: Refusal;
  /** The statements before the refused one, which the server runs (and rolls back) as it would. */
  readonly before: readonly GovernedStatement[];
  /** The text of those, rewritten where policy says so, ready to be followed by a stand-in. */
  readonly prefix: string;
  readonly record: StatementHandle;
  readonly audit: AuditMode;
  /**
   * What the server itself would not understand either, or not find: its own words are better than ours.
   * Asked with a Parse, which looks at the text and runs nothing.
   */
  readonly serversWords: Piece | undefined;
  /** Statements of the text, as far as it is understood. */
  readonly count: number;
  /** A name is unknown: worth a look whether the schema changed. */
  readonly unresolved: boolean;
  readonly until: number;
}
