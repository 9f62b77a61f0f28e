import type { Node } from '@pgsql/types';
import type { Action, SessionEffect } from '../analysis.js';
import type { ObjectName } from '../names.js';
import { as, texts, type NodeKind, type NodeOf } from '../parse/nodes.js';
import { opaque, type Resolver } from '../resolve/resolver.js';
import { droppedWith } from './dropped.js';
import { alteredWith, at, atWithHeirs, granted, objectNames, readsOf } from './objects.js';
import {
  altersSubscription,
  copiesDatabase,
  dropsExtensions,
  imports,
  runsScript,
  subscribes,
} from './outside.js';
import { publish } from './publications.js';
import { createdName, functionName, listedName, type Deed, type Outcome } from './outcome.js';
import { indexesOf, refreshes, vacuums } from './recomputed.js';
import { tag } from './tags.js';

type Ddl<K extends NodeKind> = (r: Resolver, content: NodeOf<K>) => Outcome;

const changed = (temporary = false): readonly SessionEffect[] => [{ kind: 'catalogue', temporary }];

const done = (
  command: string,
  action: Action,
  objects: readonly (ObjectName | undefined)[],
): Outcome => {
  const known = objects.filter((o) => o !== undefined);
  const deeds: readonly Deed[] =
    known.length === 0 ? [{ action }] : known.map((object) => ({ action, object }));
  // A temporary table that inherits from another is both.
  const temporary = known.some((o) => o.schema === 'pg_temp');
  const lasting = known.length === 0 || known.some((o) => o.schema !== 'pg_temp');
  const session = [...(lasting ? changed(false) : []), ...(temporary ? changed(true) : [])];
  return { command, deeds, session, readOnly: false };
};

/** A statement that changes how data lies, and nothing that statements mean. */
const tended = (command: string, objects: readonly (ObjectName | undefined)[]): Outcome => ({
  ...done(command, 'ddl', objects),
  session: [],
});

/** A statement about something that is not in a schema, or whose name does not matter. */
const about =
  (command: string, action: Action = 'ddl') =>
  (): Outcome =>
    done(command, action, []);

const vacuumed = (r: Resolver, rels: readonly Node[] | undefined): readonly ObjectName[] =>
  (rels ?? []).flatMap((node) => at(r, as(node, 'VacuumRelation')?.relation));

const named = (r: Resolver, nodes: readonly Node[] | undefined): readonly ObjectName[] =>
  (nodes ?? []).flatMap((node) => at(r, as(node, 'RangeVar')));

type DdlKind = Exclude<Extract<NodeKind, `${string}Stmt`>, RowOrInner>;
type RowOrInner =
  | 'RawStmt'
  | 'SetOperationStmt'
  | 'ReturnStmt'
  | 'PLAssignStmt'
  | 'ReplicaIdentityStmt'
  | 'SelectStmt'
  | 'InsertStmt'
  | 'UpdateStmt'
  | 'DeleteStmt'
  | 'MergeStmt'
  | 'CopyStmt'
  | 'ExplainStmt'
  | 'PrepareStmt'
  | 'ExecuteStmt'
  | 'DeallocateStmt'
  | 'DeclareCursorStmt'
  | 'FetchStmt'
  | 'ClosePortalStmt'
  | 'CreateTableAsStmt'
  | 'ViewStmt'
  | 'TransactionStmt'
  | 'VariableSetStmt'
  | 'VariableShowStmt'
  | 'DiscardStmt'
  | 'DoStmt'
  | 'CallStmt'
  | 'ListenStmt'
  | 'UnlistenStmt'
  | 'NotifyStmt'
  | 'LockStmt'
  | 'CreateSchemaStmt'
  | 'TruncateStmt'
  | 'ConstraintsSetStmt'
  | 'CheckPointStmt'
  | 'LoadStmt';

/** Statements that change schema objects, privileges, roles or the server's configuration. */
export const ddlStatements: { readonly [K in DdlKind]: Ddl<K> } = {
  CreateStmt: (r, s) =>
    done('CREATE TABLE', 'ddl', [createdName(r, s.relation), ...named(r, s.inhRelations)]),
  AlterTableStmt: (r, s) =>
    done(tag('ALTER', s.objtype), 'ddl', [...at(r, s.relation), ...alteredWith(r, s)]),
  AlterTableMoveAllStmt: (_r, s) => done(tag('ALTER', s.objtype), 'ddl', []),
  IndexStmt: (r, s) => done('CREATE INDEX', 'ddl', atWithHeirs(r, s.relation, 'partitions')),
  DropStmt: (r, s) => {
    dropsExtensions(r, s);
    const named = (s.objects ?? []).map((o) => objectNames(r, s.removeType, o));
    const { deeds = [], ...outcome } = done(tag('DROP', s.removeType), 'ddl', named);
    const others = droppedWith(r, s).map((object) => ({ action: 'ddl' as const, object }));
    return { ...outcome, deeds: [...deeds, ...others] };
  },
  RenameStmt: (r, s) =>
    done(
      tag(
        'ALTER',
        s.renameType === 'OBJECT_COLUMN' ? (s.relationType ?? s.renameType) : s.renameType,
      ),
      'ddl',
      s.renameType === 'OBJECT_COLUMN'
        ? atWithHeirs(r, s.relation, 'heirs')
        : s.relation
          ? at(r, s.relation)
          : [objectNames(r, s.renameType, s.object)],
    ),
  AlterObjectSchemaStmt: (r, s) =>
    done(
      tag('ALTER', s.objectType),
      'ddl',
      s.relation ? at(r, s.relation) : [objectNames(r, s.objectType, s.object)],
    ),
  AlterOwnerStmt: (r, s) =>
    done(
      tag('ALTER', s.objectType),
      'ddl',
      s.relation ? at(r, s.relation) : [objectNames(r, s.objectType, s.object)],
    ),
  AlterObjectDependsStmt: (r, s) => done(tag('ALTER', s.objectType), 'ddl', at(r, s.relation)),
  CommentStmt: (r, s) => done('COMMENT', 'ddl', [objectNames(r, s.objtype, s.object)]),
  SecLabelStmt: (r, s) => done('SECURITY LABEL', 'ddl', [objectNames(r, s.objtype, s.object)]),
  CreateSeqStmt: (r, s) => done('CREATE SEQUENCE', 'ddl', [createdName(r, s.sequence)]),
  AlterSeqStmt: (r, s) => done('ALTER SEQUENCE', 'ddl', at(r, s.sequence)),
  CreateTrigStmt: (r, s) =>
    done(
      'CREATE TRIGGER',
      'ddl',
      s.row ? atWithHeirs(r, s.relation, 'partitions') : at(r, s.relation),
    ),
  RuleStmt: (r, s) => done('CREATE RULE', 'ddl', at(r, s.relation)),
  CreatePolicyStmt: (r, s) => done('CREATE POLICY', 'ddl', at(r, s.table)),
  AlterPolicyStmt: (r, s) => done('ALTER POLICY', 'ddl', at(r, s.table)),
  CreateStatsStmt: (r, s) => done('CREATE STATISTICS', 'ddl', named(r, s.relations)),
  RefreshMatViewStmt: (r, s) => {
    const outcome = tended('REFRESH MATERIALIZED VIEW', at(r, s.relation));
    const through = s.skipData ? [] : readsOf(r, s.relation);
    if (!s.skipData) refreshes(r, s.relation);
    return { ...outcome, deeds: (outcome.deeds ?? []).map((deed) => ({ ...deed, through })) };
  },
  ClusterStmt: (r, s) => {
    indexesOf(r, s.relation);
    return tended('CLUSTER', at(r, s.relation));
  },
  ReindexStmt: (r, s) => {
    indexesOf(r, s.relation, s.kind === 'REINDEX_OBJECT_SCHEMA' ? s.name : undefined);
    return tended('REINDEX', at(r, s.relation));
  },
  VacuumStmt: (r, s) => {
    vacuums(r, s);
    return tended(s.is_vacuumcmd ? 'VACUUM' : 'ANALYZE', vacuumed(r, s.rels));
  },
  CreateForeignTableStmt: (r, s) =>
    done('CREATE FOREIGN TABLE', 'ddl', [createdName(r, s.base?.relation)]),
  CreateFunctionStmt: (r, s) => {
    r.lookInto.ofCreated(r, s);
    return done(s.is_procedure ? 'CREATE PROCEDURE' : 'CREATE FUNCTION', 'ddl', [
      functionName(r, texts(s.funcname)),
    ]);
  },
  AlterFunctionStmt: (r, s) =>
    done(tag('ALTER', s.objtype), 'ddl', [functionName(r, texts(s.func?.objname))]),
  CompositeTypeStmt: (r, s) => done('CREATE TYPE', 'ddl', [createdName(r, s.typevar)]),
  CreateEnumStmt: (r, s) => done('CREATE TYPE', 'ddl', [listedName(r, texts(s.typeName))]),
  CreateRangeStmt: (r, s) => done('CREATE TYPE', 'ddl', [listedName(r, texts(s.typeName))]),
  AlterEnumStmt: (r, s) => done('ALTER TYPE', 'ddl', [listedName(r, texts(s.typeName))]),
  AlterTypeStmt: (r, s) => done('ALTER TYPE', 'ddl', [listedName(r, texts(s.typeName))]),
  CreateDomainStmt: (r, s) => done('CREATE DOMAIN', 'ddl', [listedName(r, texts(s.domainname))]),
  AlterDomainStmt: (r, s) => done('ALTER DOMAIN', 'ddl', [listedName(r, texts(s.typeName))]),
  DefineStmt: (r, s) =>
    done(
      tag('CREATE', s.kind),
      'ddl',
      s.kind === 'OBJECT_AGGREGATE' || s.kind === 'OBJECT_TYPE'
        ? [listedName(r, texts(s.defnames))]
        : [],
    ),
  CreateCastStmt: about('CREATE CAST'),
  CreateTransformStmt: about('CREATE TRANSFORM'),
  CreateConversionStmt: about('CREATE CONVERSION'),
  CreateOpClassStmt: about('CREATE OPERATOR CLASS'),
  CreateOpFamilyStmt: about('CREATE OPERATOR FAMILY'),
  AlterOpFamilyStmt: about('ALTER OPERATOR FAMILY'),
  AlterOperatorStmt: about('ALTER OPERATOR'),
  AlterCollationStmt: about('ALTER COLLATION'),
  AlterStatsStmt: about('ALTER STATISTICS'),
  AlterTSDictionaryStmt: about('ALTER TEXT SEARCH DICTIONARY'),
  AlterTSConfigurationStmt: about('ALTER TEXT SEARCH CONFIGURATION'),
  CreateAmStmt: about('CREATE ACCESS METHOD'),
  CreatePLangStmt: about('CREATE LANGUAGE'),
  CreateEventTrigStmt: about('CREATE EVENT TRIGGER'),
  AlterEventTrigStmt: about('ALTER EVENT TRIGGER'),
  CreateTableSpaceStmt: about('CREATE TABLESPACE'),
  DropTableSpaceStmt: about('DROP TABLESPACE'),
  AlterTableSpaceOptionsStmt: about('ALTER TABLESPACE'),
  CreateExtensionStmt: (r, s) => {
    runsScript(r, s.extname);
    return done('CREATE EXTENSION', 'ddl', []);
  },
  AlterExtensionStmt: (r, s) => {
    runsScript(r, s.extname);
    return done('ALTER EXTENSION', 'ddl', []);
  },
  AlterExtensionContentsStmt: (r, s) =>
    done('ALTER EXTENSION', 'ddl', [objectNames(r, s.objtype, s.object)]),
  CreateFdwStmt: about('CREATE FOREIGN DATA WRAPPER'),
  AlterFdwStmt: about('ALTER FOREIGN DATA WRAPPER'),
  CreateForeignServerStmt: about('CREATE SERVER'),
  AlterForeignServerStmt: about('ALTER SERVER'),
  CreateUserMappingStmt: about('CREATE USER MAPPING'),
  AlterUserMappingStmt: about('ALTER USER MAPPING'),
  DropUserMappingStmt: about('DROP USER MAPPING'),
  ImportForeignSchemaStmt: (r, s) => done('IMPORT FOREIGN SCHEMA', 'ddl', imports(r, s)),
  CreatedbStmt: (r, s) => {
    copiesDatabase(r, s);
    return done('CREATE DATABASE', 'ddl', []);
  },
  DropdbStmt: about('DROP DATABASE'),
  AlterDatabaseStmt: about('ALTER DATABASE'),
  AlterDatabaseRefreshCollStmt: about('ALTER DATABASE'),
  CreatePublicationStmt: (r, s) => {
    publish(r, s);
    return done('CREATE PUBLICATION', 'ddl', []);
  },
  AlterPublicationStmt: (r, s) => {
    publish(r, s);
    // What it drops is not looked at.
    return { ...done('ALTER PUBLICATION', 'ddl', []), seen: s.action === 'AP_DropObjects' };
  },
  CreateSubscriptionStmt: (r, s) => {
    subscribes(r, s);
    return done('CREATE SUBSCRIPTION', 'ddl', []);
  },
  AlterSubscriptionStmt: (r, s) => {
    altersSubscription(r, s);
    return done('ALTER SUBSCRIPTION', 'ddl', []);
  },
  DropSubscriptionStmt: about('DROP SUBSCRIPTION'),
  GrantStmt: (r, s) => done(s.is_grant ? 'GRANT' : 'REVOKE', 'privilege', granted(r, s)),
  GrantRoleStmt: (_r, s) => done(s.is_grant ? 'GRANT ROLE' : 'REVOKE ROLE', 'privilege', []),
  AlterDefaultPrivilegesStmt: about('ALTER DEFAULT PRIVILEGES', 'privilege'),
  CreateRoleStmt: about('CREATE ROLE', 'privilege'),
  AlterRoleStmt: about('ALTER ROLE', 'privilege'),
  DropRoleStmt: about('DROP ROLE', 'privilege'),
  DropOwnedStmt: (r) => {
    // Whose each object is, the catalogue does not say.
    opaque(r, 'DROP OWNED', 0);
    return done('DROP OWNED', 'privilege', []);
  },
  ReassignOwnedStmt: about('REASSIGN OWNED', 'privilege'),
  AlterRoleSetStmt: about('ALTER ROLE', 'config'),
  AlterDatabaseSetStmt: about('ALTER DATABASE', 'config'),
  AlterSystemStmt: about('ALTER SYSTEM', 'config'),
};
