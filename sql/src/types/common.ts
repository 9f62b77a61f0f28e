import type { Catalogue } from '../catalogue/catalogue.js';
import { implicitly } from './coercion.js';
import { oid } from './oids.js';
import { baseType } from './parts.js';

/**
 * The type that the branches of CASE, COALESCE, a set operation or VALUES have together (`select_common_type`;
 * documentation, "UNION, CASE, and Related Constructs"). Undefined: one of them is not known, or they have none.
 */
export const commonType = (
  catalogue: Catalogue,
  given: readonly (number | undefined)[],
): number | undefined => {
  const [first] = given;
  if (first === undefined || given.includes(undefined)) return undefined;
  if (first !== oid.unknown && given.every((type) => type === first)) return first;
  const known = given.flatMap((type) =>
    type === undefined || type === oid.unknown ? [] : [baseType(catalogue, type)],
  );
  let [common] = known;
  if (common === undefined) return oid.text;
  for (const type of known.slice(1)) {
    if (type === common) continue;
    const [before, next] = [catalogue.typeByOid(common), catalogue.typeByOid(type)];
    if (before?.category !== next?.category) return undefined;
    if (
      before?.preferred !== true &&
      implicitly(catalogue, common, type) &&
      !implicitly(catalogue, type, common)
    )
      common = type;
  }
  return common;
};
