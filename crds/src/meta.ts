/** The part of Kubernetes' ObjectMeta that Postern reads. */
export interface ObjectMeta {
  readonly name: string;
  /** `default` when the file names none */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly uid?: string;
}
