import type { Access } from '@postern/sql';
import type { Columns } from './truth.js';

/**
 * What the analysis says: relations that are read, with all columns used in any way.
 *
 * @param written those that are written, too
 */
export function columnsOf(accesses: readonly Access[], written = false): Columns {
  const found = new Map<string, Set<string>>();
  for (const { object, columns, action } of accesses) {
    if (object === undefined || !(action === 'select' || (written && writes.has(action)))) continue;
    const name = `${object.schema}.${object.name}`;
    const of = found.get(name) ?? new Set();
    found.set(name, of);
    for (const column of columns) of.add(column.name);
  }
  return found;
}

const writes = new Set<Access['action']>(['insert', 'update', 'delete', 'merge']);

export interface Difference {
  /** used, says the server, and not seen: what must never be */
  readonly missed: readonly string[];
  /** seen, and not used */
  readonly invented: readonly string[];
}

/**
 * @param width number of a relation's columns
 * @returns undefined: they agree
 */
export function difference(
  server: Columns,
  ours: Columns,
  width: (relation: string) => number,
): Difference | undefined {
  const missed: string[] = [];
  const invented: string[] = [];
  for (const [relation, columns] of server) {
    const seen = ours.get(relation);
    if (seen === undefined) missed.push(relation);
    else for (const name of columns) if (!seen.has(name)) missed.push(`${relation}.${name}`);
  }
  for (const [relation, columns] of ours) {
    const used = server.get(relation);
    if (used === undefined) {
      // What initdb makes first has no dependencies on record.
      if (!/^(?:pg_catalog|information_schema)\./.test(relation)) invented.push(relation);
      continue;
    }
    // A whole row is on record as the relation alone, and beside single columns not at all; we name all.
    if (used.size === 0 || columns.size === width(relation)) continue;
    for (const name of columns) if (!used.has(name)) invented.push(`${relation}.${name}`);
  }
  return missed.length + invented.length === 0 ? undefined : { missed, invented };
}
