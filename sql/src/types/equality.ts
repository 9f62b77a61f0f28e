import type { Catalogue } from '../catalogue/catalogue.js';
import { oid } from './oids.js';
import { baseType, elementOf } from './parts.js';

/** PostgreSQL's own types whose values it cannot tell apart (`pg_opclass` has none for them). */
const without: ReadonlySet<number> = new Set([
  ...[oid.json, oid.xml, oid.point, oid.lseg, oid.path, oid.box, oid.polygon, oid.line, oid.circle],
  ...[oid.refcursor, oid.txidSnapshot, oid.gtsvector, oid.jsonpath, oid.pgSnapshot],
]);

/** Composite types stand in one another, but never in themselves; and a catalogue may be anything. */
const deepest = 64;

/** Has a type no equality: it cannot be grouped by, and a row with it cannot be compared as a whole? */
export const lacksEquality = (catalogue: Catalogue, type: number, depth = 0): boolean => {
  const base = baseType(catalogue, type);
  if (without.has(base)) return true;
  if (depth > deepest) return false;
  const element = elementOf(catalogue, base);
  if (element !== 0) return lacksEquality(catalogue, element, depth + 1);
  const row = catalogue.relationByOid(catalogue.typeByOid(base)?.relation ?? 0);
  return row?.columns.some((column) => lacksEquality(catalogue, column.type, depth + 1)) === true;
};
