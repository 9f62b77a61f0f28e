import type { RangeVar } from '@pgsql/types';
import type { Action, SessionEffect } from '../analysis.js';
import type { ObjectName } from '../names.js';
import { findRelation, publicName } from '../resolve/path.js';
import type { Resolver } from '../resolve/resolver.js';
import type { Named } from '../resolve/scope.js';

/** Something a statement does beside reading and writing rows. */
export interface Deed {
  readonly action: Action;
  readonly object?: ObjectName;
  /** of a materialised view that is refreshed: what its definition reads */
  readonly through?: readonly ObjectName[];
  /** of LOCK TABLE: the mode */
  readonly lock?: string;
}

/** What the handler of one statement kind says; the resolver holds the rest. */
export interface Outcome {
  readonly command: string;
  readonly output?: readonly Named[];
  readonly deeds?: readonly Deed[];
  readonly session?: readonly SessionEffect[];
  /** false for what changes something although no row is written */
  readonly readOnly?: boolean;
  /** EXPLAIN without ANALYZE: nothing is carried out */
  readonly planned?: boolean;
  /** every relation that is read leaves through COPY */
  readonly copiedOut?: boolean;
  /** no relation stands in a part of it that nobody resolved */
  readonly seen?: boolean;
}

/** The schema in which a new object without a schema is made. */
const creationSchema = (r: Resolver): string =>
  r.path.routines.find((schema) => schema !== 'pg_catalog') ?? 'public';

/** The name of a relation that may not exist (yet). */
export const relationName = (r: Resolver, node: RangeVar): ObjectName => {
  const name = node.relname ?? '';
  if (node.relpersistence === 't' && node.schemaname === undefined)
    return { schema: 'pg_temp', name };
  const found = findRelation(r.catalogue, r.path, node.schemaname, name);
  return publicName(r.path, found ?? { schema: node.schemaname ?? creationSchema(r), name });
};

/** The same for a name written as a list of parts. */
export const listedName = (r: Resolver, parts: readonly string[]): ObjectName => {
  const schema = parts.at(-2);
  return relationName(r, {
    relname: parts.at(-1) ?? '',
    ...(schema === undefined ? {} : { schemaname: schema }),
  });
};

/** A new relation's name. */
export const createdName = (r: Resolver, node: RangeVar | undefined): ObjectName => {
  const name = node?.relname ?? '';
  if (node?.relpersistence === 't') return { schema: 'pg_temp', name };
  return publicName(r.path, { schema: node?.schemaname ?? creationSchema(r), name });
};

export const functionName = (r: Resolver, parts: readonly string[]): ObjectName => {
  const name = parts.at(-1) ?? '';
  const schema =
    parts.at(-2) ??
    r.path.routines.find((one) => r.catalogue.routine(one, name)) ??
    creationSchema(r);
  return publicName(r.path, { schema, name });
};
