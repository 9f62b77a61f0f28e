import type { Node } from '@pgsql/types';
import { as } from '../parse/nodes.js';

const isStar = (node: Node): boolean => {
  const parts = as(node, 'ColumnRef')?.fields ?? as(node, 'A_Indirection')?.indirection ?? [];
  return as(parts.at(-1), 'A_Star') !== undefined;
};

/** The fields of a row that is written out, one for each column; undefined where a `*` stands for several. */
export const writtenFields = (node: Node | undefined): readonly Node[] | undefined => {
  const fields = as(node, 'RowExpr')?.args;
  return fields?.some(isStar) ? undefined : fields;
};
