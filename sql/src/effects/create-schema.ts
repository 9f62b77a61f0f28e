import type { Node, RangeVar } from '@pgsql/types';
import { SqlError } from '../errors.js';
import { as, kindOf, type NodeOf } from '../parse/nodes.js';
import { opaque, type Resolver } from '../resolve/resolver.js';
import type { Outcome } from './outcome.js';

/** Where a statement names what it makes, or makes something on. */
const places = ['relation', 'view', 'sequence'] as const;

/** What is made without a schema is made in the new one (`setSchemaName`, src/backend/parser/parse_utilcmd.c). */
const inSchema = (node: Node, schema: string): Node => {
  const kind = kindOf(node);
  if (kind === undefined || kind === 'GrantStmt') return node;
  const content =
    (node as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[kind] ?? {};
  const place = places.find((one) => content[one] !== undefined);
  const named = place && (content[place] as RangeVar);
  if (!named || named.schemaname !== undefined) return node;
  return { [kind]: { ...content, [place]: { ...named, schemaname: schema } } } as unknown as Node;
};

/** CREATE SCHEMA with what is made in it. @param run resolves one of these */
export const createSchema = (
  r: Resolver,
  stmt: NodeOf<'CreateSchemaStmt'>,
  run: (node: Node) => Outcome,
): Outcome => {
  const schema = stmt.schemaname ?? stmt.authrole?.rolename ?? '';
  const parts = (stmt.schemaElts ?? []).map((node): Outcome => {
    try {
      return run(inSchema(node, schema));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      // It may name what stands before it.
      const view = as(node, 'ViewStmt')?.view?.relname;
      opaque(r, view === undefined ? 'CREATE SCHEMA' : `view ${schema}.${view}`, 0);
      return { command: '', deeds: [] };
    }
  });
  const deeds = parts.flatMap((part) => part.deeds ?? []);
  return {
    command: 'CREATE SCHEMA',
    deeds: [{ action: 'ddl' }, ...deeds],
    session: [{ kind: 'catalogue', temporary: false }],
    readOnly: false,
    seen: true,
  };
};
