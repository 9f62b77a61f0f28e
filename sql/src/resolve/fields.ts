import type { Node } from '@pgsql/types';
import { as, texts } from '../parse/nodes.js';
import { baseType } from '../types/parts.js';
import type { Known } from '../types/polymorphic.js';
import type { Cell, Field } from './cells.js';
import { cellOfName } from './column-types.js';
import type { Resolver } from './resolver.js';
import type { Scope } from './scope.js';
import { outFields, typeOf } from './type-of.js';
import { writtenFields } from './written-fields.js';

/** The fields of a row, where they are known: of a composite type, of ROW(...), of a function with several OUT arguments. */
export const fieldsOf = (r: Resolver, scope: Scope, node: Node): readonly Field[] | undefined => {
  if (as(node, 'RowExpr'))
    return writtenFields(node)?.map((arg, i) => ({
      ...{ name: `f${i + 1}`, type: typeOf(r, scope, arg) },
    }));
  const names = as(node, 'ColumnRef')?.fields;
  const cell = names && cellOfName(scope, texts(names));
  const known = cell && fieldsOfCell(cell);
  if (known) return known;
  const call = as(node, 'FuncCall');
  return (call && outFields(r, call)) ?? ofType(r, typeOf(r, scope, node));
};

/** The columns of a row that came through derived tables: where its fields come from. */
export const partsOf = (scope: Scope, node: Node | undefined): Cell['columns'] => {
  const names = as(node, 'ColumnRef')?.fields;
  let cell = names && cellOfName(scope, texts(names));
  for (let depth = 0; cell && depth < 64; depth += 1) {
    if (cell.columns) return cell.columns;
    const [only, ...others]: Cell['flows'] = cell.flows;
    cell = only?.kind === 'identity' && others.length === 0 ? only.from : undefined;
  }
  return undefined;
};

/** Through derived tables. */
const fieldsOfCell = (cell: Cell, depth = 0): readonly Field[] | undefined => {
  const own = cell.fields?.();
  if (own) return own;
  const [only, ...others] = cell.flows;
  return only?.kind === 'identity' && others.length === 0 && depth < 64
    ? fieldsOfCell(only.from, depth + 1)
    : undefined;
};

const ofType = ({ catalogue }: Resolver, type: Known): readonly Field[] | undefined => {
  if (type === undefined) return undefined;
  const relation = catalogue.typeByOid(baseType(catalogue, type))?.relation ?? 0;
  return catalogue.relationByOid(relation)?.columns;
};
