import type { Decision } from '@postern/policy';
import { type Change, parseRelationName } from '@postern/sql';
import type { Context } from './context.js';
import type { DatabaseGovernance } from './database-governance.js';

/** What `session.*` in a row filter stands for. Claims only under `session.claims.*`. */
export function attributesOf(context: Context, database: DatabaseGovernance): Record<string, string> {
  const { identity, claims, workload } = database.parts;
  const attributes: Record<string, string> = {
    user: identity.name,
    subject: identity.subject,
    database: context.databaseName,
    role: context.user,
  };
  if (identity.kind === 'serviceaccount') {
    attributes['namespace'] = identity.namespace;
    attributes['serviceAccount'] = identity.name;
  }
  if (workload.region !== undefined) attributes['region'] = workload.region;
  if (claims['purpose'] !== undefined) attributes['purpose'] = claims['purpose'];
  for (const [name, value] of Object.entries(claims)) attributes[`claims.${name}`] = value;
  for (const [name, value] of Object.entries(workload.labels)) attributes[`labels.${name}`] = value;
  return attributes;
}

/** @returns undefined when the decision leaves the statement as it is */
export function changeOf(
  decision: Decision,
  session: Readonly<Record<string, string>>,
  key: Uint8Array,
): Change | undefined {
  if (decision.masks.length === 0 && decision.rowFilters.length === 0) return undefined;
  return {
    masks: decision.masks.map((m) => ({
      relation: parseRelationName(m.relation),
      column: m.column,
      mask: m.mask,
    })),
    rowFilters: decision.rowFilters.map((f) => ({ relation: parseRelationName(f.relation), sql: f.sql })),
    session,
    key,
  };
}
