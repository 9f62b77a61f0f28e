import type { TypeName } from '@pgsql/types';
import type { Type } from '../catalogue/catalogue.js';
import { text, texts } from '../parse/nodes.js';
import { formatName } from '../names.js';
import { findType, isSystemSchema } from './path.js';
import { fail, opaque, type Resolver } from './resolver.js';
import { isKnownExtension, mayReachFurther } from '../reach/functions.js';
import { runsUnasked } from './unasked.js';

const sqlNames: Readonly<Record<string, string>> = {
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  float8: 'double precision',
  float4: 'real',
  bool: 'boolean',
  varchar: 'character varying',
  bpchar: 'character',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
  varbit: 'bit varying',
};

/** PostgreSQL's own types as its messages write them. */
export const sqlTypeName = (name: string): string =>
  name === 'char' ? '"char"' : (sqlNames[name] ?? name);

/** A type as PostgreSQL's messages write it, without modifier. */
export const typeText = (name: TypeName): string => {
  const last = text(name.names?.at(-1));
  return `${sqlNames[last] ?? last}${name.arrayBounds ? '[]' : ''}`;
};

/** What a domain's constraints call. Of PostgreSQL's own functions the text tells the dangerous ones. */
const judgeChecks = (r: Resolver, type: Type, location: number): void => {
  const where = `a constraint of domain ${formatName(type)}`;
  for (const called of type.calls ?? []) runsUnasked(r, { function: called, where }, location);
  for (const check of type.checks)
    for (const [, name = ''] of check.matchAll(/([A-Za-z_][\w$]*)"?\s*\(/g))
      if (mayReachFurther(name)) opaque(r, `side door ${name}`, location);
};

const judgeResolved = (r: Resolver, type: Type, location: number): void => {
  r.named.add(type.oid);
  if (r.catalogue.userCast(type.oid)) opaque(r, `cast of ${formatName(type)}`, location);
  if (isSystemSchema(type.schema) || isKnownExtension(type.extension)) return;
  const element = type.element === 0 ? undefined : r.catalogue.typeByOid(type.element);
  if (element) {
    judgeResolved(r, element, location);
    return;
  }
  switch (type.kind) {
    case 'e':
    case 'c':
    case 'r':
    case 'm':
      return;
    case 'd': {
      judgeChecks(r, type, location);
      const base = r.catalogue.typeByOid(type.base);
      if (base) judgeResolved(r, base, location);
      return;
    }
    case 'b':
    case 'p':
      opaque(r, `type ${formatName(type)}`, location);
  }
};

/** Notes a type whose input, casts or constraints run code that is not PostgreSQL's own. */
export const judgeType = (r: Resolver, name: TypeName): void => {
  if (name.pct_type) return;
  const names = texts(name.names);
  const location = name.location ?? 0;
  const type = findType(r.catalogue, r.path, names.at(-2), names.at(-1) ?? '');
  const schema = names.at(-2);
  if (!type && schema !== undefined && schema !== 'pg_temp' && !r.catalogue.hasSchema(schema))
    throw fail(r, 'undefined-schema', `schema "${schema}" does not exist`, location);
  if (!type)
    throw fail(r, 'undefined-object', `type "${names.join('.')}" does not exist`, location);
  judgeResolved(r, type, location);
  // Each field of a row that is made is one of its type.
  judgeDomain(r, type.oid, location);
};

/** The same for a type by its name alone. @returns false when there is none */
export const judgeNamedType = (
  r: Resolver,
  names: readonly string[],
  location: number,
): boolean => {
  const type = findType(r.catalogue, r.path, names.at(-2), names.at(-1) ?? '');
  if (!type || type.kind === 'c') return false;
  judgeResolved(r, type, location);
  return true;
};

/** The same for the type of a column that an expression reads: its constraints were met when it was written. */
export const judgeTypeOid = (r: Resolver, oid: number, location: number): void => {
  const type = r.catalogue.typeByOid(oid);
  if (!type) return;
  if (type.kind === 'd') judgeTypeOid(r, type.base, location);
  else judgeResolved(r, type, location);
};

/** Notes what the constraints of a domain call, or of one that a domain, an array, a range or a row is made of. */
export const judgeDomain = (r: Resolver, oid: number, location: number): void => {
  const type = r.catalogue.typeByOid(oid);
  if (!type || isSystemSchema(type.schema)) return;
  if (type.kind === 'd') judgeChecks(r, type, location);
  if (type.kind === 'c')
    for (const field of r.catalogue.relationByOid(type.relation)?.columns ?? [])
      judgeDomain(r, field.type, location);
  for (const part of [type.element, type.base, type.subtype ?? 0])
    if (part !== 0) judgeDomain(r, part, location);
};
