import type { Mask } from '@postern/sql';
import type { Approval } from '../decision.js';
import type { Schedule } from '../schedule.js';

/** Pattern keys (see names.ts) to true; `true` alone: everything. */
export type Keys = true | Readonly<Record<string, true>>;

/** `builtin`: a function of PostgreSQL's own, of which only a rule speaks that names it */
export type ObjectKind = 'relation' | 'function' | 'builtin' | 'none' | 'statement';

export interface CompiledMask {
  readonly tags?: Readonly<Record<string, true>>;
  readonly columns?: Readonly<Record<string, true>>;
  readonly mask: Mask;
  /** predicates may see the column as it is */
  readonly open?: true;
  /** place in the order of masks, strictest is 0; postern.rego has the same order */
  readonly rank: number;
}

export interface CompiledRule {
  readonly name: string;
  readonly effect: 'Allow' | 'Deny' | 'RequireApproval';
  /** objects it speaks of, by their kind; a kind that is absent is none of them */
  readonly on: Readonly<Partial<Record<ObjectKind, Keys>>>;
  /** absent: always */
  readonly when?: {
    /** index into `schedules` */
    readonly schedule?: number;
    readonly commands?: Readonly<Record<string, true>>;
    readonly unfiltered?: true;
  };
  readonly message?: string;
  readonly masks?: readonly CompiledMask[];
  readonly filter?: string;
  readonly limits?: {
    readonly maxRows?: number;
    readonly maxBytes?: number;
    readonly maxExportRows?: number;
    readonly maxAffectedRows?: number;
    readonly statementTimeoutMs?: number;
  };
  readonly approval?: Omit<Approval, 'policy' | 'rule'>;
  /** what could not be understood is refused near its relations: all, or those with tagged columns */
  readonly guard?: 'always' | 'tagged';
}

/** Rule numbers by action. */
export type ByAction = Readonly<Record<string, readonly number[]>>;

export interface CompiledPolicy {
  /** `namespace/name` */
  readonly key: string;
  readonly namespace: string;
  readonly enforce: boolean;
  readonly baseline?: true;
  readonly databases: {
    readonly labels: Readonly<Record<string, string>>;
    readonly names?: readonly string[];
  };
  readonly subjects: {
    readonly workloads?: readonly {
      readonly namespace: string;
      readonly serviceAccount: string;
      readonly podLabels: Readonly<Record<string, string>>;
    }[];
    readonly groups?: readonly string[];
    readonly users?: readonly string[];
    readonly purposes?: readonly string[];
  };
  readonly default_action: 'Allow' | 'Deny' | 'RequireApproval';
  readonly rules: readonly CompiledRule[];
  readonly index: {
    readonly deny: ByAction;
    readonly ask: ByAction;
    /** Allow and RequireApproval */
    readonly permit: ByAction;
    readonly mask: ByAction;
    readonly filter: ByAction;
    readonly limit: ByAction;
    readonly guard: readonly number[];
    /** with maxAffectedRows, which holds for what cannot be seen through too */
    readonly affect: readonly number[];
  };
  /** something of it protects data from what cannot be understood */
  readonly guards: boolean;
  readonly residency?: {
    readonly tags: Readonly<Record<string, true>>;
    readonly regions: Readonly<Record<string, true>>;
    readonly prefixes: readonly string[];
    readonly flow: 'Allow' | 'Deny' | 'RequireApproval';
  };
  readonly audit: { readonly mode: 'strict' | 'relaxed'; readonly whenFull: 'Refuse' | 'Gap' };
  /** it has Rego of its own; `time` when that may read the clock */
  readonly rego?: { readonly time: boolean };
}

/** The data of a bundle, format 1. */
export interface BundleData {
  readonly format: 1;
  readonly compiled: { readonly policies: readonly CompiledPolicy[] };
  readonly schedules: readonly Schedule[];
  /** shapes (see names.ts) of the column patterns in use */
  readonly columnShapes: readonly number[];
}
