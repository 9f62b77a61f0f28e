import type { Decision } from '@postern/policy';
import { type Change, type FormerNames, parseRelationName } from '@postern/sql';
import type { Context } from './context.js';
import type { DatabaseGovernance } from './database-governance.js';

/** What `session.*` in a row filter stands for. Claims only under `session.claims.*`. */
export function attributesOf(
  context: Context,
  database: DatabaseGovernance,
): Record<string, string> {
  const { identity, claims, workload } = database.parts;
  const attributes: Record<string, string> = {
    'session.user': identity.name,
    'session.subject': identity.subject,
    'session.database': context.databaseName,
    'session.role': context.user,
  };
  if (identity.kind === 'serviceaccount') {
    attributes['session.namespace'] = identity.namespace;
    attributes['session.serviceAccount'] = identity.name;
  }
  if (workload.region !== undefined) attributes['session.region'] = workload.region;
  if (claims['purpose'] !== undefined) attributes['session.purpose'] = claims['purpose'];
  for (const [name, value] of Object.entries(claims)) attributes[`session.claims.${name}`] = value;
  for (const [name, value] of Object.entries(workload.labels))
    attributes[`session.labels.${name}`] = value;
  return attributes;
}

/**
 * @param hidden OIDs of relations whose values the catalogue must not show, when the statement may show such
 * @returns undefined when the decision leaves the statement as it is
 */
export function changeOf(
  decision: Decision,
  session: Readonly<Record<string, string>>,
  key: Uint8Array,
  hidden: ReadonlySet<number> | undefined,
  former: FormerNames,
): Change | undefined {
  if (decision.masks.length === 0 && decision.rowFilters.length === 0 && hidden === undefined)
    return undefined;
  return {
    ...(hidden === undefined ? {} : { hidden }),
    masks: decision.masks.map((m) => ({
      relation: parseRelationName(m.relation),
      column: m.column,
      mask: m.mask,
    })),
    rowFilters: decision.rowFilters.map((f) => ({
      relation: parseRelationName(f.relation),
      sql: f.sql,
    })),
    session,
    key,
    former,
  };
}
