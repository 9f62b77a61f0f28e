import type { Catalogue } from '../catalogue/catalogue.js';
import { baseType, elementOf } from './parts.js';
import { oid } from './oids.js';

// Pseudo-types that stand for whatever is given (documentation, "Polymorphic Types").

type Shape = 'element' | 'array' | 'range' | 'multirange';

export interface Polymorphic {
  /** of the compatible ones the given types need only have a common one */
  readonly compatible: boolean;
  readonly shape: Shape;
  readonly also?: 'no array' | 'enum';
}

export const polymorphics: ReadonlyMap<number, Polymorphic> = new Map<number, Polymorphic>([
  [oid.anyelement, { compatible: false, shape: 'element' }],
  [oid.anynonarray, { compatible: false, shape: 'element', also: 'no array' }],
  [oid.anyenum, { compatible: false, shape: 'element', also: 'enum' }],
  [oid.anyarray, { compatible: false, shape: 'array' }],
  [oid.anyrange, { compatible: false, shape: 'range' }],
  [oid.anymultirange, { compatible: false, shape: 'multirange' }],
  [oid.anycompatible, { compatible: true, shape: 'element' }],
  [oid.anycompatiblenonarray, { compatible: true, shape: 'element', also: 'no array' }],
  [oid.anycompatiblearray, { compatible: true, shape: 'array' }],
  [oid.anycompatiblerange, { compatible: true, shape: 'range' }],
  [oid.anycompatiblemultirange, { compatible: true, shape: 'multirange' }],
]);

export const isPolymorphic = (type: number): boolean => polymorphics.has(type);

/** Is a type of the shape that one of these asks for? */
export const fitsPolymorphic = (catalogue: Catalogue, type: number, declared: number): boolean => {
  const asked = polymorphics.get(declared);
  const base = baseType(catalogue, type);
  const kind = catalogue.typeByOid(base)?.kind;
  const array = elementOf(catalogue, base) !== 0 || base === oid.anyarray;
  switch (asked?.shape) {
    case undefined:
      return false;
    case 'array':
      return array;
    case 'range':
      return kind === 'r';
    case 'multirange':
      return kind === 'm';
    case 'element':
      if (asked.also === 'no array') return !array;
      return asked.also !== 'enum' || kind === 'e';
  }
};
