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
  const range = shape === 'multirange' ? catalogue.rangeOf(base) : catalogue.typeByOid(base);
  return range?.subtype;
};

/** The range type that one argument stands for, itself or as what a multirange is of. */
const rangeGiven = (catalogue: Catalogue, given: Known, declared: number): Known => {
  if (given === undefined || given === oid.unknown) return undefined;
  const { shape } = polymorphics.get(declared) ?? {};
  const base = baseType(catalogue, given);
  if (shape === 'range') return base;
  return shape === 'multirange' ? catalogue.rangeOf(base)?.oid : undefined;
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
  if (asked.shape === 'range' || asked.shape === 'multirange') {
    const range = declared
      .map((type, i) => rangeGiven(catalogue, given[i], type))
      .find((type) => type !== undefined);
    return asked.shape === 'range' ? range : catalogue.typeByOid(range ?? 0)?.multirange;
  }
  const known = all.filter((type) => type !== undefined);
  // Literals alone, where only a common type is asked for, are text.
  const literals = declared.every(
    (type, i) => polymorphics.get(type)?.compatible !== true || given[i] === oid.unknown,
  );
  if (known.length === 0 && asked.compatible && literals) known.push(oid.text);
  if (known.length === 0) return undefined;
  const element = asked.compatible ? commonType(catalogue, known) : known[0];
  if (element === undefined) return undefined;
  if (asked.shape === 'element') return element;
  return catalogue.arrayOf(element)?.oid;
};
