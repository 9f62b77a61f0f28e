import type { OwnCall, Relation, Trigger, TriggerEvent } from '../catalogue/catalogue.js';
import { withHeirs } from '../catalogue/heirs.js';
import { formatName } from '../names.js';
import { opaque, type Resolver, type RuleEvent } from './resolver.js';
import { judgeDomain } from './types.js';
import { runsUnasked } from './unasked.js';

// What runs beside a write without standing in the statement: triggers, rules, and the functions of a table's own
// expressions.

/** One kind of thing that happens to the rows of a relation. */
export interface Deed {
  readonly relation: Relation;
  readonly event: TriggerEvent;
  /** byte offset of the relation in the statement */
  readonly location: number;
  /** names of the columns that get a value; undefined: all */
  readonly columns?: ReadonlySet<string>;
  /** names of the columns that get their default; undefined: none */
  readonly defaults?: ReadonlySet<string>;
  /** `ONLY`: not to the rows of its heirs */
  readonly only?: boolean;
  /** COPY applies no rules, MERGE refuses relations that have some */
  readonly withoutRules?: boolean;
}

const named = (relation: Relation, number: number | undefined): string | undefined =>
  relation.columns.find((column) => column.number === number)?.name;

/** `UPDATE OF` looks at what the statement sets, and at what is generated of it. */
const firesFor = (
  trigger: Trigger,
  { relation, event, columns }: Pick<Deed, 'relation' | 'event' | 'columns'>,
): boolean => {
  if (trigger.enabled === 'D' || !trigger.events.includes(event)) return false;
  if (event !== 'update' || trigger.columns === undefined || columns === undefined) return true;
  return relation.columns.some(
    ({ name, number, generated }) =>
      trigger.columns?.includes(number) && (generated !== undefined || columns.has(name)),
  );
};

const calledFor = (call: OwnCall, { relation, event, defaults }: Deed): boolean => {
  if (event === 'delete' || event === 'truncate') return false;
  return call.by !== 'default' || defaults?.has(named(relation, call.column) ?? '') === true;
};

const notedTrigger = (
  r: Resolver,
  relation: Relation,
  trigger: Trigger,
  location: number,
): void => {
  const construct = `trigger function ${formatName(trigger.function)} on ${formatName(relation)}`;
  opaque(r, construct, location);
};

/** Rows of a partitioned table that change may move to another partition. */
const eventsBelow = (relation: Relation, event: TriggerEvent): readonly TriggerEvent[] =>
  relation.kind === 'p' && event === 'update' ? ['update', 'delete', 'insert'] : [event];

const below = ({ catalogue }: Resolver, { relation, event, only }: Deed): readonly Relation[] => {
  // Rows of a partitioned table are in its partitions; those that come into any other table stay out of its heirs.
  if (relation.kind !== 'p' && (only || event === 'insert')) return [];
  return withHeirs(catalogue, relation).slice(1);
};

const calls = (r: Resolver, relation: Relation, call: OwnCall, location: number): void => {
  const article = call.by === 'index' ? 'an' : 'a';
  const where = `${article} ${call.by} of ${formatName(relation)}`;
  runsUnasked(r, { function: call.function, where }, location);
};

/** Of heirs only what is for each row counts, but for TRUNCATE, which names them all. */
const besideHeir = (r: Resolver, heir: Relation, deed: Deed): void => {
  const { event, columns, location } = deed;
  for (const each of eventsBelow(deed.relation, event))
    for (const trigger of heir.triggers)
      if (
        !trigger.inherited &&
        (event === 'truncate' || trigger.level === 'row') &&
        firesFor(trigger, { relation: heir, event: each, ...(columns ? { columns } : {}) })
      )
        notedTrigger(r, heir, trigger, location);
  for (const call of heir.calls ?? [])
    if (call.by !== 'default' && calledFor(call, deed)) calls(r, heir, call, location);
};

/** A row that is written to a partition itself must belong there. */
const partitionKeys = (r: Resolver, { relation, event, location }: Deed): void => {
  if (event === 'delete' || event === 'truncate') return;
  for (let one = relation; one.partition;) {
    const above = r.catalogue.relationByOid(one.parents[0] ?? 0);
    if (!above) return;
    for (const call of above.calls ?? [])
      if (call.by === 'partition key') calls(r, above, call, location);
    one = above;
  }
};

/** The domains whose values are written: NULL is checked too. */
const judgeDomains = (r: Resolver, { relation, event, columns, location }: Deed): void => {
  if (event !== 'insert' && event !== 'update') return;
  for (const { name, type } of relation.columns)
    if (event === 'insert' || columns?.has(name) !== false) judgeDomain(r, type, location);
};

const ruleEvents: Readonly<Partial<Record<TriggerEvent, RuleEvent>>> = {
  insert: 'CMD_INSERT',
  update: 'CMD_UPDATE',
  delete: 'CMD_DELETE',
};

const rules = (r: Resolver, { relation, event, location }: Deed): void => {
  const ruled = ruleEvents[event];
  if (ruled === undefined) return;
  for (const rule of relation.rules)
    if (!r.lookInto.ofRule(r, relation, rule, ruled, location))
      opaque(r, `rule ${rule.name} on ${formatName(relation)}`, location);
};

/**
 * Notes what runs because rows of a relation are written: triggers for the event, rules, users' functions in defaults,
 * generated columns, constraints, indexes and domains; those of its heirs too.
 */
export const runsBeside = (r: Resolver, deed: Deed): void => {
  const { relation, location } = deed;
  // Defaults stand in the plan, and so do rules.
  const planned = r.planned ? 'default' : undefined;
  for (const call of relation.calls ?? [])
    if (calledFor(call, deed) && (planned ?? call.by) === call.by)
      calls(r, relation, call, location);
  if (!deed.withoutRules) rules(r, deed);
  if (r.planned) return;
  for (const trigger of relation.triggers)
    if (firesFor(trigger, deed)) notedTrigger(r, relation, trigger, location);
  judgeDomains(r, deed);
  partitionKeys(r, deed);
  for (const heir of below(r, deed)) besideHeir(r, heir, deed);
};
