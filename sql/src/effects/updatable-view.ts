import type { Node } from '@pgsql/types';
import type { Catalogue, Relation } from '../catalogue/catalogue.js';
import { SqlError } from '../errors.js';
import { as } from '../parse/nodes.js';
import { parse } from '../parse/parser.js';
import { viewFacts } from './views.js';

/** The table, or view, under a view that rows are written through. */
export interface Under {
  readonly relation: Relation;
  /** its columns by the view's */
  readonly columns: ReadonlyMap<string, string>;
  readonly only: boolean;
}

/** What a view that rows are written through selects from. */
export const under = (catalogue: Catalogue, view: Relation): Under | undefined => {
  const [from, ...more] = as(statementOf(view), 'SelectStmt')?.fromClause ?? [];
  const named = as(from, 'RangeVar');
  if (named?.relname === undefined || more.length > 0) return undefined;
  const { schemaname, relname } = named;
  const schemas = schemaname === undefined ? catalogue.definitionPath : [schemaname];
  const relation = schemas.map((schema) => catalogue.relation(schema, relname)).find(Boolean);
  if (!relation) return undefined;
  const columns = new Map<string, string>();
  for (const [name, sources] of viewFacts(catalogue, view)?.columns ?? [])
    for (const source of sources)
      if (source.relation.oid === relation.oid) columns.set(name, source.column);
  return { relation, columns, only: named.inh !== true };
};

const statementOf = ({ definition }: Relation): Node | undefined => {
  try {
    return definition === undefined ? undefined : parse(definition)[0]?.node.stmt;
  } catch (error) {
    // Noted where the view is used.
    if (error instanceof SqlError) return undefined;
    throw error;
  }
};
