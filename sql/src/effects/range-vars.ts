import type { RangeVar } from '@pgsql/types';

const notThere: ReadonlySet<string> = new Set(['lockedRels', 'into', 'intoClause']);

/**
 * Every place in a part of the tree that names a relation: an over-approximation that needs to know nothing of the
 * node types. FOR UPDATE OF names aliases, and what SELECT INTO or CREATE TABLE AS makes is not there yet: both are
 * left out.
 */
export const rangeVars = (value: unknown, into: RangeVar[] = []): RangeVar[] => {
  if (Array.isArray(value)) {
    for (const one of value) rangeVars(one, into);
    return into;
  }
  if (typeof value !== 'object' || value === null) return into;
  if ('relname' in value) into.push(value as RangeVar);
  for (const key in value) {
    if (notThere.has(key)) continue;
    const content: unknown = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof content === 'object') rangeVars(content, into);
  }
  return into;
};

/** Names of all WITH queries in a part of the tree. */
export const cteNames = (value: unknown, into = new Set<string>()): Set<string> => {
  if (Array.isArray(value)) {
    for (const one of value) cteNames(one, into);
    return into;
  }
  if (typeof value !== 'object' || value === null) return into;
  for (const [key, content] of Object.entries(value)) {
    if (key === 'ctename' && typeof content === 'string') into.add(content);
    else if (typeof content === 'object') cteNames(content, into);
  }
  return into;
};
