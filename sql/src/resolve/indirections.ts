import type { A_Indirection, Node } from '@pgsql/types';
import { as, locationOf } from '../parse/nodes.js';
import { fieldOfRow } from './columns.js';
import type { Flow, FlowKind } from './cells.js';
import { below, gather, visit } from './expression.js';
import { fieldsOf, partsOf } from './fields.js';
import { computed, type Walk } from './gathered.js';
import { fail, type Resolver } from './resolver.js';
import { asAttribute } from './routines.js';
import type { Scope } from './scope.js';
import { typeOf } from './type-of.js';

/** @throws SqlError `undefined-column` when what is known of a row is that it has no such field */
const checkField = (r: Resolver, scope: Scope, arg: Node | undefined, name: string): void => {
  if (!arg) return;
  const fields = fieldsOf(r, scope, arg);
  if (!fields || fields.some((field) => field.name === name)) return;
  const type = r.catalogue.typeByOid(typeOf(r, scope, arg) ?? 0);
  throw fail(
    r,
    'undefined-column',
    type?.relation
      ? `column "${name}" not found in data type ${type.name}`
      : `could not identify column "${name}" in record data type`,
    locationOf(arg),
  );
};

/** Attribute notation on a value: (x).f may be f(x). */
const attribute = ({ r, scope }: Walk, arg: Node | undefined, name: string): void => {
  if (!asAttribute(r, name, arg && typeOf(r, scope, arg), 0)) checkField(r, scope, arg, name);
};

/** A field of a row that a derived table has as a column. */
const fieldThrough = (
  { r, scope, into }: Walk,
  arg: Node | undefined,
  field: string,
  kind: FlowKind,
): Flow[] | undefined => {
  const part = partsOf(scope, arg)?.find(({ name }) => name === field);
  if (!part || !arg) return undefined;
  if (!gather(r, scope, arg).leakproof) into.leakproof = false;
  return [{ from: part.cell, kind }];
};

/** Fields and subscripts of a value. */
export const indirection = (w: Walk, node: A_Indirection, kind: FlowKind): void => {
  const [first, ...rest] = node.indirection ?? [];
  const field = as(first, 'String')?.sval;
  const flows =
    field === undefined
      ? undefined
      : (fieldOfRow(w.scope, node.arg, field, rest.length > 0 ? computed(kind) : kind) ??
        fieldThrough(w, node.arg, field, rest.length > 0 ? computed(kind) : kind));
  if (flows) w.into.flows.push(...flows);
  else if (node.arg) visit(w, node.arg, computed(kind));
  for (const [i, part] of (node.indirection ?? []).entries()) {
    const name = as(part, 'String')?.sval;
    if (name === undefined) below(w, [part], computed(kind));
    else if (i > 0) asAttribute(w.r, name, undefined, 0);
    else if (!flows) attribute(w, node.arg, name);
  }
  if (!flows) w.into.leakproof = false;
};
