import type { Identity } from '@postern/policy';
import { postern } from '@postern/proto';
import { formatAddress, type Address } from '../args/address.js';
import type { Governed } from './governed.js';

export interface AssignmentFacts {
  readonly identity: Identity;
  readonly claims: Readonly<Record<string, string>>;
  readonly region: string | undefined;
  readonly databases: readonly Governed[];
  /** by `namespace/name` */
  readonly listen: ReadonlyMap<string, Address>;
  /** PEM by `namespace/name`; absent: the system's */
  readonly certificates: ReadonlyMap<string, string>;
  readonly maskKey: Uint8Array;
}

/** What the operator would tell this proxy in a cluster. */
export const assignmentOf = (facts: AssignmentFacts): postern.policy.v1.IAssignment => ({
  identity: identityOf(facts.identity),
  workload: facts.region === undefined ? {} : { region: facts.region },
  claims: { ...facts.claims },
  databases: facts.databases.map((governed) => {
    const { metadata, spec } = governed.object;
    return {
      namespace: metadata.namespace ?? 'default',
      name: metadata.name,
      labels: { ...metadata.labels },
      environment: spec.environment ?? '',
      region: spec.region ?? '',
      databaseNames: [...governed.databaseNames],
      endpoints: governed.endpoints.map(({ host, port }) => ({ host, port })),
      targetSessionAttrs: governed.targetSessionAttrs,
      tls: { mode: governed.tls.mode, ca: facts.certificates.get(governed.id) ?? '' },
      classifications: (spec.classifications ?? []).map(({ column, tags }) => ({
        column,
        tags: [...tags],
      })),
      detectors: spec.detectors?.mode ?? 'Off',
      listen: formatAddress(facts.listen.get(governed.id) ?? { host: '127.0.0.1', port: 0 }),
    };
  }),
  maskKey: facts.maskKey,
});

const identityOf = (identity: Identity): postern.policy.v1.IIdentity => ({
  issuer: identity.issuer,
  subject: identity.subject,
  name: identity.name,
  groups: [...identity.groups],
  ...(identity.kind === 'serviceaccount'
    ? { kind: postern.policy.v1.Identity.Kind.SERVICE_ACCOUNT, namespace: identity.namespace }
    : { kind: postern.policy.v1.Identity.Kind.USER }),
});
