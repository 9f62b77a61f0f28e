import type { Catalogue, ForeignKey, Relation } from '../catalogue/catalogue.js';
import { withHeirs } from '../catalogue/heirs.js';
import { type Deed, runsBeside } from '../resolve/beside.js';
import { baseCell, type Cell, derived, mark, markCell } from '../resolve/cells.js';
import { newUse } from '../resolve/relation.js';
import type { Resolver } from '../resolve/resolver.js';
import type { Write } from '../resolve/writes.js';
import type { Outcome } from './outcome.js';
import { under, type Under } from './updatable-view.js';

// What foreign keys do to other tables when the rows they refer to go or change (src/backend/utils/adt/ri_triggers.c).

/** Columns that change, by name, and what their values come from. */
type Changed = ReadonlyMap<string, Cell>;

/** Something that happens to the rows of a table. */
type Happening = {
  readonly relation: Relation;
  /** names of columns that get their default */
  readonly defaults?: ReadonlySet<string>;
  /** and not to those of its heirs */
  readonly only?: boolean;
} & (
  { readonly kind: 'insert' | 'delete' } | { readonly kind: 'update'; readonly changed: Changed }
);

const nothing = (): Cell => derived([]);

/** Through a view to what is under it; an INSTEAD OF trigger or rule may do so as well. */
const through = (catalogue: Catalogue, happening: Happening): Happening | undefined => {
  if (happening.relation.kind !== 'v') return undefined;
  const found = under(catalogue, happening.relation);
  if (!found) return undefined;
  const { relation, columns, only } = found;
  const defaults = defaultsUnder(found, happening);
  if (happening.kind !== 'update') return { kind: happening.kind, relation, only, defaults };
  const changed = new Map<string, Cell>();
  for (const [name, cell] of happening.changed) {
    const column = columns.get(name);
    if (column !== undefined) changed.set(column, cell);
  }
  return { kind: 'update', relation, changed, only, defaults };
};

/** A column that the view does not have gets its default in each new row. */
const defaultsUnder = ({ relation, columns }: Under, happening: Happening): ReadonlySet<string> => {
  const mapped = (names: Iterable<string>): string[] =>
    [...names].flatMap((name) => columns.get(name) ?? []);
  const own = happening.kind === 'insert' ? relation.columns.map(({ name }) => name) : [];
  const shown = new Set(columns.values());
  return new Set([...own.filter((name) => !shown.has(name)), ...mapped(happening.defaults ?? [])]);
};

const nameOf = (relation: Relation, number: number | undefined): string | undefined =>
  relation.columns.find((column) => column.number === number)?.name;

const named = (relation: Relation, numbers: readonly number[]): Changed =>
  new Map(
    numbers.flatMap((number) => {
      const name = nameOf(relation, number);
      return name === undefined ? [] : [[name, nothing()] as const];
    }),
  );

/** What a key does on an update of these columns of the table that it refers to. */
const onUpdate = (
  relation: Relation,
  key: ForeignKey,
  to: Relation,
  changed: Changed,
): Changed | undefined => {
  const found = key.columns.flatMap((number, i) => {
    const name = nameOf(relation, number);
    const cell = changed.get(nameOf(to, key.toColumns[i]) ?? '');
    return name === undefined || cell === undefined ? [] : [[name, cell] as const];
  });
  if (found.length === 0) return undefined;
  if (key.onUpdate === 'n' || key.onUpdate === 'd') return named(relation, key.columns);
  return key.onUpdate === 'c' ? new Map(found) : undefined;
};

/** A key acts on the rows of one table, or of its partitions. */
const updated = (
  relation: Relation,
  changed: Changed,
  action: ForeignKey['onUpdate'],
): Happening => ({
  ...{ kind: 'update', relation, changed, only: true },
  ...(action === 'd' ? { defaults: new Set(changed.keys()) } : {}),
});

const consequences = (catalogue: Catalogue, happening: Happening): readonly Happening[] =>
  withHeirs(catalogue, happening.relation).flatMap((to) =>
    catalogue.referring(to.oid).flatMap(({ relation, key }): readonly Happening[] => {
      if (happening.kind === 'update') {
        const changed = onUpdate(relation, key, to, happening.changed);
        return changed ? [updated(relation, changed, key.onUpdate)] : [];
      }
      if (happening.kind === 'insert') return [];
      if (key.onDelete === 'c') return [{ kind: 'delete', relation, only: true }];
      if (key.onDelete !== 'n' && key.onDelete !== 'd') return [];
      return [updated(relation, named(relation, key.set ?? key.columns), key.onDelete)];
    }),
  );

const written = (r: Resolver, { use, action, defaults }: Write): Happening | undefined => {
  const { relation } = use;
  const more = defaults ? { defaults } : {};
  if (action === 'insert' || action === 'delete') return { kind: action, relation, ...more };
  // What MERGE does is noted one by one.
  if (action !== 'update') return undefined;
  const changed = new Map<string, Cell>();
  for (const one of r.assignments)
    if (one.relation === relation && one.action === 'update') changed.set(one.column, one.cell);
  return { kind: 'update', relation, changed, ...more };
};

const keyOf = (happening: Happening): string =>
  `${happening.kind} ${happening.relation.oid} ${happening.kind === 'update' ? [...happening.changed.keys()].join('\0') : ''}`;

const note = (r: Resolver, happening: Happening, location: number): void => {
  const { kind, relation } = happening;
  if (kind === 'insert') return;
  const use = newUse(relation, {}, 'target');
  if (kind === 'update')
    for (const [column, from] of happening.changed) {
      markCell(baseCell(use, column), mark.write);
      const cell = derived([{ from, kind: 'identity' }]);
      r.assignments.push({ relation, column, action: 'update', cell });
    }
  r.writes.push({ use, action: kind, filtered: true, location, byKey: true });
};

const deedOf = (happening: Happening, location: number): Deed => {
  const { relation, kind, defaults, only } = happening;
  return {
    ...{ relation, event: kind, location },
    ...(kind === 'update' ? { columns: new Set(happening.changed.keys()) } : {}),
    ...(defaults ? { defaults } : {}),
    ...(only === undefined ? {} : { only }),
  };
};

const follow = (r: Resolver): void => {
  const done = new Set<string>();
  const isNew = (happening: Happening): boolean => {
    const key = keyOf(happening);
    return !done.has(key) && done.add(key).has(key);
  };
  for (const write of [...r.writes]) {
    const first = write.byKey ? undefined : written(r, write);
    const open = first ? [first] : [];
    for (const one of open) {
      const below = through(r.catalogue, one);
      const others = consequences(r.catalogue, one).filter(isNew);
      for (const next of others) note(r, next, write.location);
      // Triggers and rules of what the statement itself names are noted already.
      for (const next of [...(below && isNew(below) ? [below] : []), ...others]) {
        runsBeside(r, deedOf(next, write.location));
        open.push(next);
      }
    }
  }
};

/**
 * Adds to a statement's writes what foreign keys do because of them: tables whose rows go or change too, and so on from
 * these; and notes the triggers and rules of all of them, and of what is under a view that is written through. For use
 * when the statement is resolved.
 */
export const followForeignKeys = (r: Resolver, { planned }: Outcome): void => {
  if (r.writes.length > 0 && planned !== true) follow(r);
};

/** What TRUNCATE ... CASCADE empties with these tables. */
export const truncatedWith = (
  catalogue: Catalogue,
  relations: readonly Relation[],
): readonly Relation[] => {
  const found = new Set(relations);
  for (const one of found)
    for (const each of withHeirs(catalogue, one))
      for (const { relation } of catalogue.referring(each.oid)) found.add(relation);
  return [...found].filter((one) => !relations.includes(one));
};
