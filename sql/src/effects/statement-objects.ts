import type { Node } from '@pgsql/types';
import type { NamedObject } from '../analysis.js';
import { as, kindOf, texts, type NodeKind, type NodeOf } from '../parse/nodes.js';
import type { Resolver } from '../resolve/resolver.js';
import {
  domainConstraint,
  dotted,
  functionsIn,
  object,
  objectOf,
  on,
  operator,
  role,
  roles,
  routine,
} from './named-objects.js';
import {
  grantedOn,
  index,
  membersOf,
  nameIn,
  optionOf,
  partsOfTable,
  published,
  renamed,
  rolesIn,
  setting,
  unpublished,
} from './object-parts.js';
import { nounOf } from './tags.js';

// What each kind of statement names beside relations and functions.

type Named = readonly NamedObject[];
type Names = { readonly [K in NodeKind]?: (r: Resolver, content: NodeOf<K>) => Named };

const prepared = ({ name }: { readonly name?: string }): Named =>
  object('prepared statement', name);

const names: Names = {
  CreateSchemaStmt: (_r, s) => [
    ...object('schema', s.schemaname ?? s.authrole?.rolename),
    ...role(s.authrole),
  ],
  CreateExtensionStmt: (_r, s) => [
    ...object('extension', s.extname),
    ...object('schema', nameIn(s.options, 'schema')),
  ],
  AlterExtensionStmt: (_r, s) => object('extension', s.extname),
  AlterExtensionContentsStmt: (r, s) => [
    ...object('extension', s.extname),
    ...objectOf(r, s.objtype, s.object),
  ],
  CreateSubscriptionStmt: (_r, s) => object('subscription', s.subname),
  AlterSubscriptionStmt: (_r, s) => object('subscription', s.subname),
  DropSubscriptionStmt: (_r, s) => object('subscription', s.subname),
  CreatePublicationStmt: (_r, s) => [
    ...object('publication', s.pubname),
    ...published(s.pubobjects),
  ],
  AlterPublicationStmt: (r, s) => [
    ...object('publication', s.pubname),
    ...published(s.pubobjects),
    ...(s.action === 'AP_DropObjects' ? unpublished(r, s.pubobjects) : []),
  ],
  ImportForeignSchemaStmt: (_r, s) => [
    ...object('server', s.server_name),
    ...object('schema', s.local_schema),
  ],
  CreateFdwStmt: (r, s) => [
    ...object('foreign data wrapper', s.fdwname),
    ...functionsIn(r, s.func_options),
  ],
  AlterFdwStmt: (r, s) => [
    ...object('foreign data wrapper', s.fdwname),
    ...functionsIn(r, s.func_options),
  ],
  CreateForeignServerStmt: (_r, s) => [
    ...object('server', s.servername),
    ...object('foreign data wrapper', s.fdwname),
  ],
  AlterForeignServerStmt: (_r, s) => object('server', s.servername),
  CreateUserMappingStmt: (_r, s) => [...object('server', s.servername), ...role(s.user)],
  AlterUserMappingStmt: (_r, s) => [...object('server', s.servername), ...role(s.user)],
  DropUserMappingStmt: (_r, s) => [...object('server', s.servername), ...role(s.user)],
  CreateForeignTableStmt: (_r, s) => object('server', s.servername),
  CreatedbStmt: (_r, s) => [
    ...object('database', s.dbname),
    ...object('database', nameIn(s.options, 'template')),
    ...object('role', nameIn(s.options, 'owner')),
    ...object('tablespace', nameIn(s.options, 'tablespace')),
  ],
  DropdbStmt: (_r, s) => object('database', s.dbname),
  AlterDatabaseStmt: (_r, s) => [
    ...object('database', s.dbname),
    ...object('tablespace', nameIn(s.options, 'tablespace')),
  ],
  AlterDatabaseRefreshCollStmt: (_r, s) => object('database', s.dbname),
  AlterDatabaseSetStmt: (_r, s) => [...object('database', s.dbname), ...setting(s.setstmt)],
  CreateTableSpaceStmt: (_r, s) => [...object('tablespace', s.tablespacename), ...role(s.owner)],
  DropTableSpaceStmt: (_r, s) => object('tablespace', s.tablespacename),
  AlterTableSpaceOptionsStmt: (_r, s) => object('tablespace', s.tablespacename),
  AlterTableMoveAllStmt: (_r, s) => [
    ...object('tablespace', s.orig_tablespacename),
    ...object('tablespace', s.new_tablespacename),
    ...roles(s.roles),
  ],
  CreateRoleStmt: (_r, s) => [
    ...object('role', s.role),
    ...['addroleto', 'rolemembers', 'adminmembers'].flatMap((name) => rolesIn(s.options, name)),
  ],
  AlterRoleStmt: (_r, s) => [...role(s.role), ...rolesIn(s.options, 'rolemembers')],
  AlterRoleSetStmt: (_r, s) => [
    ...role(s.role),
    ...object('database', s.database),
    ...setting(s.setstmt),
  ],
  DropRoleStmt: (_r, s) => roles(s.roles),
  DropOwnedStmt: (_r, s) => roles(s.roles),
  ReassignOwnedStmt: (_r, s) => [...roles(s.roles), ...role(s.newrole)],
  GrantRoleStmt: (_r, s) => [...roles(s.granted_roles), ...roles(s.grantee_roles)],
  GrantStmt: (_r, s) => [...grantedOn(s), ...roles(s.grantees)],
  AlterDefaultPrivilegesStmt: (_r, s) => [
    ...texts(as(optionOf(s.options, 'schemas'), 'List')?.items).flatMap((name) =>
      object('schema', name),
    ),
    ...rolesIn(s.options, 'roles'),
    ...roles(s.action?.grantees),
  ],
  AlterSystemStmt: (_r, s) => setting(s.setstmt),
  VariableSetStmt: (_r, s) => setting(s),
  VariableShowStmt: (_r, s) =>
    s.name === 'all' ? [] : dotted('parameter', (s.name ?? '').split('.')),
  ListenStmt: (_r, s) => object('channel', s.conditionname),
  NotifyStmt: (_r, s) => object('channel', s.conditionname),
  UnlistenStmt: (_r, s) => object('channel', s.conditionname),
  PrepareStmt: (_r, s) => prepared(s),
  ExecuteStmt: (_r, s) => prepared(s),
  DeallocateStmt: (_r, s) => prepared(s),
  DeclareCursorStmt: (_r, s) => object('cursor', s.portalname),
  FetchStmt: (_r, s) => object('cursor', s.portalname),
  ClosePortalStmt: (_r, s) => object('cursor', s.portalname),
  DoStmt: (_r, s) => object('language', nameIn(s.args, 'language') || 'plpgsql'),
  CopyStmt: (_r, s) => object(s.is_program ? 'program' : 'file', s.filename),
  LoadStmt: (_r, s) => object('file', s.filename),
  ConstraintsSetStmt: (_r, s) =>
    (s.constraints ?? []).flatMap((node) => {
      const { schemaname, relname } = as(node, 'RangeVar') ?? {};
      return dotted(
        'constraint',
        [schemaname, relname].filter((part) => part !== undefined),
      );
    }),
  CreateFunctionStmt: (_r, s) => object('language', nameIn(s.options, 'language')),
  CreatePLangStmt: (r, s) => [
    ...object('language', s.plname),
    ...[s.plhandler, s.plinline, s.plvalidator].flatMap((parts) => routine(r, texts(parts))),
  ],
  CreateAmStmt: (r, s) => [
    ...object('access method', s.amname),
    ...routine(r, texts(s.handler_name)),
  ],
  CreateEventTrigStmt: (r, s) => [
    ...object('event trigger', s.trigname),
    ...routine(r, texts(s.funcname)),
  ],
  AlterEventTrigStmt: (_r, s) => object('event trigger', s.trigname),
  CreateCastStmt: (r, s) => {
    const types = [s.sourcetype, s.targettype].map((type) => ({ TypeName: type ?? {} }));
    return [
      ...objectOf(r, 'OBJECT_CAST', { List: { items: types } }),
      ...routine(r, texts(s.func?.objname)),
    ];
  },
  CreateTransformStmt: (r, s) => {
    const items = [{ TypeName: s.type_name ?? {} }, { String: { sval: s.lang ?? '' } }];
    return [
      ...objectOf(r, 'OBJECT_TRANSFORM', { List: { items } }),
      ...[s.fromsql, s.tosql].flatMap((used) => routine(r, texts(used?.objname))),
    ];
  },
  CreateConversionStmt: (r, s) => [
    ...dotted('conversion', texts(s.conversion_name)),
    ...routine(r, texts(s.func_name)),
  ],
  CreateOpClassStmt: (r, s) => [
    ...dotted('operator class', texts(s.opclassname)),
    ...dotted('operator family', texts(s.opfamilyname)),
    ...membersOf(r, s.items),
  ],
  CreateOpFamilyStmt: (_r, s) => dotted('operator family', texts(s.opfamilyname)),
  AlterOpFamilyStmt: (r, s) => [
    ...dotted('operator family', texts(s.opfamilyname)),
    ...membersOf(r, s.items),
  ],
  AlterOperatorStmt: (_r, s) => operator(texts(s.opername?.objname)),
  AlterCollationStmt: (_r, s) => dotted('collation', texts(s.collname)),
  AlterStatsStmt: (_r, s) => dotted('statistics', texts(s.defnames)),
  CreateStatsStmt: (_r, s) => dotted('statistics', texts(s.defnames)),
  AlterTSDictionaryStmt: (_r, s) => dotted('text search dictionary', texts(s.dictname)),
  AlterTSConfigurationStmt: (_r, s) => [
    ...dotted('text search configuration', texts(s.cfgname)),
    ...(s.dicts ?? []).flatMap((node) =>
      dotted('text search dictionary', texts(as(node, 'List')?.items)),
    ),
  ],
  DefineStmt: (r, s) => {
    const used = functionsIn(r, s.definition);
    if (s.kind === undefined || s.kind === 'OBJECT_AGGREGATE' || s.kind === 'OBJECT_TYPE')
      return used;
    const parts = texts(s.defnames);
    const made = s.kind === 'OBJECT_OPERATOR' ? operator(parts) : dotted(nounOf(s.kind), parts);
    return [...made, ...used];
  },
  AlterDomainStmt: (r, s) => {
    const name = as(s.def, 'Constraint')?.conname ?? (s.subtype === 'T' ? undefined : s.name);
    return name === undefined ? [] : [domainConstraint(r, name, texts(s.typeName))];
  },
  IndexStmt: index,
  CreateTrigStmt: (r, s) => on(r, 'trigger', s.trigname, s.relation),
  RuleStmt: (r, s) => on(r, 'rule', s.rulename, s.relation),
  CreatePolicyStmt: (r, s) => [...on(r, 'policy', s.policy_name, s.table), ...roles(s.roles)],
  AlterPolicyStmt: (r, s) => [...on(r, 'policy', s.policy_name, s.table), ...roles(s.roles)],
  AlterTableStmt: partsOfTable,
  ClusterStmt: (_r, s) => object('index', s.indexname),
  ReindexStmt: (_r, s) =>
    s.kind === 'REINDEX_OBJECT_SCHEMA'
      ? object('schema', s.name)
      : s.relation
        ? []
        : object('database', s.name),
  DropStmt: (r, s) => (s.objects ?? []).flatMap((node) => objectOf(r, s.removeType, node)),
  CommentStmt: (r, s) => objectOf(r, s.objtype, s.object),
  SecLabelStmt: (r, s) => objectOf(r, s.objtype, s.object),
  RenameStmt: renamed,
  AlterOwnerStmt: (r, s) => [...objectOf(r, s.objectType, s.object), ...role(s.newowner)],
  AlterObjectSchemaStmt: (r, s) => [
    ...objectOf(r, s.objectType, s.object),
    ...object('schema', s.newschema),
  ],
  AlterObjectDependsStmt: (r, s) => [
    ...objectOf(r, s.objectType, s.object),
    ...object('extension', s.extname?.sval),
  ],
};

/** What a statement names beside relations and functions, each once. */
export const objectsNamed = (r: Resolver, node: Node): Named => {
  const inner = as(node, 'ExplainStmt')?.query;
  if (inner) return objectsNamed(r, inner);
  const kind = kindOf(node);
  const named = kind && (names[kind] as ((r: Resolver, content: unknown) => Named) | undefined);
  if (!named) return [];
  const found = named(r, (node as Readonly<Record<string, unknown>>)[kind]);
  return [...new Map(found.map((one) => [`${one.type} ${one.name}`, one])).values()];
};
