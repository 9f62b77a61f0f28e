import type { Mask } from '@postern/sql';

/** What postern.rego answers. Numbers p, r and access are places in the data and the facts. */
export interface Raw {
  readonly denials: readonly RawDenial[];
  readonly approvals: readonly {
    readonly p: number;
    readonly r?: number;
    readonly access?: number;
    readonly message?: unknown;
  }[];
  readonly masks: readonly {
    readonly relation: string;
    readonly column: string;
    readonly p: number;
    readonly r: number;
    readonly mask: Mask;
    readonly open: boolean;
  }[];
  readonly exempt: readonly { readonly relation: string; readonly column: string }[];
  readonly filters: readonly {
    readonly relation: string;
    readonly p: number;
    readonly r: number;
  }[];
  /** value, policy, rule */
  readonly limits: Readonly<Record<string, readonly [number, number, number]>>;
  readonly audit: { readonly strict: boolean; readonly refuse: boolean };
}

export interface RawDenial {
  readonly code:
    'rule' | 'no-rule' | 'residency' | 'row-filter-through-view' | 'not-understood' | 'rego';
  readonly p?: number;
  readonly r?: number;
  readonly access?: number;
  readonly relation?: string;
  readonly column?: string;
  readonly construct?: string;
  readonly message?: unknown;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const everyRecord = (value: unknown): boolean => Array.isArray(value) && value.every(isRecord);

/** @returns undefined when it is not of this shape */
export const asRaw = (value: unknown): Raw | undefined =>
  isRecord(value) &&
  everyRecord(value['denials']) &&
  everyRecord(value['approvals']) &&
  everyRecord(value['masks']) &&
  everyRecord(value['exempt']) &&
  everyRecord(value['filters']) &&
  isRecord(value['limits']) &&
  isRecord(value['audit'])
    ? // The library wrote it; what custom Rego can put in is checked where it is used.
      (value as unknown as Raw)
    : undefined;
