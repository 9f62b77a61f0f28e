import type { Catalogue } from '../catalogue/catalogue.js';
import { oid } from './oids.js';
import { baseType, elementOf } from './parts.js';
import { fitsPolymorphic, isPolymorphic } from './pseudo-types.js';

// Which types become which without being asked (src/backend/parser/parse_coerce.c).

/** Of a composite type, or a domain over one. */
const relationOf = (catalogue: Catalogue, type: number): number =>
  catalogue.typeByOid(baseType(catalogue, type))?.relation ?? 0;

const inherits = (catalogue: Catalogue, from: number, to: number): boolean => {
  const relation = catalogue.relationByOid(from);
  return (
    relation?.parents.some((parent) => parent === to || inherits(catalogue, parent, to)) ?? false
  );
};

/** The elements of one array become those of the other. */
const byElements = (catalogue: Catalogue, from: number, to: number): boolean => {
  if (to === oid.oidvector || to === oid.int2vector) return false;
  const [one, other] = [elementOf(catalogue, from), elementOf(catalogue, to)];
  return one !== 0 && other !== 0 && converts(catalogue, one, other);
};

/** `find_coercion_pathway` of an implicit context. */
const converts = (catalogue: Catalogue, from: number, to: number): boolean => {
  const [one, other] = [baseType(catalogue, from), baseType(catalogue, to)];
  if (one === other) return true;
  const cast = catalogue.cast(one, other);
  return cast ? cast.context === 'i' : byElements(catalogue, one, other);
};

const rows = (catalogue: Catalogue, from: number, to: number): boolean => {
  const [one, other] = [relationOf(catalogue, from), relationOf(catalogue, to)];
  if (from === oid.record) return other !== 0;
  if (to === oid.record) return one !== 0;
  if (to === oid.recordArray) return relationOf(catalogue, elementOf(catalogue, from)) !== 0;
  return one !== 0 && other !== 0 && inherits(catalogue, one, other);
};

/** May a value of one type stand where another is declared (`can_coerce_type`)? */
export const implicitly = (catalogue: Catalogue, from: number, to: number): boolean => {
  if (from === to || to === oid.any) return true;
  if (isPolymorphic(to)) return from === oid.unknown || fitsPolymorphic(catalogue, from, to);
  if (from === oid.unknown) return true;
  return converts(catalogue, from, to) || rows(catalogue, from, to);
};
