import { SqlError } from './errors.js';
import type { ObjectName } from './names.js';

/** One part of a pattern: a name, or `*` for any. A quoted `"*"` is a name. */
export type NamePattern =
  { readonly kind: 'name'; readonly name: string } | { readonly kind: 'any' };

/** `public.*`, `*.*`, `pg_temp.x`: names a set of relations. */
export interface RelationPattern {
  readonly schema: NamePattern;
  readonly name: NamePattern;
}

interface Part {
  readonly text: string;
  readonly quoted: boolean;
}

const part =
  /\s*(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*|\*))\s*(\.|$)/y;

const foldAscii = (name: string): string => name.replace(/[A-Z]/g, (c) => c.toLowerCase());

/** The dot-separated parts of a written name, unquoted ones folded to lower case as PostgreSQL does. */
const partsOf = (text: string): readonly Part[] => {
  const parts: Part[] = [];
  part.lastIndex = 0;
  for (;;) {
    const found = part.exec(text);
    if (!found)
      throw new SqlError('bad-name', `not a name: ${text}`, {
        hint: 'Write it as SQL would: schema.table, with "double quotes" round names that need them.',
      });
    const [, quoted, plain, dot] = found;
    parts.push(
      quoted === undefined
        ? { text: foldAscii(plain ?? ''), quoted: false }
        : { text: quoted.replaceAll('""', '"'), quoted: true },
    );
    if (dot === '') return parts;
  }
};

const wrongCount = (text: string, form: string): SqlError =>
  new SqlError('bad-name', `not a ${form} name: ${text}`, { hint: `Write it as ${form}.` });

const plainNames = (text: string, count: number, form: string): readonly string[] => {
  const parts = partsOf(text);
  if (parts.length !== count || parts.some((p) => !p.quoted && p.text === '*'))
    throw wrongCount(text, form);
  return parts.map((p) => p.text);
};

/**
 * `public."Mixed Case"."E-Mail"` to its parts.
 *
 * @throws SqlError `bad-name`
 */
export const parseColumnName = (text: string): ObjectName & { readonly column: string } => {
  const [schema = '', name = '', column = ''] = plainNames(text, 3, 'schema.table.column');
  return { schema, name, column };
};

/** `public.orders` to its parts. @throws SqlError `bad-name` */
export const parseRelationName = (text: string): ObjectName => {
  const [schema = '', name = ''] = plainNames(text, 2, 'schema.table');
  return { schema, name };
};

const pattern = (p: Part): NamePattern =>
  !p.quoted && p.text === '*' ? { kind: 'any' } : { kind: 'name', name: p.text };

/** `public.*` to a pattern. @throws SqlError `bad-name` */
export const parseRelationPattern = (text: string): RelationPattern => {
  const [schema, name, ...rest] = partsOf(text);
  if (!schema || !name || rest.length > 0) throw wrongCount(text, 'schema.table');
  return { schema: pattern(schema), name: pattern(name) };
};

const system = new Set(['pg_catalog', 'information_schema']);

/** Does the pattern name this relation? `*` in the schema's place leaves the system schemas out. */
export const matchesRelation = (p: RelationPattern, relation: ObjectName): boolean =>
  (p.schema.kind === 'any' ? !system.has(relation.schema) : p.schema.name === relation.schema) &&
  (p.name.kind === 'any' || p.name.name === relation.name);
