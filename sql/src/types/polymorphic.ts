import type { Catalogue } from '../catalogue/catalogue.js';
import { implicitly } from './coercion.js';
import { commonType } from './common.js';
import { oid } from './oids.js';
import { baseType, elementOf } from './parts.js';
import { isPolymorphic, type Polymorphic, polymorphics } from './pseudo-types.js';

// What the arguments of one call must have in common, and what comes of it (documentation, "Polymorphic Types").

/** Undefined: not known. */
export type Known = number | undefined;

/** The element type that one argument stands for; undefined when it does not say. */
const elementGiven = (catalogue: Catalogue, given: Known, { shape }: Polymorphic): Known => {
  if (given === undefined || given === oid.unknown) return undefined;
  if (shape === 'element') return given;
  const base = baseType(catalogue, given);
  if (shape === 'array') return elementOf(catalogue, base) || undefined;
  if (shape === 'range') return catalogue.typeByOid(base)?.subtype;
  return undefined;
};

const elements = (
  catalogue: Catalogue,
  given: readonly Known[],
  declared: readonly number[],
  compatible: boolean,
): readonly Known[] =>
  declared.flatMap((type, i): Known[] => {
    const asked = polymorphics.get(type);
    return asked?.compatible === compatible ? [elementGiven(catalogue, given[i], asked)] : [];
  });

const untold: ReadonlySet<number> = new Set([
  oid.anyenum,
  oid.anycompatiblerange,
  oid.anycompatiblemultirange,
]);

/** Do all arguments of the same pseudo-types stand for one type, or of the compatible ones have one in common? */
export const consistent = (
  catalogue: Catalogue,
  given: readonly Known[],
  declared: readonly number[],
): boolean => {
  const known = (compatible: boolean): readonly number[] =>
    elements(catalogue, given, declared, compatible).filter((type) => type !== undefined);
  // From literals without type alone nothing is taken for an enum or for a range over a common type.
  const none = declared.every(
    (type, i) => !isPolymorphic(type) || (given[i] !== undefined && given[i] === oid.unknown),
  );
  if (none && declared.some((type) => untold.has(type))) return false;
  if (new Set(known(false)).size > 1) return false;
  const compatible = known(true);
  if (compatible.length < 2) return true;
  const common = commonType(catalogue, compatible);
  return common !== undefined && compatible.every((type) => implicitly(catalogue, type, common));
};

/** The type of a result that is declared so. */
export const resolvePolymorphic = (
  catalogue: Catalogue,
  result: number,
  given: readonly Known[],
  declared: readonly number[],
): Known => {
  const asked = polymorphics.get(result);
  if (asked === undefined) return result;
  const same = given.find(
    (type, i) => type !== oid.unknown && declared[i] === result && asked.shape !== 'element',
  );
  if (same !== undefined && !asked.compatible) return baseType(catalogue, same);
  const all = elements(catalogue, given, declared, asked.compatible);
  if (declared.some((type, i) => isPolymorphic(type) && given[i] === undefined)) return undefined;
  const known = all.filter((type) => type !== undefined);
  if (known.length === 0) return undefined;
  const element = asked.compatible ? commonType(catalogue, known) : known[0];
  if (element === undefined) return undefined;
  if (asked.shape === 'element') return element;
  return asked.shape === 'array' ? catalogue.arrayOf(element)?.oid : undefined;
};
