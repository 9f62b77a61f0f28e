import type { AlterTableStmt, GrantStmt, Node, ObjectType, RangeVar } from '@pgsql/types';
import { withHeirs } from '../catalogue/heirs.js';
import type { Relation } from '../catalogue/catalogue.js';
import type { ObjectName } from '../names.js';
import { as, texts } from '../parse/nodes.js';
import { findRelation, findType, publicName } from '../resolve/path.js';
import type { Resolver } from '../resolve/resolver.js';
import { columnDroppedWith } from './dropped.js';
import { functionName, listedName, relationName } from './outcome.js';
import { relationTypes } from './tags.js';
import { viewFacts } from './views.js';

// The objects that utility statements name, and those that they change with them.

export const at = (r: Resolver, node: RangeVar | undefined): readonly ObjectName[] =>
  node ? [relationName(r, node)] : [];

/** A type has a name space of its own, which it shares with relations when rows are of it. */
const typeOrRelation = (r: Resolver, type: ObjectType, list: readonly string[]): ObjectName => {
  if (relationTypes.has(type)) return listedName(r, list);
  const found = findType(r.catalogue, r.path, list.at(-2), list.at(-1) ?? '');
  return found ? publicName(r.path, found) : listedName(r, list);
};

/** The names in an object list; only relations, types and functions have one that policies know. */
export const objectNames = (
  r: Resolver,
  type: ObjectType | undefined,
  object: Node | undefined,
): ObjectName | undefined => {
  if (!object || !type) return undefined;
  const list = texts(as(object, 'List')?.items ?? as(object, 'TypeName')?.names);
  const fn = as(object, 'ObjectWithArgs');
  if (fn) return type === 'OBJECT_OPERATOR' ? undefined : functionName(r, texts(fn.objname));
  if (list.length === 0) return undefined;
  if (relationTypes.has(type) || type === 'OBJECT_DOMAIN' || type === 'OBJECT_TYPE')
    return typeOrRelation(r, type, list);
  // table.column, and trigger, rule or policy on a table: the last part is not the relation's
  if (
    type === 'OBJECT_COLUMN' ||
    type === 'OBJECT_TRIGGER' ||
    type === 'OBJECT_RULE' ||
    type === 'OBJECT_POLICY' ||
    type === 'OBJECT_TABCONSTRAINT'
  )
    return list.length > 1 ? listedName(r, list.slice(0, -1)) : undefined;
  return undefined;
};

/** Commands of ALTER TABLE that change heirs too (`ATPrepCmd`, src/backend/commands/tablecmds.c). */
const recursing: ReadonlySet<string> = new Set([
  'AT_AddColumn',
  'AT_ColumnDefault',
  'AT_DropNotNull',
  'AT_SetNotNull',
  'AT_SetExpression',
  'AT_DropExpression',
  'AT_SetStatistics',
  'AT_SetStorage',
  'AT_SetCompression',
  'AT_AddConstraint',
  'AT_AlterConstraint',
  'AT_ValidateConstraint',
  'AT_DropConstraint',
  'AT_AlterColumnType',
]);

/** What ALTER TABLE changes beside the table that it names. */
export const alteredWith = (r: Resolver, stmt: AlterTableStmt): readonly ObjectName[] => {
  const { relation: node } = stmt;
  const relation = node && findRelation(r.catalogue, r.path, node.schemaname, node.relname ?? '');
  const found: ObjectName[] = [];
  for (const each of stmt.cmds ?? []) {
    const command = as(each, 'AlterTableCmd');
    const partition = as(command?.def, 'PartitionCmd')?.name;
    if (partition) found.push(relationName(r, partition));
    if (!relation || !command) continue;
    if (command.subtype === 'AT_DropColumn')
      found.push(
        ...columnDroppedWith(r, relation, command.name ?? '', command.behavior === 'DROP_CASCADE'),
      );
    // Whose key it is, the catalogue does not say by name.
    if (command.subtype === 'AT_DropConstraint' && command.behavior === 'DROP_CASCADE')
      for (const { relation: other } of r.catalogue.referring(relation.oid))
        found.push(publicName(r.path, other));
    if (node.inh === true && recursing.has(command.subtype ?? ''))
      found.push(...heirs(r, relation));
  }
  return found;
};

const heirs = (r: Resolver, relation: Relation): readonly ObjectName[] =>
  withHeirs(r.catalogue, relation)
    .slice(1)
    .map((heir) => publicName(r.path, heir));

/** What a view's definition reads. */
export const readsOf = (r: Resolver, node: RangeVar | undefined): readonly ObjectName[] => {
  const view = node && findRelation(r.catalogue, r.path, node.schemaname, node.relname ?? '');
  return (view && viewFacts(r.catalogue, view)?.reads) ?? [];
};

/** A relation with those that get what it gets: heirs, or partitions alone. */
export const atWithHeirs = (
  r: Resolver,
  node: RangeVar | undefined,
  which: 'heirs' | 'partitions',
): readonly ObjectName[] => {
  const relation = node && findRelation(r.catalogue, r.path, node.schemaname, node.relname ?? '');
  const below = relation && node.inh === true && (which === 'heirs' || relation.kind === 'p');
  return [...at(r, node), ...(below ? heirs(r, relation) : [])];
};

export const granted = (
  r: Resolver,
  { objects, targtype, objtype }: GrantStmt,
): readonly ObjectName[] => {
  if (targtype === 'ACL_TARGET_ALL_IN_SCHEMA') {
    const schemas = texts(objects);
    return allIn(r, objtype).filter(({ schema }) => schemas.includes(schema));
  }
  return (objects ?? []).flatMap((object) => {
    const routine = as(object, 'ObjectWithArgs');
    if (routine) return [functionName(r, texts(routine.objname))];
    const type = objtype === 'OBJECT_TYPE' || objtype === 'OBJECT_DOMAIN';
    if (type) return [typeOrRelation(r, objtype, texts(as(object, 'List')?.items))];
    return at(r, as(object, 'RangeVar'));
  });
};

/** What GRANT ... ON ALL ... IN SCHEMA may mean. */
const allIn = ({ catalogue }: Resolver, type: ObjectType | undefined): readonly ObjectName[] => {
  const { relations, routines } = catalogue.data;
  const kinds = type === 'OBJECT_TABLE' ? 'rpvmf' : type === 'OBJECT_SEQUENCE' ? 'S' : '';
  if (kinds) return relations.filter(({ kind }) => kinds.includes(kind)).map(nameOf);
  return routines.map(nameOf);
};

const nameOf = ({ schema, name }: ObjectName): ObjectName => ({ schema, name });
