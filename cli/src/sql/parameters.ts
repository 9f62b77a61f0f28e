import {
  analyze,
  type Catalogue,
  formatName,
  parameterTypes,
  quoteIdentifier,
  type Statement,
} from '@postern/sql';
import type { Surroundings } from './snapshot.js';

/** `int4`, `public.tier`, `text[]` */
const typeName = (catalogue: Catalogue, oid: number | undefined): string => {
  const type = catalogue.typeByOid(oid ?? 0);
  if (!type) return 'unknown';
  if (type.category === 'A' && type.element !== 0) return `${typeName(catalogue, type.element)}[]`;
  return type.schema === 'pg_catalog' ? quoteIdentifier(type.name) : formatName(type);
};

/**
 * The types of `$1`, `$2`, ... as PostgreSQL deduces them when the client declares none; `unknown` where it would say
 * that it cannot. What a statement may lead to is said apart from them: a client may declare others.
 */
export const parametersOf = (
  statement: Statement,
  { catalogue, settings }: Surroundings,
): readonly string[] =>
  parameterTypes(analyze(statement, catalogue, settings, [])).map((oid) =>
    typeName(catalogue, oid),
  );
