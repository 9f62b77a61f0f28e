import type { AlterTableStmt, GrantStmt, Node, VariableSetStmt } from '@pgsql/types';
import type { NamedObject } from '../analysis.js';
import { formatName } from '../names.js';
import { as, kindOf, text, texts, type NodeOf } from '../parse/nodes.js';
import type { Resolver } from '../resolve/resolver.js';
import { dotted, object, objectOf, on, operator, role, roles, routine } from './named-objects.js';
import { relationName } from './outcome.js';
import { nounOf } from './tags.js';

// Objects in the parts of utility statements: options, lists, commands of ALTER TABLE.

type Named = readonly NamedObject[];

export const optionOf = (options: readonly Node[] | undefined, name: string): Node | undefined =>
  (options ?? []).map((node) => as(node, 'DefElem')).find((one) => one?.defname === name)?.arg;

/** An option's value that is a name; some are parsed as types. */
export const nameIn = (options: readonly Node[] | undefined, name: string): string => {
  const value = optionOf(options, name);
  return text(value) || (texts(as(value, 'TypeName')?.names).at(-1) ?? '');
};

export const rolesIn = (options: readonly Node[] | undefined, name: string): Named => {
  const value = optionOf(options, name);
  return [...role(as(value, 'RoleSpec')), ...roles(as(value, 'List')?.items)];
};

/** A setting, or all of them; of a role it names the role. */
export const setting = ({ name, kind, args }: VariableSetStmt = {}): Named => {
  if (kind === 'VAR_SET_MULTI') return [];
  const value = as(args?.[0], 'A_Const')?.sval?.sval;
  return [
    ...dotted('parameter', name?.toLowerCase().split('.') ?? []),
    ...(name === 'role' || name === 'session_authorization' ? object('role', value) : []),
  ];
};

/** What GRANT ... ON speaks of, unless it is relations, types or functions. */
export const grantedOn = ({ objtype, objects, targtype }: GrantStmt): Named => {
  if (targtype === 'ACL_TARGET_ALL_IN_SCHEMA')
    return texts(objects).flatMap((name) => object('schema', name));
  if (!objtype) return [];
  const noun = nounOf(objtype);
  return (objects ?? []).flatMap((node): Named => {
    const number = as(node, 'Integer')?.ival ?? as(node, 'Float')?.fval;
    if (number !== undefined) return [{ type: noun, name: String(number) }];
    return kindOf(node) === 'String' ? dotted(noun, text(node).split('.')) : [];
  });
};

export const published = (nodes: readonly Node[] | undefined): Named =>
  (nodes ?? []).flatMap((node) => object('schema', as(node, 'PublicationObjSpec')?.name));

/** Nothing of what it publishes no more is read. */
export const unpublished = (r: Resolver, nodes: readonly Node[] | undefined): Named =>
  (nodes ?? []).flatMap((node) => {
    const table = as(node, 'PublicationObjSpec')?.pubtable?.relation;
    return table ? [{ type: 'table', name: formatName(relationName(r, table)) }] : [];
  });

const partOfTable: Readonly<Record<string, string>> = {
  AT_AddConstraint: 'table constraint',
  AT_AlterConstraint: 'table constraint',
  AT_ValidateConstraint: 'table constraint',
  AT_DropConstraint: 'table constraint',
  AT_EnableTrig: 'trigger',
  AT_EnableAlwaysTrig: 'trigger',
  AT_EnableReplicaTrig: 'trigger',
  AT_DisableTrig: 'trigger',
  AT_EnableRule: 'rule',
  AT_EnableAlwaysRule: 'rule',
  AT_EnableReplicaRule: 'rule',
  AT_DisableRule: 'rule',
};

/** Operators and functions of an operator class or family. */
export const membersOf = (r: Resolver, items: readonly Node[] | undefined): Named =>
  (items ?? []).flatMap((node) => {
    const { itemtype, name } = as(node, 'CreateOpClassItem') ?? {};
    const parts = texts(name?.objname);
    return itemtype === operatorItem ? operator(parts) : routine(r, parts);
  });

/** OPCLASS_ITEM_OPERATOR (src/include/nodes/parsenodes.h) */
const operatorItem = 1;

export const partsOfTable = (r: Resolver, { relation, cmds }: AlterTableStmt): Named =>
  (cmds ?? []).flatMap((node): Named => {
    const { subtype = '', name, newowner, def } = as(node, 'AlterTableCmd') ?? {};
    if (subtype === 'AT_ChangeOwner') return role(newowner);
    if (subtype === 'AT_SetTableSpace') return object('tablespace', name);
    if (subtype === 'AT_ClusterOn') return object('index', name);
    if (subtype === 'AT_SetAccessMethod') return object('access method', name);
    const constraint = as(def, 'Constraint') ?? as(def, 'ATAlterConstraint');
    const part = partOfTable[subtype];
    return part === undefined ? [] : on(r, part, name ?? constraint?.conname, relation);
  });

/** A new index, in its table's schema. */
export const index = (r: Resolver, { idxname, relation }: NodeOf<'IndexStmt'>): Named => {
  if (idxname === undefined || !relation) return [];
  const { schema } = relationName(r, relation);
  return [{ type: 'index', name: formatName({ schema, name: idxname }) }];
};

/** A column is reported with its relation. */
export const renamed = (r: Resolver, stmt: NodeOf<'RenameStmt'>): Named => {
  const { renameType: type, relation, subname } = stmt;
  if (!type || type === 'OBJECT_COLUMN' || type === 'OBJECT_ATTRIBUTE') return [];
  if (type === 'OBJECT_DOMCONSTRAINT') return object(nounOf(type), subname);
  if (relation) return on(r, nounOf(type), subname, relation);
  // Roles, schemas and databases are named by their text alone.
  return stmt.object ? objectOf(r, type, stmt.object) : object(nounOf(type), subname);
};
