import type { Catalogue, Relation } from './catalogue.js';

/** A relation, and all that inherit from it or are its partitions, at any depth. */
export const withHeirs = (catalogue: Catalogue, relation: Relation): readonly Relation[] => {
  const found = new Set([relation]);
  for (const one of found) for (const child of catalogue.children(one.oid)) found.add(child);
  return [...found];
};
