import type { Action, Use } from '@postern/sql';

/**
 * What one statement is decided on. Version 1; schema `policy/schema/input.schema.json`.
 * Names are written as in policies (quoted where SQL would quote them).
 */
export interface Input {
  readonly version: 1;
  /** Verified: by the API server or the IdP, never by the client. */
  readonly identity: Identity;
  /** Said by the client, unverified. */
  readonly claims: Readonly<Record<string, string>>;
  readonly workload: Workload;
  readonly session: SessionFacts;
  readonly database: DatabaseFacts;
  readonly statement: StatementFacts;
  readonly time: TimeFacts;
  readonly request: { readonly grants: readonly Grant[] };
}

export type Identity =
  | {
      readonly kind: 'serviceaccount';
      readonly issuer: string;
      /** `system:serviceaccount:NAMESPACE:NAME` */
      readonly subject: string;
      readonly namespace: string;
      readonly name: string;
      readonly groups: readonly string[];
    }
  | {
      readonly kind: 'user';
      readonly issuer: string;
      readonly subject: string;
      readonly name: string;
      readonly groups: readonly string[];
    };

export interface Workload {
  readonly pod?: string;
  readonly node?: string;
  readonly image?: string;
  readonly region?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Nothing here tells one session from another of the same login: decisions are shared and cached. */
export interface SessionFacts {
  /** The database's own login role. */
  readonly user: string;
  readonly databaseName: string;
  readonly applicationName?: string;
  readonly purpose?: string;
  /** Verified region of the workload. */
  readonly region?: string;
}

export interface DatabaseFacts {
  readonly namespace: string;
  readonly name: string;
  readonly environment?: string;
  readonly region?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ColumnFacts {
  readonly name: string;
  readonly tags: readonly string[];
  readonly uses: readonly Use[];
  /** The base columns it carries data of (views, partitions, generated columns), `schema.table.column`; itself not repeated. */
  readonly origins: readonly string[];
}

export interface AccessFacts {
  /** function-call: the protocol's FunctionCall, besides the execute of its function; replication: a connection for it */
  readonly action: Action | 'function-call' | 'replication';
  /** `schema.name`; absent for roles, settings, databases */
  readonly object?: string;
  readonly schema?: string;
  readonly name?: string;
  /** `schema.name` under which it went before, while this proxy has known it: what is held back by name stays so */
  readonly formerly?: readonly string[];
  readonly user: boolean;
  /** `schema.name` of each relation a view reads through its definition */
  readonly through: readonly string[];
  readonly columns: readonly ColumnFacts[];
}

export interface StatementFacts {
  readonly command: string;
  readonly fingerprint: string;
  readonly accesses: readonly AccessFacts[];
  readonly functions: readonly string[];
  /** every function that is called, PostgreSQL's own too */
  readonly calls?: readonly string[];
  readonly unfiltered: boolean;
  readonly readOnly: boolean;
  readonly notUnderstood: readonly {
    readonly construct: string;
    /** `*` stands for anything */
    readonly reach: readonly string[];
    /** those of reach that have a tagged column; absent: unknown, so all of them */
    readonly tagged?: readonly string[];
  }[];
}

export interface TimeFacts {
  /** RFC 3339, UTC */
  readonly now: string;
  /** For each schedule of the bundle, in its order: does it hold now? Computed by the evaluator. */
  readonly schedules: readonly boolean[];
}

export interface Grant {
  readonly id: string;
  readonly policy: string;
  readonly rule: string;
  readonly fingerprint: string;
}
