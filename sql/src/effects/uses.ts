import type { Catalogue, OwnCall, Relation } from '../catalogue/catalogue.js';
import { formatName } from '../names.js';
import { isSystemSchema } from '../resolve/path.js';
import { viewFacts } from './views.js';

type By<K, V> = ReadonlyMap<K, readonly V[]>;

/** What uses the objects of a catalogue, by their OIDs. */
export interface Uses {
  /** views whose definitions name a relation, call a function, name a type */
  readonly viewsOf: By<number, Relation>;
  readonly viewsCalling: By<number, Relation>;
  readonly viewsNaming: By<number, Relation>;
  /** types of a relation's rows */
  readonly rowTypes: By<number, number>;
  /** domains over a type, ranges of it */
  readonly madeOf: By<number, number>;
  /** columns of a type */
  readonly columnsOf: By<number, readonly [Relation, string]>;
  /** functions that take or give a type, and aggregates made of a function */
  readonly takenBy: By<number, number>;
  readonly partOf: By<number, number>;
  /** tables whose own expressions call a function, and whose triggers do, by its name */
  readonly calledBy: By<number, readonly [Relation, OwnCall]>;
  readonly triggering: By<string, Relation>;
}

const note = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
};

/** FirstNormalObjectId: nothing of PostgreSQL's own is dropped */
const own = 16384;

/** All views are looked into: for use where one statement needs it once. */
export const usesIn = (catalogue: Catalogue): Uses => {
  const uses = {
    viewsOf: new Map<number, Relation[]>(),
    viewsCalling: new Map<number, Relation[]>(),
    viewsNaming: new Map<number, Relation[]>(),
    rowTypes: new Map<number, number[]>(),
    madeOf: new Map<number, number[]>(),
    columnsOf: new Map<number, (readonly [Relation, string])[]>(),
    takenBy: new Map<number, number[]>(),
    partOf: new Map<number, number[]>(),
    calledBy: new Map<number, (readonly [Relation, OwnCall])[]>(),
    triggering: new Map<string, Relation[]>(),
  };
  const { relations, types, routines } = catalogue.data;
  for (const relation of relations) {
    if (isSystemSchema(relation.schema)) continue;
    for (const { name, type } of relation.columns)
      if (type >= own) note(uses.columnsOf, type, [relation, name]);
    for (const call of relation.calls ?? []) note(uses.calledBy, call.function, [relation, call]);
    for (const trigger of relation.triggers)
      note(uses.triggering, formatName(trigger.function), relation);
    const facts = viewFacts(catalogue, relation);
    for (const { oid } of facts?.direct ?? []) note(uses.viewsOf, oid, relation);
    for (const oid of facts?.called ?? []) note(uses.viewsCalling, oid, relation);
    for (const oid of facts?.types ?? []) note(uses.viewsNaming, oid, relation);
  }
  for (const { oid, kind, base, subtype = 0, relation } of types) {
    if (relation !== 0) note(uses.rowTypes, relation, oid);
    if (kind === 'd') note(uses.madeOf, base, oid);
    if (subtype !== 0) note(uses.madeOf, subtype, oid);
  }
  for (const { overloads } of routines)
    for (const { oid, result, arguments: given, out, parts } of overloads) {
      if (oid < own) continue;
      for (const type of new Set([result, ...[...given, ...out].map(({ type }) => type)]))
        note(uses.takenBy, type, oid);
      for (const part of parts ?? []) note(uses.partOf, part, oid);
    }
  return uses;
};
