import { postern } from '@postern/proto';
import type { ConnectionRefusal, SessionFacts } from './sink.js';

// The bodies of the rarer events: the generated encoder will do.

const { v1 } = postern.audit;

export function encodeSessionStart(facts: SessionFacts, proxyId: string): Uint8Array {
  const { identity, workload } = facts;
  return v1.SessionStart.encode({
    identity: {
      kind: identity.kind === 'user' ? v1.Identity.Kind.USER : v1.Identity.Kind.SERVICE_ACCOUNT,
      issuer: identity.issuer,
      subject: identity.subject,
      namespace: identity.kind === 'user' ? '' : identity.namespace,
      name: identity.name,
      groups: [...identity.groups],
    },
    claims: { ...facts.claims },
    workload: {
      pod: workload.pod ?? '',
      node: workload.node ?? '',
      image: workload.image ?? '',
      region: workload.region ?? '',
      labels: { ...workload.labels },
    },
    database: facts.database,
    environment: facts.environment,
    region: facts.region,
    databaseName: facts.databaseName,
    user: facts.user,
    applicationName: facts.applicationName,
    clientAddress: facts.clientAddress,
    proxyId,
    bundleDigest: facts.bundleDigest,
    serverVersion: facts.serverVersion,
  }).finish();
}

export const encodeSessionEnd = (reason: string, statements: number): Uint8Array =>
  v1.SessionEnd.encode({ reason, statements }).finish();

export const encodeRefusal = (refusal: ConnectionRefusal): Uint8Array =>
  v1.Refusal.encode({ ...refusal }).finish();

export const encodePolicyChange = (
  bundleDigest: string,
  previousBundleDigest: string,
): Uint8Array => v1.PolicyChange.encode({ bundleDigest, previousBundleDigest }).finish();

export const encodeGap = (events: number, reason: string): Uint8Array =>
  v1.Gap.encode({ events, reason }).finish();
