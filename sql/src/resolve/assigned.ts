import type { Node, ResTarget } from '@pgsql/types';
import { as } from '../parse/nodes.js';
import { oid } from '../types/oids.js';
import { baseType, subscripted } from '../types/parts.js';
import type { Known } from '../types/polymorphic.js';
import type { RelationUse } from './cells.js';
import { expectSubscripts } from './parameters.js';
import { formatType } from './mismatch.js';
import { fail, type Resolver } from './resolver.js';
import { writtenFields } from './written-fields.js';

/** The value of `a = x`, or of one column of `(a, b) = (x, y)`. */
export const assignedValue = (node: Node | undefined): Node | undefined => {
  const { source, colno = 1 } = as(node, 'MultiAssignRef') ?? {};
  return source ? writtenFields(source)?.[colno - 1] : node;
};

/** The type of the column, of the elements of an array or the field of a row in it, that a value is assigned to. */
export const targetType = (
  r: Resolver,
  use: RelationUse,
  { name, indirection, location }: ResTarget,
): Known => {
  let at = name ?? '';
  const { catalogue } = r;
  let type = use.relation.columns.find((column) => column.name === name)?.type;
  if (as(indirection?.[0], 'A_Indices')) expectSubscripts(r, indirection, type);
  for (const [i, part] of (indirection ?? []).entries()) {
    if (type === undefined) return undefined;
    const base = baseType(catalogue, type);
    const field = as(part, 'String')?.sval;
    if (field !== undefined) {
      const row = catalogue.relationByOid(catalogue.typeByOid(base)?.relation ?? 0);
      type = row?.columns.find((column) => column.name === field)?.type;
      if (row && type === undefined)
        throw fail(
          r,
          'undefined-column',
          `cannot assign to field "${field}" of column "${at}" because there is no such column in data type ${formatType(r, base)}`,
          location,
        );
      at = field;
    } else if (as(part, 'A_Indices')?.is_slice) return base;
    // Subscripts in a row are one.
    else if (i === 0 || !as(indirection?.[i - 1], 'A_Indices'))
      type = base === oid.jsonb ? base : subscripted(catalogue, base) || undefined;
  }
  return type;
};
