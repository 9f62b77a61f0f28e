import type { Decision, Identity, Words } from '@postern/policy';
import type { Analysis } from '@postern/sql';
import type { MatchingRule } from './matching.js';

/** What would happen to one statement, and why. */
export interface StatementExplanation {
  /** as it was given, alone */
  readonly sql: string;
  readonly command: string;
  readonly fingerprint: string;
  readonly outcome: Outcome;
  readonly reads: readonly ReadRelation[];
  readonly rules: readonly MatchingRule[];
  readonly decision: Decision;
  readonly notUnderstood: Analysis['notUnderstood'];
}

export type Outcome =
  /** goes to the server as it is */
  | { readonly kind: 'forward' }
  /** goes to the server in another form */
  | { readonly kind: 'rewrite'; readonly sql: string }
  /** an approval is wanted; the client gets this error while nobody can be asked for one */
  | ({ readonly kind: 'hold' } & Words)
  /** the position is one of the given text */
  | ({ readonly kind: 'refuse' } & Words);

export interface ReadRelation {
  readonly action: string;
  /** `schema.name`; empty for roles, settings and databases */
  readonly object: string;
  readonly columns: readonly {
    readonly name: string;
    readonly tags: readonly string[];
    readonly uses: readonly string[];
  }[];
}

export interface Explanation {
  /** `namespace/name` */
  readonly database: string;
  readonly server: { readonly version: string; readonly database: string; readonly user: string };
  readonly identity: Identity;
  readonly claims: Readonly<Record<string, string>>;
  readonly region?: string;
  /** policies that are about this identity and database, `namespace/name` */
  readonly policies: readonly string[];
  readonly bundle: string;
  readonly statements: readonly StatementExplanation[];
}
