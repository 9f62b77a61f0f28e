import type { Node } from '@pgsql/types';
import type { Relation } from '../catalogue/catalogue.js';
import { SqlError } from '../errors.js';
import { text, walk } from '../parse/nodes.js';
import { parse } from '../parse/parser.js';

/** Names of the columns that an expression of a relation mentions; all of the relation when it does not parse. */
export const mentionedColumns = (relation: Relation, expression: string): readonly string[] => {
  const names = new Set<string>();
  try {
    for (const statement of parse(`SELECT ${expression}`))
      walk(statement.node, (kind, content) => {
        if (kind === 'ColumnRef' && Array.isArray(content['fields']))
          names.add(text((content['fields'] as readonly Node[]).at(-1)));
        return true;
      });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return relation.columns.map((c) => c.name);
  }
  return relation.columns.map((c) => c.name).filter((name) => names.has(name));
};
