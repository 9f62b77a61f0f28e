import type { DatabaseFacts, Identity, Workload } from '@postern/policy';

/** Who this proxy is and what it fronts, in our own types; see `postern.policy.v1.Assignment`. */
export interface Assignment {
  readonly identity: Identity;
  readonly workload: Workload;
  readonly claims: Readonly<Record<string, string>>;
  readonly databases: readonly Database[];
  /** 32 bytes */
  readonly maskKey: Uint8Array;
}

export interface Database {
  /** `namespace/name` */
  readonly id: string;
  readonly facts: DatabaseFacts;
  /** empty: any */
  readonly databaseNames: readonly string[];
  readonly endpoints: readonly Endpoint[];
  /** which of the endpoints will do */
  readonly targetSessionAttrs: TargetSessionAttrs;
  readonly tls: Tls;
  readonly classifications: readonly Classification[];
  readonly detectors: DetectorMode;
  /** host:port to accept clients on */
  readonly listen: string;
}

export interface Endpoint {
  /** one that begins with `/` is the folder of a unix socket */
  readonly host: string;
  readonly port: number;
}

export const targetSessionAttrs = [
  ...(['any', 'read-write', 'read-only'] as const),
  ...(['primary', 'standby', 'prefer-standby'] as const),
] as const;
export type TargetSessionAttrs = (typeof targetSessionAttrs)[number];

export const tlsModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof tlsModes)[number];

/** What becomes of values that look like personal data or secrets: nothing, a line in the record, a mask as well. */
export const detectorModes = ['Off', 'Report', 'Mask'] as const;
export type DetectorMode = (typeof detectorModes)[number];

export interface Tls {
  readonly mode: TlsMode;
  /** PEM; undefined: the system's authorities */
  readonly ca: string | undefined;
}

export interface Classification {
  readonly column: string;
  readonly tags: readonly string[];
}
