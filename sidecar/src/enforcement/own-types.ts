import type { Catalogue, Type } from '@postern/sql';
import { type Look, lookOf, type OwnTypes } from '../detectors/index.js';

/** Types of extensions that are sent in binary in a form that is known, by name. */
const known: ReadonlyMap<string, Look> = new Map([
  ['citext', 'text'],
  ['hstore', 'hstore'],
  // a version byte, then text
  ['ltree', 'jsonb'],
  ['lquery', 'jsonb'],
  ['ltxtquery', 'jsonb'],
]);

const ofCatalogue = new WeakMap<Catalogue, OwnTypes>();

/** How values of the database's own types are looked at when they are sent in binary. */
export function ownTypes(catalogue: Catalogue): OwnTypes {
  let own = ofCatalogue.get(catalogue);
  if (own === undefined) {
    const found = new Map<number, Look>();
    for (const type of catalogue.data.types) {
      const look = lookOfType(type, catalogue);
      if (look !== undefined) found.set(type.oid, look);
    }
    ofCatalogue.set(catalogue, (own = found));
  }
  return own;
}

function lookOfType(type: Type, catalogue: Catalogue): Look | undefined {
  switch (type.kind) {
    case 'd': {
      const dataType = baseType(type.oid, catalogue);
      const base = catalogue.typeByOid(dataType);
      if (base !== undefined && base.kind !== 'd') {
        const own = lookOfType(base, catalogue);
        if (own !== undefined) return own;
      }
      return lookOf({ dataType, format: 1 });
    }
    case 'e':
      return 'text';
    case 'c':
      return 'record';
    case 'b':
      if (type.element !== 0 && type.category === 'A') return 'array';
      return type.extension === undefined ? undefined : known.get(type.name);
    default:
      return undefined;
  }
}

/** Domains are sent as what they are over. @returns an OID */
export function baseType(oid: number, catalogue: Catalogue): number {
  let at = oid;
  for (let depth = 0; depth < 32; depth += 1) {
    const type = catalogue.typeByOid(at);
    if (type?.kind !== 'd' || type.base === 0) break;
    at = type.base;
  }
  return at;
}
