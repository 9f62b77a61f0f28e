import type { A_Expr, Node } from '@pgsql/types';
import { as, texts } from '../parse/nodes.js';
import { lacksEquality } from '../types/equality.js';
import type { Flow } from './cells.js';
import type { Walk } from './gathered.js';
import { typeOf } from './type-of.js';

/** What the planner may take for a comparison of equals: `NOT (r <> r)` is one. */
const equals = new Set(['=', '<>']);

const isSame = (left: readonly Flow[], right: readonly Flow[]): boolean =>
  left.length > 0 &&
  left.length === right.length &&
  left.every(({ from }, i) => from === right[i]?.from);

/** A composite value, alone or as a field of a row that is written out. */
const hasRow = (w: Pick<Walk, 'r' | 'scope'>, node: Node | undefined): boolean => {
  const fields = as(node, 'RowExpr')?.args;
  if (fields) return fields.some((field) => hasRow(w, field));
  const { catalogue } = w.r;
  const type = node && typeOf(w.r, w.scope, node);
  return (
    type !== undefined &&
    (catalogue.typeByOid(type)?.relation ?? 0) !== 0 &&
    lacksEquality(catalogue, type)
  );
};

/** Notes a row that is compared with itself although the server cannot compare it. */
export const noteSameRow = (
  w: Walk,
  { kind, name, lexpr, location = 0 }: A_Expr,
  [left, right]: readonly [readonly Flow[], readonly Flow[]],
): void => {
  if (kind !== 'AEXPR_OP' && kind !== 'AEXPR_IN') return;
  if (!equals.has(texts(name).at(-1) ?? '') || !isSame(left, right) || !hasRow(w, lexpr)) return;
  w.r.sameRows.push({ location, cells: left.map(({ from }) => from) });
};
