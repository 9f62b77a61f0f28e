import { createHash } from 'node:crypto';
import {
  type Evaluator,
  type Hidden,
  hiddenRelations,
  type Identity,
  type SessionFacts,
  type Workload,
} from '@postern/policy';
import type { Catalogue, SessionSettings } from '@postern/sql';
import type { AuditSink } from '../audit/index.js';
import type { Database, DetectorMode } from '../control/assignment.js';
import type { Loaded, SharedCatalogue } from './catalogues.js';
import type { Context, Lexing } from './context.js';
import { decide, decideFunctionCall } from './decide.js';
import { sessionFactsOf } from './session-facts.js';
import type { SessionLogin } from './session-governance.js';
import type { VerdictBudget } from './verdict-cache.js';
import type { Verdict } from './verdict.js';

export interface DatabaseGovernanceParts {
  readonly database: Database;
  readonly databaseName: string;
  readonly identity: Identity;
  readonly claims: Readonly<Record<string, string>>;
  readonly workload: Workload;
  readonly maskKey: Uint8Array;
  readonly evaluator: Evaluator;
  readonly bundleDigest: string;
  readonly sink: AuditSink;
  readonly verdicts: VerdictBudget;
  readonly now: () => number;
}

/** Contexts kept of one catalogue; each has its own verdicts. */
const maxContexts = 64;

/**
 * Governs one database of a server for one identity: its catalogue, and what was decided so far.
 * Shared by the proxy's sessions to it. A new bundle or assignment makes a new one.
 */
export class DatabaseGovernance {
  readonly catalogue: SharedCatalogue;
  readonly parts: DatabaseGovernanceParts;
  /** A catalogue that nobody decides under any more goes, and takes its contexts along. */
  private readonly contexts = new WeakMap<Catalogue, Map<string, Context>>();
  /** of verdicts that hold for a time; epoch milliseconds */
  private readonly decidedAt = new WeakMap<Verdict, number>();
  private readonly hiddenIn = new WeakMap<Context, Hidden>();

  constructor(parts: DatabaseGovernanceParts, catalogue: SharedCatalogue) {
    this.parts = parts;
    this.catalogue = catalogue;
  }

  get protects(): boolean {
    return this.parts.evaluator.protects;
  }

  /** The context that all sessions with this catalogue, settings and login share. */
  context(loaded: Loaded, settings: SessionSettings, login: SessionLogin, lexing: Lexing): Context {
    const contexts = this.contexts.get(loaded.catalogue) ?? new Map<string, Context>();
    this.contexts.set(loaded.catalogue, contexts);
    const key = JSON.stringify([settings, login, lexing]);
    const known = contexts.get(key);
    if (known !== undefined) return known;
    const context: Context = {
      ...loaded,
      settings,
      ...login,
      lexing,
      verdicts: this.parts.verdicts.cache(),
    };
    if (contexts.size >= maxContexts) {
      const [oldest] = contexts.keys();
      if (oldest !== undefined) contexts.delete(oldest);
    }
    contexts.set(key, context);
    return context;
  }

  govern(context: Context, sql: string): Verdict {
    return this.cached(context, sql, () => decide(sql, context, this));
  }

  /** @param oid of the function */
  governFunctionCall(context: Context, oid: number): Verdict {
    // NUL: no text of SQL is written so
    const key = `\0function ${String(oid)}`;
    return this.cached(context, key, () => decideFunctionCall(oid, context, this));
  }

  private cached(context: Context, key: string, decision: () => Verdict): Verdict {
    const cached = context.verdicts.get(key);
    if (cached !== undefined && this.holds(cached)) return cached;
    const verdict = decision();
    if (verdict.until !== Infinity) this.decidedAt.set(verdict, this.parts.now());
    context.verdicts.set(key, verdict);
    return verdict;
  }

  /** Is it the verdict of now? Of a clock that was set back, what it said later is not. */
  holds(verdict: Verdict): boolean {
    if (verdict.until === Infinity) return true;
    const now = this.parts.now();
    return now < verdict.until && now >= (this.decidedAt.get(verdict) ?? -Infinity);
  }

  /** The relations whose values the catalogue must not show under this context. Asked for when a statement may show such. */
  hidden(context: Context): Hidden {
    const known = this.hiddenIn.get(context);
    if (known !== undefined && known.until > this.parts.now()) return known;
    const { evaluator, identity, claims, workload, database } = this.parts;
    const { classification } = context;
    const tags = classification.misplaced?.widest ?? classification;
    const found = hiddenRelations(evaluator, context.catalogue, tags, {
      ...{ identity, claims, workload, database: database.facts },
      session: this.sessionFacts(context),
    });
    this.hiddenIn.set(context, found);
    return found;
  }

  /** What to do with values that look like personal data or secrets: the baseline masks them, whatever the database says. */
  detectors(context: Context): DetectorMode {
    const { evaluator, identity, workload, database } = this.parts;
    const session = this.sessionFacts(context);
    return evaluator.onBaseline({ identity, workload, session, database: database.facts })
      ? 'Mask'
      : database.detectors;
  }

  sessionFacts(context: Context): SessionFacts {
    return sessionFactsOf(context, this.parts);
  }
}

/** For texts that do not parse, so that the record still tells one from another without holding them. */
export const textDigest = (sql: string): string =>
  createHash('sha256').update(sql).digest('hex').slice(0, 16);
