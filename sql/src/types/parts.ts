import type { Catalogue } from '../catalogue/catalogue.js';

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

/** The type of an array's elements; 0 for what is none. */
export const elementOf = (catalogue: Catalogue, type: number): number => {
  const found = catalogue.typeByOid(type);
  return found?.category === 'A' ? found.element : 0;
};
