import type { Mask } from '@postern/sql';

/** A closed list; documented in `docs/reference/reasons.md`. */
export type ReasonCode =
  | 'rule' // a rule with this effect matched
  | 'no-rule' // nothing allowed it and the default is Deny
  | 'rego' // custom Rego of the policy
  | 'residency'
  | 'not-understood'
  | 'side-door'
  | 'row-filter-through-view'
  | 'no-decision' // the result set was empty or malformed
  | 'budget-exceeded';

export interface Reason {
  readonly code: ReasonCode;
  /** `namespace/name`; `postern/baseline` for the installation's own */
  readonly policy: string;
  /** rule name; `default`, `rego`, `residency` where no rule has a name */
  readonly rule: string;
  readonly message: string;
  /** what can be done about it */
  readonly hint?: string;
}

export interface MaskedColumn {
  /** `schema.table` as in the input */
  readonly relation: string;
  readonly column: string;
  readonly mask: Mask;
  /** equality with constants and parameters sees the column as it is */
  readonly predicates?: 'allow';
  readonly policy: string;
  readonly rule: string;
}

export interface RowFilter {
  readonly relation: string;
  /** SQL over the relation's columns with `session.*` attributes */
  readonly sql: string;
  readonly policy: string;
  readonly rule: string;
}

export interface Limits {
  readonly maxRows?: number;
  readonly maxBytes?: number;
  /** rows of a result that is a bulk export */
  readonly maxExportRows?: number;
  /** rows that the statement inserts, updates and deletes */
  readonly maxAffectedRows?: number;
  readonly statementTimeoutMs?: number;
  /** which rule set each of the above */
  readonly from?: Readonly<Record<string, { readonly policy: string; readonly rule: string }>>;
}

export interface Approval {
  readonly policy: string;
  readonly rule: string;
  readonly approvers: { readonly groups: readonly string[]; readonly users: readonly string[] };
  readonly expiresAfterMs: number;
  readonly waitMs: number;
  readonly grant: 'once' | 'session' | 'window';
}

export interface AuditMode {
  readonly mode: 'strict' | 'relaxed';
  readonly whenFull: 'Refuse' | 'Gap';
}

/** What to do with one statement. Version 1; schema `policy/schema/decision.schema.json`. */
export interface Decision {
  readonly version: 1;
  readonly effect: 'allow' | 'require-approval' | 'deny';
  readonly reasons: readonly Reason[];
  /** What an `Enforce`ment would have said, from policies in `Audit` mode; recorded, never acted on. */
  readonly wouldHave: readonly Reason[];
  readonly masks: readonly MaskedColumn[];
  /** Columns that the only masks that fit, `none {}`, give out as they are: detectors leave them alone. Absent: none. */
  readonly exempt?: readonly { readonly relation: string; readonly column: string }[];
  readonly rowFilters: readonly RowFilter[];
  readonly limits: Limits;
  readonly approval?: Approval;
  readonly audit: AuditMode;
  readonly cache: {
    /** input parts it depended on beyond statement, identity, session and database */
    readonly dependsOn: readonly ('time' | 'claims' | 'request')[];
    /** epoch milliseconds; absent: as long as the bundle stands */
    readonly until?: number;
  };
}
