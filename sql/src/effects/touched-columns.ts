import type {
  AlterTableCmd,
  AlterTableStmt,
  ColumnDef,
  Constraint,
  Node,
  TableLikeClause,
} from '@pgsql/types';
import type { ForeignKey, Relation } from '../catalogue/catalogue.js';
import { as, texts, type NodeKind, type NodeOf } from '../parse/nodes.js';
import { type Cell, derived, mark, markCell, type RelationUse } from '../resolve/cells.js';
import { findType } from '../resolve/path.js';
import type { Resolver } from '../resolve/resolver.js';
import { resolveActions } from './rule-bodies.js';
import {
  another,
  concerns,
  evaluates,
  keyedBy,
  looksAt,
  madeOf,
  refersTo,
  rowsOf,
  sharedWithHeirs,
  subject,
} from './subjects.js';

// Which columns a utility statement names, and which it looks at: what it computes of rows that are there, checks them
// by, or keeps to do so with those that come.

type Touches = { readonly [K in NodeKind]?: (r: Resolver, content: NodeOf<K>) => void };

/** Values of a column come from others of its row. */
const comesFrom = (r: Resolver, use: RelationUse, column: string, expression: Node): void => {
  const cell: Cell = derived([...madeOf(r, use, expression)]);
  markCell(cell, mark.output);
  r.assignments.push({ relation: use.relation, column, action: 'create', cell });
};

const constrained = (r: Resolver, use: RelationUse | undefined, one: Constraint): void => {
  if (one.contype === 'CONSTR_CHECK') evaluates(r, use, one.raw_expr);
  if (one.contype === 'CONSTR_FOREIGN') refersTo(r, one.pktable, one.pk_attrs);
  looksAt(use, texts(one.keys), mark.group);
  looksAt(use, texts(one.including), mark.group);
  looksAt(use, texts(one.fk_attrs), mark.join);
  for (const pair of one.exclusions ?? []) keyedBy(r, use, as(pair, 'List')?.items?.slice(0, 1));
  evaluates(r, use, one.where_clause);
};

const constraintsOf = ({ constraints }: ColumnDef): readonly Constraint[] =>
  (constraints ?? []).flatMap((node) => as(node, 'Constraint') ?? []);

const added = (r: Resolver, use: RelationUse, column: ColumnDef): void => {
  const name = column.colname ?? '';
  concerns(use, [name]);
  for (const one of constraintsOf(column))
    if (one.contype === 'CONSTR_GENERATED' && one.raw_expr) comesFrom(r, use, name, one.raw_expr);
    else constrained(r, use, one);
};

/** A type changes: what is there is cast, or computed. */
const retyped = (r: Resolver, use: RelationUse, name: string, column: ColumnDef): void => {
  concerns(use, [name]);
  if (column.raw_default) comesFrom(r, use, name, column.raw_default);
  else looksAt(use, [name]);
  rebuildsKeys(r, use, name);
};

const namesOf = ({ columns }: Relation, numbers: readonly number[]): readonly string[] =>
  columns.flatMap(({ name, number }) => (numbers.includes(number) ? [name] : []));

/** Foreign keys that a column is part of, or that refer to it, are made and checked anew. */
const rebuildsKeys = (r: Resolver, use: RelationUse, column: string): void => {
  const { relation } = use;
  const rebuilds = (from: Relation, key: ForeignKey, to: Relation | undefined): void => {
    for (const [one, numbers] of [
      [from, key.columns],
      [to, key.toColumns],
    ] as const)
      if (one) looksAt(another(r, one), namesOf(one, numbers), mark.join);
  };
  for (const key of relation.foreignKeys ?? [])
    if (namesOf(relation, key.columns).includes(column))
      rebuilds(relation, key, r.catalogue.relationByOid(key.to));
  for (const { relation: from, key } of r.catalogue.referring(relation.oid))
    if (namesOf(relation, key.toColumns).includes(column)) rebuilds(from, key, relation);
};

/** Commands of ALTER TABLE whose name is a column's. */
const ofColumn: ReadonlySet<string> = new Set([
  'AT_ColumnDefault',
  'AT_DropNotNull',
  'AT_SetNotNull',
  'AT_DropExpression',
  'AT_SetStatistics',
  'AT_SetOptions',
  'AT_ResetOptions',
  'AT_SetStorage',
  'AT_SetCompression',
  'AT_DropColumn',
  'AT_AlterColumnGenericOptions',
  'AT_AddIdentity',
  'AT_SetIdentity',
  'AT_DropIdentity',
]);

const command = (r: Resolver, use: RelationUse, cmd: AlterTableCmd): void => {
  const { subtype = '', name = '', def } = cmd;
  const column = as(def, 'ColumnDef');
  const constraint = as(def, 'Constraint');
  if (ofColumn.has(subtype)) concerns(use, [name]);
  if (subtype === 'AT_SetNotNull') looksAt(use, [name]);
  if (subtype === 'AT_AddColumn' && column) added(r, use, column);
  if (subtype === 'AT_AlterColumnType' && column) retyped(r, use, name, column);
  if (subtype === 'AT_AddConstraint' && constraint) constrained(r, use, constraint);
  if (subtype === 'AT_SetExpression' && def) {
    concerns(use, [name]);
    comesFrom(r, use, name, def);
  }
};

const altered = (r: Resolver, { relation, cmds }: AlterTableStmt): void => {
  const use = subject(r, relation);
  for (const node of cmds ?? []) {
    const cmd = as(node, 'AlterTableCmd');
    if (cmd && use) command(r, use, cmd);
  }
  if (use) sharedWithHeirs(r, use);
};

/** TableLikeOption, src/include/nodes/parsenodes.h */
const withIndexes = 1 << 6;

/** Indexes are copied with the constants that are in them. */
const copied = (r: Resolver, { relation, options = 0 }: TableLikeClause): void => {
  const use = (options & withIndexes) === 0 ? undefined : subject(r, relation);
  for (const { kind, columns } of use?.relation.keys ?? [])
    if (use && kind === 'constants') looksAt(use, namesOf(use.relation, columns), mark.order);
};

/** Only what it refers to is there already. */
const created = (r: Resolver, { tableElts }: NodeOf<'CreateStmt'>): void => {
  for (const node of tableElts ?? []) {
    const column = as(node, 'ColumnDef');
    const constraint = as(node, 'Constraint');
    const like = as(node, 'TableLikeClause');
    if (like) copied(r, like);
    for (const one of [
      ...(column ? constraintsOf(column) : []),
      ...(constraint ? [constraint] : []),
    ])
      constrained(r, undefined, one);
  }
};

/** `COMMENT ON COLUMN`, `SECURITY LABEL ON COLUMN` */
const described = (
  r: Resolver,
  { objtype, object }: NodeOf<'CommentStmt'> | NodeOf<'SecLabelStmt'>,
): void => {
  if (objtype !== 'OBJECT_COLUMN') return;
  const [name, relname, schemaname] = texts(as(object, 'List')?.items).reverse();
  if (name === undefined || relname === undefined) return;
  concerns(subject(r, { relname, ...(schemaname === undefined ? {} : { schemaname }) }), [name]);
};

const granted = (r: Resolver, { objects, privileges, objtype }: NodeOf<'GrantStmt'>): void => {
  if (objtype !== 'OBJECT_TABLE') return;
  const columns = (privileges ?? []).flatMap((node) => texts(as(node, 'AccessPriv')?.cols));
  if (columns.length === 0) return;
  for (const node of objects ?? []) concerns(subject(r, as(node, 'RangeVar')), columns);
};

const guarded = (
  r: Resolver,
  stmt: NodeOf<'CreatePolicyStmt'> | NodeOf<'AlterPolicyStmt'>,
): void => {
  const use = subject(r, stmt.table);
  evaluates(r, use, stmt.qual);
  evaluates(r, use, stmt.with_check);
};

/** SET NOT NULL, ADD and VALIDATE CONSTRAINT (`AlterDomainStmt.subtype`, src/include/nodes/parsenodes.h) */
const checking: ReadonlySet<string | undefined> = new Set(['O', 'C', 'V']);

/** A domain's constraint is checked against all columns of it. */
const domainChecked = (r: Resolver, { typeName, subtype }: NodeOf<'AlterDomainStmt'>): void => {
  if (!checking.has(subtype)) return;
  const parts = texts(typeName);
  const domain = findType(r.catalogue, r.path, parts.at(-2), parts.at(-1) ?? '');
  if (!domain) return;
  for (const relation of r.catalogue.data.relations) {
    const names = relation.columns.flatMap(({ type, name }) => (type === domain.oid ? [name] : []));
    if (names.length === 0) continue;
    looksAt(another(r, relation), names);
  }
};

const touches: Touches = {
  AlterTableStmt: altered,
  CreateStmt: created,
  CreateForeignTableStmt: (r, { base }) => {
    if (base) created(r, base);
  },
  IndexStmt: (r, s) => {
    const use = subject(r, s.relation);
    keyedBy(r, use, s.indexParams);
    keyedBy(r, use, s.indexIncludingParams);
    evaluates(r, use, s.whereClause);
    if (use?.relation.kind === 'p') sharedWithHeirs(r, use);
  },
  CreateStatsStmt: (r, s) => {
    const use = subject(r, as(s.relations?.[0], 'RangeVar'));
    keyedBy(r, use, s.exprs);
  },
  CreateTrigStmt: (r, s) => {
    const use = subject(r, s.relation);
    if (!use) return;
    looksAt(use, texts(s.columns));
    evaluates(r, use, s.whenClause, mark.filter, rowsOf(use, 'old', 'new'));
  },
  RuleStmt: (r, s) => {
    const use = subject(r, s.relation);
    if (use) resolveActions(r, s, rowsOf(use, 'old', 'new'));
  },
  CreatePolicyStmt: guarded,
  AlterPolicyStmt: guarded,
  AlterDomainStmt: domainChecked,
  GrantStmt: granted,
  CommentStmt: described,
  SecLabelStmt: described,
  RenameStmt: (r, s) => {
    if (s.renameType === 'OBJECT_COLUMN')
      concerns(subject(r, s.relation), [s.subname ?? '', s.newname ?? '']);
  },
  VacuumStmt: (r, s) => {
    for (const node of s.rels ?? []) {
      const { relation, va_cols } = as(node, 'VacuumRelation') ?? {};
      if (va_cols) concerns(subject(r, relation), texts(va_cols));
    }
  },
};

/** Notes the columns that a utility statement names or looks at (`Resolver.subjects`). */
export const touchColumns = (r: Resolver, kind: NodeKind, content: unknown): void => {
  (touches[kind] as ((r: Resolver, content: unknown) => void) | undefined)?.(r, content);
};
