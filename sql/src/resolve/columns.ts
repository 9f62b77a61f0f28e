import type { ColumnRef, Node } from '@pgsql/types';
import { as, text } from '../parse/nodes.js';
import type { Cell, Flow, FlowKind } from './cells.js';
import { rowType } from './column-types.js';
import { asAttribute } from './routines.js';
import { fail, opaque, type Resolver } from './resolver.js';
import type { Item, Named, Scope } from './scope.js';

interface Written {
  readonly names: readonly string[];
  readonly star: boolean;
  readonly location: number;
}

const written = (ref: ColumnRef): Written => {
  const fields = ref.fields ?? [];
  const star = fields.some((f) => as(f, 'A_Star') !== undefined);
  return {
    names: fields.filter((f) => !as(f, 'A_Star')).map(text),
    star,
    location: ref.location ?? 0,
  };
};

/** Notes a reference for the GROUP BY of the level it belongs to. */
const seen = (scope: Scope, flows: readonly Flow[]): void => {
  const { block } = scope;
  if (block.groupClause.length === 0 || block.aggregates > 0) return;
  if (block.clause === 'target' || block.clause === 'having' || block.clause === 'order')
    for (const flow of flows) block.ungrouped.add(flow.from);
  if (block.clause === 'group') for (const flow of flows) block.grouped.add(flow.from);
};

const flowsOf = (columns: readonly Named[], kind: FlowKind): Flow[] =>
  columns.map((c) => ({ from: c.cell, kind }));

/** The row as one value: all columns, and the rewriter must know. */
const wholeRow = (scope: Scope, item: Item, location: number, kind: FlowKind): Flow[] => {
  item.use?.wholeRows.push(location);
  const flows = flowsOf(item.columns(), kind === 'identity' ? 'transformation' : kind);
  seen(scope, flows);
  return flows;
};

const found = (scope: Scope, flows: Flow[]): Flow[] => {
  seen(scope, flows);
  return flows;
};

/** A column that is named: the rewriter may have to write something else in its place. */
const named = (
  scope: Scope,
  cell: Cell,
  kind: FlowKind,
  place: { readonly location: number; readonly parts: number },
): Flow[] => {
  cell.base?.use.references.push({ ...place, name: cell.base.name });
  return found(scope, [{ from: cell, kind }]);
};

/** Finds the item by its alias, nearest level first. */
const findItem = (
  scope: Scope,
  test: (item: Item) => boolean,
): { readonly item: Item; readonly at: Scope } | undefined => {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const item = at.items.find((i) => i.aliasVisible && test(i));
    if (item) return { item, at };
  }
  return undefined;
};

const bySchema =
  (r: Resolver, schema: string, name: string) =>
  (item: Item): boolean =>
    item.alias === name &&
    item.schema !== undefined &&
    item.schema === (schema === 'pg_temp' ? (r.path.temporary ?? schema) : schema);

/** The item that the qualifying names of a reference mean. */
const qualifier = (r: Resolver, scope: Scope, names: readonly string[], location: number) => {
  const name = names.at(-1) ?? '';
  const schema = names.at(-2);
  if (names.length === 3 && names[0] !== r.catalogue.database)
    throw fail(
      r,
      'cross-database',
      `cross-database references are not implemented: ${names.join('.')}`,
      location,
    );
  const hit = findItem(
    scope,
    schema === undefined ? (i) => i.alias === name : bySchema(r, schema, name),
  );
  if (hit) {
    notBarred(r, hit.item, location);
    if (schema !== undefined) hit.item.use?.qualified.push({ location, parts: names.length });
    return hit;
  }
  for (let at: Scope | undefined = scope; at; at = at.parent)
    for (const { alias, use } of at.items) {
      const underAlias = use?.aliased === true && use.relation.name === name;
      if (!underAlias && alias !== name) continue;
      const hint = underAlias && `Perhaps you meant to reference the table alias "${use.alias}".`;
      throw fail(r, 'undefined-table', invalid(name), location, hint || undefined);
    }
  throw fail(r, 'undefined-table', `missing FROM-clause entry for table "${name}"`, location);
};

const invalid = (name: string): string =>
  `invalid reference to FROM-clause entry for table "${name}"`;

const notBarred = (r: Resolver, item: Item, location: number): void => {
  if (item.barred)
    throw fail(
      r,
      'invalid-reference',
      invalid(item.alias ?? ''),
      location,
      item.barred === 'target'
        ? `There is an entry for table "${item.alias ?? ''}", but it cannot be referenced from this part of the query.`
        : 'The combining JOIN type must be INNER or LEFT for a LATERAL reference.',
    );
};

const unqualified = (
  r: Resolver,
  scope: Scope,
  name: string,
  location: number,
  kind: FlowKind,
): Flow[] => {
  let unknown: { readonly item: Item; readonly at: Scope } | undefined;
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const hits = at.items.flatMap((item) =>
      item.columnsVisible ? item.named(name).map((cell) => ({ item, cell })) : [],
    );
    const [hit, second] = hits;
    // Each is looked at before the next one is looked for.
    if (hit && hit.item !== second?.item) notBarred(r, hit.item, location);
    if (second)
      throw fail(r, 'ambiguous-column', `column reference "${name}" is ambiguous`, location);
    if (hit) return named(at, hit.cell, kind, { location, parts: 1 });
    const open = at.items.find((item) => item.columnsVisible && item.unknown);
    if (open && !unknown) unknown = { item: open, at };
  }
  const row = findItem(scope, (item) => item.alias === name);
  if (row) return wholeRow(row.at, row.item, location, kind);
  if (unknown?.item.unknown) {
    opaque(r, `column ${name}`, location);
    return [{ from: unknown.item.unknown, kind: 'transformation' }];
  }
  throw fail(r, 'undefined-column', `column "${name}" does not exist`, location);
};

/** What a column reference in an expression reads. */
export const columnReference = (
  r: Resolver,
  scope: Scope,
  ref: ColumnRef,
  kind: FlowKind,
): Flow[] => {
  const { names, star, location } = written(ref);
  if (star) {
    if (names.length === 0)
      throw fail(r, 'syntax', 'row expansion via "*" is not supported here', location);
    const { item, at } = qualifier(r, scope, names, location);
    return wholeRow(at, item, location, kind);
  }
  const name = names.at(-1) ?? '';
  if (names.length === 1) return unqualified(r, scope, name, location, kind);
  const { item, at } = qualifier(r, scope, names.slice(0, -1), location);
  const [cell, second] = item.named(name);
  if (second)
    throw fail(r, 'ambiguous-column', `column reference "${name}" is ambiguous`, location);
  if (cell) return named(at, cell, kind, { location, parts: names.length });
  // Attribute notation: c.f may be f(c).
  if (asAttribute(r, name, rowType(r, item), location))
    return wholeRow(at, item, location, 'transformation');
  if (item.unknown) {
    opaque(r, `column ${name}`, location);
    return [{ from: item.unknown, kind: 'transformation' }];
  }
  throw fail(r, 'undefined-column', `column ${names.slice(-2).join('.')} does not exist`, location);
};

const starOf = (r: Resolver, at: Scope, item: Item, location: number): readonly Named[] => {
  if (item.unknown) opaque(r, `* of ${item.alias ?? 'a function'}`, location);
  const columns = item.columns();
  seen(at, flowsOf(columns, 'identity'));
  return columns;
};

/** The columns that `*`, `t.*` or `(t).*` of a select list stands for; undefined when the node is none of these. */
export const starColumns = (
  r: Resolver,
  scope: Scope,
  node: Node,
): readonly Named[] | undefined => {
  const ref = as(node, 'ColumnRef');
  if (ref) {
    const { names, star, location } = written(ref);
    if (!star) return undefined;
    const stands = (items: readonly Item[], at: Scope): readonly Named[] => {
      const entries = items.map((item) => ({ item, columns: starOf(r, at, item, location) }));
      const columns = entries.flatMap((entry) => entry.columns);
      r.stars.push({ scope, columns, entries, location, parts: names.length });
      return columns;
    };
    if (names.length > 0) {
      const { item, at } = qualifier(r, scope, names, location);
      return stands([item], at);
    }
    const items = scope.items.filter((item) => item.columnsVisible);
    if (items.length === 0)
      throw fail(r, 'syntax', 'SELECT * with no tables specified is not valid', location);
    return stands(items, scope);
  }
  const indirection = as(node, 'A_Indirection');
  const last = indirection?.indirection?.at(-1);
  if (!indirection || indirection.indirection?.length !== 1 || !last || !as(last, 'A_Star'))
    return undefined;
  const inner = as(indirection.arg, 'ColumnRef');
  const name = inner ? written(inner) : undefined;
  const row =
    name?.names.length === 1 ? findItem(scope, (i) => i.alias === name.names[0]) : undefined;
  if (!row || unqualifiedColumn(scope, name?.names[0] ?? '')) return undefined;
  row.item.use?.wholeRows.push(name?.location ?? 0);
  return starOf(r, row.at, row.item, name?.location ?? 0);
};

const unqualifiedColumn = (scope: Scope, name: string): boolean => {
  for (let at: Scope | undefined = scope; at; at = at.parent)
    if (at.items.some((item) => item.columnsVisible && item.named(name).length > 0)) return true;
  return false;
};

/** The columns of the row that a name means; undefined when it is none. */
export const rowNamed = (scope: Scope, node: Node): readonly Named[] | undefined => {
  const ref = as(node, 'ColumnRef');
  const { names, star } = ref ? written(ref) : { names: [], star: false };
  const [name, ...more] = names;
  if (name === undefined || star || more.length > 0 || unqualifiedColumn(scope, name))
    return undefined;
  const row = findItem(scope, (item) => item.alias === name)?.item;
  return row?.unknown ? undefined : row?.columns();
};

/** `(c).email`: a field of a row that is in scope, when it is that. */
export const fieldOfRow = (
  scope: Scope,
  arg: Node | undefined,
  field: string,
  kind: FlowKind,
): Flow[] | undefined => {
  const ref = as(arg, 'ColumnRef');
  const [name, ...more] = ref ? written(ref).names : [];
  if (!ref || name === undefined || more.length > 0 || unqualifiedColumn(scope, name))
    return undefined;
  const row = findItem(scope, (item) => item.alias === name);
  const [cell] = row?.item.named(field) ?? [];
  if (!row || !cell) return undefined;
  row.item.use?.wholeRows.push(ref.location ?? 0);
  return found(row.at, [{ from: cell, kind }]);
};
