import { formatName } from '../names.js';
import { oid } from '../types/oids.js';
import { baseType, elementOf } from '../types/parts.js';
import type { Known } from '../types/polymorphic.js';
import { opaque, type Resolver } from './resolver.js';
import { judgeCast } from './routines.js';

// Casts that nobody writes: of values that are assigned or given back, and of those that are given where another type is
// declared. A user's function may do them (`pg_cast.castfunc`).

/** Composite types in composite types. */
const deepest = 16;

const converts = (r: Resolver, from: Known, to: number, location: number, depth: number): void => {
  const { catalogue } = r;
  const base = baseType(catalogue, to);
  const given = from === undefined ? undefined : baseType(catalogue, from);
  if (given === base || given === oid.unknown || depth > deepest) return;
  const type = catalogue.typeByOid(base);
  if (!type) return;
  if (catalogue.userCast(base) && (given === undefined || catalogue.castByUser(given, base))) {
    opaque(r, `cast of ${formatName(type)}`, location);
    judgeCast(r, given, base);
  }
  const element = elementOf(catalogue, base);
  if (element !== 0) {
    const part = given === undefined ? undefined : elementOf(catalogue, given);
    if (part !== 0) converts(r, part, element, location, depth + 1);
  }
  // A row becomes one of the type field by field.
  if (given === undefined || given === oid.record)
    for (const field of catalogue.relationByOid(type.relation)?.columns ?? [])
      converts(r, undefined, field.type, location, depth + 1);
};

/**
 * A value of one type becomes one of another, because it is assigned, given back or cast. Notes a user's function that
 * does it.
 *
 * @param from undefined: not known, it may be any
 */
export const becomes = (r: Resolver, from: Known, to: Known, location: number): void => {
  if (!r.catalogue.hasUserCasts || from === oid.unknown || from === to) return;
  if (to !== undefined) converts(r, from, to, location, 0);
};

/** A value that may become one of another type without being asked: notes the casts of users that take it. */
export const mayBecome = (r: Resolver, type: Known, location: number): void => {
  const { catalogue } = r;
  const taken = catalogue.implicitUserCasts();
  if (type === oid.unknown) return;
  const base = type === undefined ? undefined : baseType(catalogue, type);
  const element = base === undefined ? 0 : elementOf(catalogue, base);
  for (const one of taken) {
    if (base !== undefined && base !== one && element !== one) continue;
    const found = catalogue.typeByOid(one);
    if (found) opaque(r, `cast of ${formatName(found)}`, location);
  }
};
