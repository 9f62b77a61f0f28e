import type { Node, ObjectType, RangeVar, RoleSpec } from '@pgsql/types';
import type { NamedObject } from '../analysis.js';
import { formatName, quoteIdentifier } from '../names.js';
import { as, text, texts } from '../parse/nodes.js';
import type { Resolver } from '../resolve/resolver.js';
import { functionName, listedName, relationName } from './outcome.js';
import { nounOf, relationTypes } from './tags.js';

// Objects of a database that are neither relations nor functions, as utility statements name them.

export const object = (type: string, name: string | undefined): readonly NamedObject[] =>
  name === undefined || name === '' ? [] : [{ type, name: quoteIdentifier(name) }];

/** @param parts a name with its schema, as far as it is written */
export const dotted = (type: string, parts: readonly string[]): readonly NamedObject[] =>
  parts.length === 0 ? [] : [{ type, name: parts.map(quoteIdentifier).join('.') }];

const keywords: Readonly<Record<string, string>> = {
  ROLESPEC_CURRENT_ROLE: 'current_role',
  ROLESPEC_CURRENT_USER: 'current_user',
  ROLESPEC_SESSION_USER: 'session_user',
  ROLESPEC_PUBLIC: 'public',
};

export const role = (spec: RoleSpec | undefined): readonly NamedObject[] => {
  const keyword = keywords[spec?.roletype ?? ''];
  return keyword === undefined ? object('role', spec?.rolename) : [{ type: 'role', name: keyword }];
};

export const roles = (nodes: readonly Node[] | undefined): readonly NamedObject[] =>
  (nodes ?? []).flatMap((node) => {
    // GRANT writes the roles that are granted as privileges.
    const granted = as(node, 'AccessPriv')?.priv_name;
    return granted === undefined ? role(as(node, 'RoleSpec')) : object('role', granted);
  });

/** `trigger t on public.orders`, as `pg_identify_object` writes what belongs to a relation. */
export const on = (
  r: Resolver,
  type: string,
  name: string | undefined,
  relation: RangeVar | undefined,
): readonly NamedObject[] =>
  name === undefined || !relation
    ? []
    : [onName(type, name, formatName(relationName(r, relation)))];

const onName = (type: string, name: string, of: string): NamedObject => ({
  type,
  name: `${quoteIdentifier(name)} on ${of}`,
});

const typeText = (node: Node | undefined): string =>
  texts(as(node, 'TypeName')?.names)
    .filter((part) => part !== 'pg_catalog')
    .map(quoteIdentifier)
    .join('.');

const belonging: ReadonlySet<ObjectType> = new Set([
  'OBJECT_TRIGGER',
  'OBJECT_RULE',
  'OBJECT_POLICY',
  'OBJECT_TABCONSTRAINT',
]);

/** Those that are reported as relations or functions. */
const otherwise: ReadonlySet<ObjectType> = new Set([
  ...relationTypes,
  'OBJECT_COLUMN',
  'OBJECT_DOMAIN',
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_AGGREGATE',
]);

/** What DROP, COMMENT, ALTER ... OWNER and their like name; nothing for relations, types and functions. */
export const objectOf = (
  r: Resolver,
  type: ObjectType | undefined,
  node: Node | undefined,
): readonly NamedObject[] => {
  if (!type || !node || otherwise.has(type)) return [];
  const noun = nounOf(type);
  const items = as(node, 'List')?.items ?? [];
  const parts = texts(items);
  if (belonging.has(type)) {
    const relation = parts.slice(0, -1);
    if (relation.length === 0) return object(noun, parts.at(-1));
    return [onName(noun, parts.at(-1) ?? '', formatName(listedName(r, relation)))];
  }
  if (type === 'OBJECT_CAST')
    return [{ type: noun, name: `(${typeText(items[0])} AS ${typeText(items[1])})` }];
  if (type === 'OBJECT_DOMCONSTRAINT')
    return [domainConstraint(r, text(items[1]), texts(as(items[0], 'TypeName')?.names))];
  if (type === 'OBJECT_TRANSFORM')
    return [
      { type: noun, name: `for ${typeText(items[0])} language ${quoteIdentifier(text(items[1]))}` },
    ];
  // The access method stands first.
  if (type === 'OBJECT_OPCLASS' || type === 'OBJECT_OPFAMILY') return dotted(noun, parts.slice(1));
  const given = as(node, 'ObjectWithArgs');
  if (given) return operator(texts(given.objname));
  if (items.length > 0) return dotted(noun, parts);
  const number = as(node, 'Integer')?.ival ?? as(node, 'Float')?.fval;
  return number === undefined ? object(noun, text(node)) : [{ type: noun, name: String(number) }];
};

export const domainConstraint = (
  r: Resolver,
  name: string,
  domain: readonly string[],
): NamedObject => onName('domain constraint', name, formatName(listedName(r, domain)));

/** A function that is put to use, and not called yet. */
export const routine = (r: Resolver, parts: readonly string[]): readonly NamedObject[] =>
  parts.length === 0 ? [] : [{ type: 'function', name: formatName(functionName(r, parts)) }];

/** Parameters of CREATE AGGREGATE, OPERATOR, TYPE, FOREIGN DATA WRAPPER and TEXT SEARCH PARSER that name functions. */
const ofFunctions = new Set(
  (
    'sfunc sfunc1 finalfunc combinefunc serialfunc deserialfunc msfunc minvfunc mfinalfunc procedure function ' +
    'restrict join input output receive send typmod_in typmod_out analyze subscript handler validator ' +
    'start gettoken end lextypes headline init lexize'
  ).split(' '),
);

const partsIn = (value: Node | undefined): readonly string[] => {
  const parts = texts(as(value, 'TypeName')?.names ?? as(value, 'List')?.items);
  return parts.length > 0 || !value ? parts : [text(value)].filter((part) => part !== '');
};

export const functionsIn = (
  r: Resolver,
  options: readonly Node[] | undefined,
): readonly NamedObject[] =>
  (options ?? []).flatMap((node) => {
    const { defname = '', arg } = as(node, 'DefElem') ?? {};
    return ofFunctions.has(defname) ? routine(r, partsIn(arg)) : [];
  });

/** An operator's own name needs no quotes. */
export const operator = (parts: readonly string[]): readonly NamedObject[] =>
  parts.length === 0
    ? []
    : [
        {
          type: 'operator',
          name: [...parts.slice(0, -1).map(quoteIdentifier), parts.at(-1)].join('.'),
        },
      ];
