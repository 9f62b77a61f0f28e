import type { Identity } from '@postern/policy';
import { postern } from '@postern/proto';
import {
  type Assignment,
  type Database,
  detectorModes,
  targetSessionAttrs,
  tlsModes,
} from './assignment.js';

const { Kind } = postern.policy.v1.Identity;

type Message = postern.policy.v1.IAssignment;

/** The control plane sent something this version cannot use. */
export class AssignmentError extends Error {
  readonly code = 'assignment';

  constructor(message: string) {
    super(message);
    this.name = 'AssignmentError';
  }
}

/** @throws AssignmentError naming the field */
export function decodeAssignment(m: Message): Assignment {
  const maskKey = m.maskKey ?? new Uint8Array();
  if (maskKey.length !== 32) throw new AssignmentError('mask_key must have 32 bytes');
  return {
    identity: decodeIdentity(m.identity ?? {}),
    workload: {
      ...present('pod', m.workload?.pod),
      ...present('node', m.workload?.node),
      ...present('image', m.workload?.image),
      ...present('region', m.workload?.region),
      labels: m.workload?.labels ?? {},
    },
    claims: m.claims ?? {},
    databases: (m.databases ?? []).map(decodeDatabase),
    maskKey: Uint8Array.from(maskKey),
  };
}

function decodeIdentity(m: postern.policy.v1.IIdentity): Identity {
  const common = {
    issuer: m.issuer ?? '',
    subject: m.subject ?? '',
    name: m.name ?? '',
    groups: m.groups ?? [],
  };
  switch (m.kind) {
    case Kind.SERVICE_ACCOUNT:
      return { kind: 'serviceaccount', ...common, namespace: m.namespace ?? '' };
    case Kind.USER:
      return { kind: 'user', ...common };
    default:
      throw new AssignmentError('identity.kind is missing');
  }
}

function decodeDatabase(m: postern.policy.v1.IDatabase): Database {
  const namespace = m.namespace ?? '';
  const name = m.name ?? '';
  const id = `${namespace}/${name}`;
  const mode = tlsModes.find((known) => known === m.tls?.mode);
  if (mode === undefined) throw new AssignmentError(`database ${id}: unknown tls.mode`);
  const wanted = m.targetSessionAttrs ?? '';
  const attrs = wanted === '' ? 'any' : targetSessionAttrs.find((known) => known === wanted);
  if (attrs === undefined)
    throw new AssignmentError(`database ${id}: unknown target_session_attrs`);
  const said = m.detectors ?? '';
  const detectors = said === '' ? 'Off' : detectorModes.find((known) => known === said);
  if (detectors === undefined) throw new AssignmentError(`database ${id}: unknown detectors`);
  const ca = m.tls?.ca ?? '';
  return {
    id,
    facts: {
      namespace,
      name,
      ...present('environment', m.environment),
      ...present('region', m.region),
      labels: m.labels ?? {},
    },
    databaseNames: m.databaseNames ?? [],
    endpoints: (m.endpoints ?? []).map((e) => ({ host: e.host ?? '', port: e.port ?? 5432 })),
    targetSessionAttrs: attrs,
    tls: { mode, ca: ca === '' ? undefined : ca },
    classifications: (m.classifications ?? []).map((c) => ({
      column: c.column ?? '',
      tags: c.tags ?? [],
    })),
    detectors,
    listen: m.listen ?? '127.0.0.1:0',
  };
}

const present = <K extends string>(
  key: K,
  value: string | null | undefined,
): { readonly [P in K]?: string } =>
  // The computed key is exactly K.
  (value === undefined || value === null || value === '' ? {} : { [key]: value }) as {
    [P in K]?: string;
  };
