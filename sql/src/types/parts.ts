import type { Catalogue } from '../catalogue/catalogue.js';
import { oid } from './oids.js';

/** What a domain is over, through domains over domains; any other type itself. */
export const baseType = (catalogue: Catalogue, type: number): number => {
  let at = type;
  for (let depth = 0; depth < 64; depth += 1) {
    const found = catalogue.typeByOid(at);
    if (found?.kind !== 'd') return at;
    at = found.base;
  }
  return at;
};

/** What of fixed size is made of parts that have numbers (`pg_type.typelem` of types that are no arrays). */
const parted: ReadonlyMap<number, number> = new Map([
  [oid.name, oid.char],
  [oid.point, oid.float8],
  [oid.line, oid.float8],
  [oid.lseg, oid.point],
  [oid.box, oid.point],
]);

/** The type of what a subscript takes; 0 where there is none. */
export const subscripted = (catalogue: Catalogue, type: number): number =>
  parted.get(type) ?? elementOf(catalogue, type);

/** The type of an array's elements; 0 for what is none. */
export const elementOf = (catalogue: Catalogue, type: number): number => {
  // A pseudo-type, of which the catalogue says nothing more.
  if (type === oid.recordArray) return oid.record;
  const found = catalogue.typeByOid(type);
  return found?.category === 'A' ? found.element : 0;
};

/** The type of an array of such elements; undefined where there is none. */
export const arrayOf = (catalogue: Catalogue, element: number): number | undefined =>
  element === oid.record ? oid.recordArray : catalogue.arrayOf(element)?.oid;
