import {
  analyze,
  type Catalogue,
  formatName,
  parameterTypes,
  quoteIdentifier,
  SqlError,
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
 *
 * @throws SqlError when no function or operator takes what it is given
 */
export const parametersOf = (
  statement: Statement,
  { catalogue, settings }: Surroundings,
): readonly string[] => {
  try {
    const types = parameterTypes(analyze(statement, catalogue, settings, []));
    return types.map((oid) => typeName(catalogue, oid));
  } catch (thrown) {
    if (!(thrown instanceof SqlError) || thrown.code !== 'ambiguous-function') throw thrown;
    // `$1 + $2` is clear to a client that declares their types.
    const some = parameterTypes(analyze(statement, catalogue, settings));
    if (some.length === 0) throw thrown;
    return some.map(() => typeName(catalogue, undefined));
  }
};
