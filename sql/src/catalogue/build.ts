import { SqlError } from '../errors.js';
import type {
  Catalogue,
  CatalogueData,
  EventTrigger,
  ForeignKey,
  Key,
  OwnCall,
  Policy,
  Relation,
  Routine,
  Trigger,
  Type,
} from './catalogue.js';
import type { DefinitionKind } from './definitions.js';
import { byOid, checksOf, type Details, schemaNames } from './details.js';
import { indexCatalogue } from './indexed.js';
import { ReadRelation } from './read-relation.js';
import { type BareRelation, type BareRoutine, cast, type SystemObjects } from './objects.js';
import { flag, list, num, type Row, strings, text } from './rows.js';

/** What is known of the server and the database, beside what is in it. */
export type Facts = Pick<
  CatalogueData,
  'version' | 'serverVersionNum' | 'database' | 'definitionPath'
>;

/** The objects of a database by their OIDs. */
export interface Objects {
  readonly relations: ReadonlyMap<number, BareRelation>;
  readonly types: ReadonlyMap<number, Type>;
  readonly routines: ReadonlyMap<number, BareRoutine>;
}

const none: readonly never[] = [];

/** SQL by the OIDs of views, rules, policies, and functions that have their body as a tree. */
export type Definitions = Readonly<Record<DefinitionKind, ReadonlyMap<number, string>>>;

const relations = (
  bare: Iterable<BareRelation>,
  details: Details,
  schemas: ReadonlyMap<number, string>,
  definitions: Definitions,
): readonly Relation[] => {
  const parents = byOid(details.inheritance, ([, parent, place]) => [num(place), num(parent)]);
  const keys = byOid(details.keys, (row) => list(row[1]).map(Number));
  const rules = byOid(details.rules, ([, oid, name]) => ({
    name: text(name),
    definition: definitions.rule.get(num(oid)) ?? '',
  }));
  const triggers = byOid(details.triggers, (row) => triggerOf(row, schemas));
  const calls = byOid(details.calls, ownCall);
  const comments = byOid(
    details.comments,
    ([, number, comment]) => [num(number), text(comment)] as const,
  );
  const policies = byOid(details.policies, (row) => policyOf(row, definitions.policy));
  const guards = byOid(details.guards, ([, kind, columns]) => ({
    kind: text(kind) as Key['kind'],
    columns: columns ? list(columns).map(Number) : none,
  }));
  const references = byOid(details.references, foreignKeyOf);
  const servers = byOid(details.foreign, (row) => text(row[1]));
  return Array.from(bare, (relation) => {
    const { oid, namespace, name, kind, temporary, partition, columns, rowSecurity } = relation;
    const definition = definitions.view.get(oid);
    const server = servers.get(oid)?.[0];
    const foreignKeys = references.get(oid);
    const guarded = guards.get(oid);
    const called = calls.get(oid);
    const secured = rowSecurity.enabled || rowSecurity.forced || policies.has(oid);
    return new ReadRelation(
      {
        oid,
        schema: schemas.get(namespace) ?? '',
        name,
        kind,
        temporary,
        partition,
        ...(definition ? { definition } : {}),
        parents:
          parents
            .get(oid)
            ?.toSorted(([a = 0], [b = 0]) => a - b)
            .map(([, parent = 0]) => parent) ?? none,
        primaryKey: keys.get(oid)?.[0] ?? none,
        ...(foreignKeys ? { foreignKeys } : {}),
        ...(guarded ? { keys: guarded } : {}),
        triggers: triggers.get(oid) ?? none,
        rules: rules.get(oid) ?? none,
        ...(called ? { calls: called } : {}),
        ...(secured
          ? { rowSecurity: { ...rowSecurity, policies: policies.get(oid) ?? none } }
          : {}),
        ...(server === undefined ? {} : { server }),
      },
      columns.with(comments.get(oid)),
    );
  });
};

const foreignKeyOf = ([, to, columns, toColumns, onDelete, onUpdate, set]: Row): ForeignKey => ({
  to: num(to),
  columns: list(columns).map(Number),
  toColumns: list(toColumns).map(Number),
  onDelete: text(onDelete) as ForeignKey['onDelete'],
  onUpdate: text(onUpdate) as ForeignKey['onUpdate'],
  ...(set ? { set: list(set).map(Number) } : {}),
});

const triggerEvents = [
  [4, 'insert'],
  [8, 'delete'],
  [16, 'update'],
  [32, 'truncate'],
] as const;

/** `tgtype` is a bit each for the level, the timing and the events (src/include/catalog/pg_trigger.h). */
const triggerOf = (
  [, name, schema, routine, type, columns, enabled, inherited]: Row,
  schemas: ReadonlyMap<number, string>,
): Trigger => {
  const bits = num(type);
  const numbers = text(columns).split(' ').filter(Boolean).map(Number);
  return {
    name: text(name),
    function: { schema: schemas.get(num(schema)) ?? '', name: text(routine) },
    timing: bits & 64 ? 'instead of' : bits & 2 ? 'before' : 'after',
    level: bits & 1 ? 'row' : 'statement',
    events: triggerEvents.flatMap(([bit, event]) => (bits & bit ? [event] : [])),
    ...(numbers.length > 0 ? { columns: numbers } : {}),
    enabled: text(enabled) as Trigger['enabled'],
    ...(flag(inherited) ? { inherited: true } : {}),
  };
};

const eventTriggerOf = (
  [event, schema, name, tags]: Row,
  schemas: ReadonlyMap<number, string>,
): EventTrigger => ({
  event: text(event) as EventTrigger['event'],
  function: { schema: schemas.get(num(schema)) ?? '', name: text(name) },
  ...(tags ? { tags: strings(tags) } : {}),
});

const ownCall = ([, by, column, routine]: Row): OwnCall => ({
  by: text(by) as OwnCall['by'],
  ...(num(column) === 0 ? {} : { column: num(column) }),
  function: num(routine),
});

const policyOf = (
  [, oid, name, command, permissive, roles]: Row,
  conditions: Definitions['policy'],
): Policy => {
  const [using = '', check = ''] = strings(conditions.get(num(oid)));
  return {
    name: text(name),
    command: text(command) as Policy['command'],
    permissive: flag(permissive),
    roles: strings(roles),
    ...(using ? { using } : {}),
    ...(check ? { check } : {}),
  };
};

const routines = (
  bare: Iterable<BareRoutine>,
  details: Details,
  schemas: ReadonlyMap<number, string>,
  bodies: ReadonlyMap<number, string>,
): readonly Routine[] => {
  const found = new Map<string, Routine & { overloads: Routine['overloads'][number][] }>();
  const parts = byOid(details.aggregates, (row) => list(row[1]).map(Number).filter(Boolean));
  for (const { namespace, name, overload: one } of bare) {
    const made = parts.get(one.oid)?.[0];
    const overload = {
      ...one,
      ...(one.atomic ? { body: bodies.get(one.oid) ?? '' } : {}),
      ...(made ? { parts: made } : {}),
    };
    const key = `${namespace} ${name}`;
    const routine = found.get(key);
    if (routine) routine.overloads.push(overload);
    else found.set(key, { schema: schemas.get(namespace) ?? '', name, overloads: [overload] });
  }
  return [...found.values()];
};

const types = (bare: Iterable<Type>, details: Details): readonly Type[] => {
  const checks = checksOf(details);
  const calls = byOid(details.domainCalls, ([, routine]) => num(routine));
  const labels = byOid(details.enums, (row) => strings(row[1]));
  const ranges = byOid(details.ranges, ([, subtype, multirange]) => ({
    subtype: num(subtype),
    ...(multirange ? { multirange: num(multirange) } : {}),
  }));
  return Array.from(bare, (type) => {
    const { oid, kind } = type;
    if (kind === 'e') return { ...type, labels: labels.get(oid)?.[0] ?? none };
    if (kind === 'r') return { ...type, ...ranges.get(oid)?.[0] };
    if (kind !== 'd') return type;
    const called = calls.get(oid);
    return {
      ...type,
      checks: checks.get(oid) ?? none,
      ...(called ? { calls: called } : {}),
    };
  });
};

/** @throws SqlError `bad-catalogue` */
export const buildCatalogue = (
  facts: Facts,
  system: SystemObjects,
  objects: Objects,
  details: Details,
  definitions: Definitions,
): Catalogue => {
  const schemas = schemaNames(details);
  return indexCatalogue({
    format: 2,
    ...facts,
    schemas: [...schemas.values()],
    relations: relations(objects.relations.values(), details, schemas, definitions),
    routines: routines(objects.routines.values(), details, schemas, definitions.body),
    types: types(objects.types.values(), details),
    operators: [
      ...system.operators,
      ...details.operators.map(([schema, name, left, right, result, code, extension]) => ({
        schema: schemas.get(num(schema)) ?? '',
        name: text(name),
        left: num(left),
        right: num(right),
        result: num(result),
        function: num(code),
        ...(extension ? { extension } : {}),
      })),
    ],
    casts: [...system.casts, ...details.casts.map(cast)],
    ...(details.eventTriggers.length === 0
      ? {}
      : { eventTriggers: details.eventTriggers.map((row) => eventTriggerOf(row, schemas)) }),
  });
};

/** A catalogue from its JSON form. @throws SqlError `bad-catalogue` */
export const catalogueFromData = (data: CatalogueData): Catalogue => {
  // The data may come from a file: say so at once when it is something else.
  if ((data as { format: unknown }).format !== 2 || !Array.isArray(data.relations))
    throw new SqlError('bad-catalogue', 'not a catalogue of format 2');
  return indexCatalogue(data);
};
