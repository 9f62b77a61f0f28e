import { postern } from '../generated/messages.js';

const { Outcome, Identity } = postern.audit.v1;
type IEntry = postern.audit.v1.IEntry;
type EventMessage = postern.audit.v1.IEvent;

/** The fields of `Event.kind` and the words of the API for them. */
export const eventKinds = [
  ['sessionStart', 'session_start'],
  ['statement', 'statement'],
  ['sessionEnd', 'session_end'],
  ['policyChange', 'policy_change'],
  ['catalogueChange', 'catalogue_change'],
  ['gap', 'gap'],
  ['refusal', 'refusal'],
] as const;

export const kindOf = (event: EventMessage): string =>
  eventKinds.find(([field]) => event[field] != null)?.[1] ?? 'unknown';

/** `completed`, `failed`, `refused`, `cut`, `unknown` */
export const outcomeName = (outcome: postern.audit.v1.Outcome | null | undefined): string =>
  (Outcome[outcome ?? 0] ?? 'UNKNOWN').toLowerCase();

/** The usual text form of 16 bytes. */
export function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** RFC 3339 in UTC, microseconds. */
export function formatTime(us: number): string {
  const iso = new Date(Math.floor(us / 1000)).toISOString();
  return `${iso.slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`;
}

const bytesHex = (bytes: Uint8Array | null | undefined): string =>
  Buffer.from(bytes ?? new Uint8Array()).toString('hex');

/** Enum words of `Identity.kind`. */
const identityKinds: Readonly<Record<number, string>> = {
  [Identity.Kind.SERVICE_ACCOUNT]: 'serviceaccount',
  [Identity.Kind.USER]: 'user',
};

/**
 * An entry of the record as programs get it, from the command line and over HTTP alike: names stable,
 * times RFC 3339, ids and hashes as text, counts as numbers.
 */
export function entryJson(entry: IEntry): Readonly<Record<string, unknown>> {
  const event = entry.event ?? {};
  return {
    id: formatUuid(event.id ?? new Uint8Array()),
    time: formatTime(event.timeUs ?? 0),
    kind: kindOf(event),
    session: formatUuid(event.sessionId ?? new Uint8Array()),
    sequence: event.sequence ?? 0,
    leafIndex: entry.leafIndex ?? 0,
    hash: bytesHex(entry.hash),
    ...sessionJson(entry.session),
    ...statementJson(event.statement),
    ...recordJson(entry.statementRecord),
    ...restJson(event),
  };
}

function sessionJson(session: postern.audit.v1.ISessionStart | null | undefined): object {
  if (session == null) return {};
  const { identity, workload } = session;
  return {
    identity: {
      kind: identityKinds[identity?.kind ?? 0] ?? 'unknown',
      issuer: identity?.issuer ?? '',
      subject: identity?.subject ?? '',
      namespace: identity?.namespace ?? '',
      name: identity?.name ?? '',
      groups: identity?.groups ?? [],
    },
    claims: session.claims ?? {},
    workload: {
      pod: workload?.pod ?? '',
      node: workload?.node ?? '',
      image: workload?.image ?? '',
      region: workload?.region ?? '',
      labels: workload?.labels ?? {},
    },
    database: session.database ?? '',
    environment: session.environment ?? '',
    databaseName: session.databaseName ?? '',
    user: session.user ?? '',
    applicationName: session.applicationName ?? '',
    clientAddress: session.clientAddress ?? '',
    proxy: session.proxyId ?? '',
    serverVersion: session.serverVersion ?? '',
  };
}

function statementJson(statement: postern.audit.v1.IStatement | null | undefined): object {
  if (statement == null) return {};
  return {
    outcome: outcomeName(statement.outcome),
    durationUs: statement.durationUs ?? 0,
    rows: statement.rows ?? 0,
    bytes: statement.bytes ?? 0,
    affectedRows: statement.affectedRows ?? 0,
    sqlstate: statement.sqlstate ?? '',
    detected: statement.detected ?? {},
    findings: (statement.findings ?? []).map(findingsJson),
  };
}

const findingsJson = (column: postern.audit.v1.IColumnFindings): object => ({
  position: column.position ?? 0,
  name: column.name ?? '',
  source: column.source ?? '',
  looked: column.looked ?? 0,
  found: Object.fromEntries(
    (column.found ?? []).map(({ tag, values }) => [tag ?? '', values ?? 0]),
  ),
  masked: column.masked ?? false,
});

function recordJson(record: postern.audit.v1.IStatementRecord | null | undefined): object {
  if (record == null) return {};
  const { decision } = record;
  const accesses = (record.accesses ?? []).map((access) => ({
    action: access.action ?? '',
    relation: access.relation ?? '',
    columns: (access.columns ?? []).map(({ name, tags, uses }) => ({
      name: name ?? '',
      tags: tags ?? [],
      uses: uses ?? [],
    })),
    through: access.through ?? [],
  }));
  return {
    command: record.command ?? '',
    sql: record.normalisedSql ?? '',
    fingerprint: record.fingerprint ?? '',
    relations: [...new Set(accesses.map((a) => a.relation).filter((name) => name !== ''))],
    accesses,
    functions: record.functions ?? [],
    decision: decision?.effect ?? '',
    reasons: (decision?.reasons ?? []).map(reasonJson),
    wouldHave: (decision?.wouldHave ?? []).map(reasonJson),
    masks: (decision?.masks ?? []).map((m) => ({
      relation: m.relation ?? '',
      column: m.column ?? '',
      mask: m.mask ?? '',
      policy: m.policy ?? '',
      rule: m.rule ?? '',
    })),
    rowFilters: (decision?.rowFilters ?? []).map((f) => ({
      relation: f.relation ?? '',
      policy: f.policy ?? '',
      rule: f.rule ?? '',
    })),
    lineage: (record.lineage ?? []).map(({ source, target, kind }) => ({
      source: source ?? '',
      target: target ?? '',
      kind: kind ?? '',
    })),
    bundleDigest: record.bundleDigest ?? '',
  };
}

const reasonJson = (reason: postern.audit.v1.IReason): object => ({
  code: reason.code ?? '',
  policy: reason.policy ?? '',
  rule: reason.rule ?? '',
  message: reason.message ?? '',
});

function restJson(event: EventMessage): object {
  const { sessionEnd, policyChange, catalogueChange, gap, refusal } = event;
  if (sessionEnd != null) {
    return { reason: sessionEnd.reason ?? '', statements: sessionEnd.statements ?? 0 };
  }
  if (policyChange != null) {
    return {
      bundleDigest: policyChange.bundleDigest ?? '',
      previousBundleDigest: policyChange.previousBundleDigest ?? '',
    };
  }
  if (catalogueChange != null) {
    return { database: catalogueChange.database ?? '', version: catalogueChange.version ?? '' };
  }
  if (gap != null) return { events: gap.events ?? 0, reason: gap.reason ?? '' };
  if (refusal != null) {
    return {
      database: refusal.database ?? '',
      clientAddress: refusal.clientAddress ?? '',
      sqlstate: refusal.sqlstate ?? '',
      reason: refusal.reason ?? '',
    };
  }
  return {};
}
