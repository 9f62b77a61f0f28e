import type { A_Expr } from '@pgsql/types';
import { texts } from '../parse/nodes.js';
import { lookedInto } from './calls.js';
import { derived, type FlowKind } from './cells.js';
import { below } from './expression.js';
import { computed, type Walk } from './gathered.js';
import { leakproofComparison } from './leakproof.js';
import type { Operands } from './operators.js';
import { judgeOperator } from './routines.js';
import { noteSameRow } from './same-row.js';
import { operandsOf } from './type-of.js';

/** Operators that BETWEEN and its kin apply. */
const between = [['>='], ['<=']] as const;

/** An operator, or what the grammar makes of some. */
export const operation = (w: Walk, expression: A_Expr, kind: FlowKind): void => {
  const { r, into } = w;
  const { lexpr, rexpr, location = 0 } = expression;
  const from = into.flows.length;
  below(w, lexpr, computed(kind));
  const middle = into.flows.length;
  below(w, rexpr, computed(kind));
  const names = (expression.kind ?? '').includes('BETWEEN') ? between : [texts(expression.name)];
  const operands = (): Operands => operandsOf(r, w.scope, expression);
  const bodies = names.flatMap((name) => judgeOperator(r, name, location, operands));
  const sides = [into.flows.slice(from, middle), into.flows.slice(middle)] as const;
  noteSameRow(w, expression, sides);
  if (bodies.length > 0) {
    const given = (lexpr ? sides : sides.slice(1)).map((flows) => ({
      name: undefined,
      cell: derived(flows),
    }));
    const results = lookedInto(w, bodies, given, location);
    for (const { cell } of results.flatMap((columns) => columns ?? []))
      into.flows.push({ from: cell, kind: computed(kind) });
    into.leakproof = false;
  } else if (!leakproofComparison(r, expression, into.flows.slice(from))) into.leakproof = false;
};
