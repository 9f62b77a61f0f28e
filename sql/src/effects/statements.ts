import type { CopyStmt, ExplainStmt, Node, RangeVar } from '@pgsql/types';
import type { SessionEffect } from '../analysis.js';
import type { ObjectName } from '../names.js';
import { as, kindOf, texts, type NodeKind, type NodeOf } from '../parse/nodes.js';
import { baseCell, mark, markCell } from '../resolve/cells.js';
import { runsBeside } from '../resolve/beside.js';
import { argumentTypes } from '../resolve/calls.js';
import { condition, gather } from '../resolve/expression.js';
import { findRelation, publicName } from '../resolve/path.js';
import { markOutput, query } from '../resolve/query.js';
import { relationItem, useRelation } from '../resolve/relation.js';
import { fail, opaque, type Resolver, unknownNode } from '../resolve/resolver.js';
import { judgeRoutine } from '../resolve/routines.js';
import { newScope, type Named } from '../resolve/scope.js';
import { noteWrite } from '../resolve/writes.js';
import { createSchema } from './create-schema.js';
import { ddlStatements } from './ddl.js';
import { truncatedWith } from './foreign-keys.js';
import { lockTable } from './lock.js';
import { mentionedCalls } from './mentioned-calls.js';
import { createdName, functionName, relationName, type Outcome } from './outcome.js';
import { discard, setVariable, transaction } from './session-statements.js';
import { touchColumns } from './touched-columns.js';

/** Node kinds the grammar can put at the top of a statement. */
export type StatementKind = Exclude<
  Extract<NodeKind, `${string}Stmt`>,
  // Made by the server after parsing, or by PL/pgSQL: never at the top.
  'RawStmt' | 'SetOperationStmt' | 'ReturnStmt' | 'PLAssignStmt' | 'ReplicaIdentityStmt'
>;

export type Handlers<K extends NodeKind> = {
  readonly [P in K]: (r: Resolver, content: NodeOf<P>, node: Node) => Outcome;
};

/** The statements that read or write rows, change the session or run code; all others are in `ddl.ts`. */
type RowKind =
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

const anything: readonly SessionEffect[] = [
  { kind: 'settings', names: ['*'] },
  { kind: 'catalogue', temporary: false },
];

const rows = (r: Resolver, node: Node): readonly Named[] => {
  const columns = query(r, r.outer, node, 'top');
  markOutput(columns);
  return columns;
};

const isOn = (value: Node | undefined): boolean => {
  if (!value) return true;
  const said = as(value, 'String')?.sval ?? String(as(value, 'Integer')?.ival ?? 0);
  return !/^(off|false|no|0)$/i.test(said);
};

const hasOption = (options: readonly Node[] | undefined, name: string): boolean =>
  (options ?? []).some((node) => {
    const option = as(node, 'DefElem');
    return option?.defname === name && isOn(option.arg);
  });

const explain = (r: Resolver, stmt: ExplainStmt): Outcome => {
  const runs = hasOption(stmt.options, 'analyze');
  r.planned = !runs;
  const inner = stmt.query ? statement(r, stmt.query) : { command: 'EXPLAIN' };
  return {
    command: 'EXPLAIN',
    ...(inner.deeds && runs ? { deeds: inner.deeds } : {}),
    ...(runs
      ? { readOnly: inner.readOnly ?? true, session: inner.session ?? [] }
      : { planned: true }),
  };
};

/** COPY looks for its table without a position in the text, and for its schema first. */
const mustExist = (r: Resolver, { catalogname, schemaname, relname = '' }: RangeVar): void => {
  if (catalogname !== undefined) return;
  if (findRelation(r.catalogue, r.path, schemaname, relname)) return;
  if (schemaname !== undefined && !r.catalogue.hasSchema(schemaname))
    throw fail(r, 'undefined-schema', `schema "${schemaname}" does not exist`, undefined);
  const name = schemaname === undefined ? relname : `${schemaname}.${relname}`;
  throw fail(r, 'undefined-table', `relation "${name}" does not exist`, undefined);
};

const copy = (r: Resolver, stmt: CopyStmt): Outcome => {
  const outside = stmt.is_program === true || stmt.filename !== undefined;
  if (stmt.is_program) opaque(r, 'COPY PROGRAM', stmt.relation?.location);
  else if (stmt.filename !== undefined) opaque(r, 'COPY server file', stmt.relation?.location);
  if (stmt.query)
    return { command: 'COPY', output: rows(r, stmt.query), copiedOut: true, readOnly: !outside };
  if (!stmt.relation) throw fail(r, 'parser', 'COPY without a relation', undefined);
  mustExist(r, stmt.relation);
  const use = useRelation(r, stmt.relation, stmt.is_from ? 'target' : 'read');
  const item = relationItem(r, use);
  const names = stmt.attlist
    ? texts(stmt.attlist)
    : use.relation.columns.filter((c) => c.generated === undefined).map((c) => c.name);
  const cells = names.map((name) => {
    if (!use.relation.columns.some((c) => c.name === name))
      throw fail(
        r,
        'undefined-column',
        `column "${name}" of relation "${use.relation.name}" does not exist`,
        undefined,
      );
    return { name, cell: baseCell(use, name) };
  });
  if (!stmt.is_from) {
    markOutput(cells);
    return { command: 'COPY', output: cells, copiedOut: true, readOnly: !outside };
  }
  for (const { cell } of cells) markCell(cell, mark.write);
  if (stmt.whereClause)
    condition(r, { ...newScope(undefined), items: [item] }, stmt.whereClause, mark.filter);
  const location = stmt.relation.location ?? 0;
  noteWrite(r, use, 'insert', true, location);
  const given = new Set(names);
  const defaults = use.relation.columns.flatMap(({ name }) => (given.has(name) ? [] : [name]));
  runsBeside(r, {
    ...{ relation: use.relation, event: 'insert', location, withoutRules: true },
    defaults: new Set(defaults),
  });
  return {
    command: 'COPY',
    deeds: [{ action: 'copy-in', object: relationName(r, stmt.relation) }],
    readOnly: false,
  };
};

const prepared = (kind: 'execute', name: string | undefined): SessionEffect => ({
  kind,
  name: name ?? '',
});

const rowStatements: Handlers<RowKind> = {
  SelectStmt: (r, stmt, node) => {
    const output = rows(r, node);
    const into = intoOf(stmt);
    if (!into) return { command: 'SELECT', output };
    filled(r, into, [], output);
    return { ...created(r, 'SELECT INTO', into), output };
  },
  InsertStmt: (r, _stmt, node) => ({ command: 'INSERT', output: rows(r, node), readOnly: false }),
  UpdateStmt: (r, _stmt, node) => ({ command: 'UPDATE', output: rows(r, node), readOnly: false }),
  DeleteStmt: (r, _stmt, node) => ({ command: 'DELETE', output: rows(r, node), readOnly: false }),
  MergeStmt: (r, _stmt, node) => ({ command: 'MERGE', output: rows(r, node), readOnly: false }),
  CopyStmt: copy,
  ExplainStmt: explain,
  PrepareStmt: (r, stmt) => {
    const inner = stmt.query ? statement(r, stmt.query) : { command: 'PREPARE' };
    gather(r, newScope(undefined), stmt.argtypes);
    return {
      ...inner,
      command: 'PREPARE',
      session: [...(inner.session ?? []), { kind: 'prepare', name: stmt.name ?? '' }],
    };
  },
  ExecuteStmt: (r, stmt) => {
    gather(r, newScope(undefined), stmt.params);
    return { command: 'EXECUTE', session: [prepared('execute', stmt.name)] };
  },
  DeallocateStmt: (_r, stmt) =>
    stmt.name === undefined || stmt.isall
      ? { command: 'DEALLOCATE ALL', session: [{ kind: 'deallocate' }] }
      : { command: 'DEALLOCATE', session: [{ kind: 'deallocate', name: stmt.name }] },
  DeclareCursorStmt: (r, stmt) => ({
    command: 'DECLARE CURSOR',
    ...(stmt.query ? { output: rows(r, stmt.query) } : {}),
    session: [{ kind: 'declare', name: stmt.portalname ?? '' }],
  }),
  FetchStmt: (_r, stmt) => ({
    command: stmt.ismove ? 'MOVE' : 'FETCH',
    session: [{ kind: 'fetch', name: stmt.portalname ?? '' }],
  }),
  ClosePortalStmt: (_r, stmt) => ({
    command: stmt.portalname === undefined ? 'CLOSE CURSOR ALL' : 'CLOSE CURSOR',
  }),
  CreateTableAsStmt: (r, stmt) => {
    const command =
      stmt.objtype === 'OBJECT_MATVIEW'
        ? 'CREATE MATERIALIZED VIEW'
        : stmt.is_select_into
          ? 'SELECT INTO'
          : 'CREATE TABLE AS';
    const executed = as(stmt.query, 'ExecuteStmt');
    const made = created(r, command, stmt.into?.rel);
    if (executed) {
      gather(r, newScope(undefined), executed.params);
      return { ...made, session: [...(made.session ?? []), prepared('execute', executed.name)] };
    }
    const output = stmt.query ? rows(r, stmt.query) : [];
    filled(r, stmt.into?.rel, texts(stmt.into?.colNames), output);
    return { ...made, output };
  },
  ViewStmt: (r, stmt) => {
    const output = stmt.query ? rows(r, stmt.query) : [];
    filled(r, stmt.view, texts(stmt.aliases), output);
    return { ...created(r, 'CREATE VIEW', stmt.view), output };
  },
  TransactionStmt: (_r, stmt) => transaction(stmt.kind),
  VariableSetStmt: (_r, stmt) => setVariable(stmt),
  VariableShowStmt: () => ({ command: 'SHOW' }),
  DiscardStmt: (_r, stmt) => discard(stmt.target),
  DoStmt: (r) => {
    opaque(r, 'DO', 0);
    return { command: 'DO', deeds: [{ action: 'execute' }], session: anything, readOnly: false };
  },
  CallStmt: (r, stmt) => {
    const call = stmt.funccall;
    const names = texts(call?.funcname);
    gather(r, newScope(undefined), call?.args);
    judgeRoutine(r, names, -1, call?.location ?? 0, 'procedure', () =>
      call === undefined ? '' : argumentTypes(call),
    );
    return {
      command: 'CALL',
      deeds: [{ action: 'execute', object: functionName(r, names) }],
      session: anything,
      readOnly: false,
    };
  },
  ListenStmt: () => ({ command: 'LISTEN' }),
  UnlistenStmt: () => ({ command: 'UNLISTEN' }),
  NotifyStmt: () => ({ command: 'NOTIFY', readOnly: false }),
  LockStmt: lockTable,
  CreateSchemaStmt: (r, stmt) => createSchema(r, stmt, (node) => statement(r, node)),
  TruncateStmt: (r, stmt) => ({
    command: 'TRUNCATE TABLE',
    deeds: truncated(r, stmt).map((object) => ({ action: 'truncate' as const, object })),
    readOnly: false,
  }),
  ConstraintsSetStmt: () => ({ command: 'SET CONSTRAINTS' }),
  CheckPointStmt: () => ({ command: 'CHECKPOINT', deeds: [{ action: 'config' }], readOnly: false }),
  LoadStmt: (r) => {
    opaque(r, 'LOAD', 0);
    return { command: 'LOAD', deeds: [{ action: 'config' }], session: anything, readOnly: false };
  },
};

const truncated = (
  r: Resolver,
  { relations, behavior }: NodeOf<'TruncateStmt'>,
): readonly ObjectName[] => {
  const nodes = (relations ?? []).flatMap((node) => as(node, 'RangeVar') ?? []);
  const found = nodes.flatMap((node) => {
    const relation = findRelation(r.catalogue, r.path, node.schemaname, node.relname ?? '');
    return relation ? [{ relation, location: node.location ?? 0, only: node.inh !== true }] : [];
  });
  const others =
    behavior === 'DROP_CASCADE'
      ? truncatedWith(
          r.catalogue,
          found.map(({ relation }) => relation),
        )
      : [];
  const also = others.map((relation) => ({ relation, location: found[0]?.location ?? 0 }));
  for (const one of [...found, ...also]) runsBeside(r, { ...one, event: 'truncate' });
  const names = nodes.map((node) => relationName(r, node));
  return [...names, ...others.map((relation) => publicName(r.path, relation))];
};

/** SELECT INTO: the target stands in the first SELECT of a set operation. */
const intoOf = (stmt: NodeOf<'SelectStmt'>): RangeVar | undefined => {
  for (let at: NodeOf<'SelectStmt'> | undefined = stmt; at; at = at.larg)
    if (at.intoClause) return at.intoClause.rel;
  return undefined;
};

const created = (r: Resolver, command: string, relation: RangeVar | undefined): Outcome => ({
  command,
  deeds: [{ action: 'ddl', object: createdName(r, relation) }],
  session: [{ kind: 'catalogue', temporary: relation?.relpersistence === 't' }],
  readOnly: false,
});

/** A relation is made of what a query gives. @param names in place of the first columns' own */
const filled = (
  r: Resolver,
  node: RangeVar | undefined,
  names: readonly string[],
  output: readonly Named[],
): void => {
  const relation = createdName(r, node);
  for (const [i, { name, cell }] of output.entries())
    r.assignments.push({ relation, column: names[i] ?? name, action: 'create', cell });
};

const handlers: Handlers<StatementKind> = { ...rowStatements, ...ddlStatements };

/** What a statement of any kind does. @throws SqlError `unknown-node` for a kind that is not in the table */
export const statement = (r: Resolver, node: Node): Outcome => {
  const kind = kindOf(node);
  const handler =
    kind === undefined ? undefined : (handlers as Partial<Record<NodeKind, unknown>>)[kind];
  if (kind === undefined || typeof handler !== 'function') throw unknownNode(r, kind);
  const content = (node as Readonly<Record<string, unknown>>)[kind];
  if (Object.hasOwn(ddlStatements, kind)) {
    mentionedCalls(r, node);
    touchColumns(r, kind, content);
  }
  const run = handler as (r: Resolver, content: unknown, node: Node) => Outcome;
  return run(r, content, node);
};

export const statementKinds = Object.keys(handlers);
