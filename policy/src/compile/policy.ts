import type { DatabaseAccessPolicy } from '@postern/crds';
import type { Mask } from '@postern/sql';
import { milliseconds } from '../durations.js';
import { patternKey } from '../names.js';
import type { Schedule } from '../schedule.js';
import { expandActions, statementAction } from './actions.js';
import type { ByAction, CompiledMask, CompiledPolicy, CompiledRule, Keys } from './data.js';

export type PolicyRule = NonNullable<DatabaseAccessPolicy['spec']['rules']>[number];

/** Strictest first; the same order as `rank` in postern.rego. */
export const maskOrder = [
  'null', 'redact', 'hash', 'uuid', 'email', 'partial', 'year', 'month', 'bucket', 'round', 'json', 'none',
] as const; // prettier-ignore

export const policyKey = ({ metadata }: DatabaseAccessPolicy): string =>
  `${metadata.namespace ?? 'default'}/${metadata.name}`;

const keysOf = (patterns: readonly string[], spell: (pattern: string) => string = patternKey) =>
  Object.fromEntries([...new Set(patterns.map(spell))].sort().map((key) => [key, true] as const));

/** One policy as data. The schedules it needs are handed to `schedule`, which numbers them. */
export const compilePolicy = (
  policy: DatabaseAccessPolicy,
  schedule: (schedule: Schedule) => number,
  more: { readonly baseline: boolean },
): CompiledPolicy => {
  const { spec, metadata } = policy;
  const { databases, subjects, residency, audit } = spec;
  const namespace = metadata.namespace ?? 'default';
  const source = [...(spec.rules ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rules = source.map((rule) => compileRule(rule, schedule));
  const index = (wanted: (rule: CompiledRule) => boolean): ByAction =>
    byAction(source, rules, wanted);
  const guard = rules.flatMap((rule, r) => (rule.guard ? [r] : []));
  return {
    key: policyKey(policy),
    namespace,
    enforce: spec.enforcement !== 'Audit',
    ...(more.baseline ? { baseline: true } : {}),
    databases: {
      labels: databases?.matchLabels ?? {},
      ...(databases?.names ? { names: [...databases.names].sort() } : {}),
    },
    subjects: {
      ...(subjects?.workloads
        ? {
            workloads: subjects.workloads.map((workload) => ({
              namespace: workload.namespace ?? namespace,
              serviceAccount: workload.serviceAccount ?? '*',
              podLabels: workload.podLabels ?? {},
            })),
          }
        : {}),
      ...(subjects?.groups ? { groups: [...subjects.groups].sort() } : {}),
      ...(subjects?.users ? { users: [...subjects.users].sort() } : {}),
      ...(subjects?.purposes ? { purposes: [...subjects.purposes].sort() } : {}),
    },
    default_action: spec.defaultAction ?? 'Deny',
    rules,
    index: {
      deny: index(({ effect }) => effect === 'Deny'),
      ask: index(({ effect }) => effect === 'RequireApproval'),
      permit: index(({ effect }) => effect !== 'Deny'),
      mask: index(({ masks }) => masks !== undefined),
      filter: index(({ filter }) => filter !== undefined),
      limit: index(({ limits }) => limits !== undefined),
      guard,
      affect: rules.flatMap(({ limits }, r) => (limits?.maxAffectedRows === undefined ? [] : [r])),
    },
    guards: guard.length > 0 || residency !== undefined,
    ...(residency
      ? {
          residency: {
            tags: keysOf(residency.tags, String),
            regions: keysOf(
              residency.allowedRegions.filter((r) => r === '*' || !r.endsWith('*')),
              String,
            ),
            prefixes: residency.allowedRegions
              .filter((r) => r !== '*' && r.endsWith('*'))
              .map((r) => r.slice(0, -1))
              .sort(),
            flow: residency.flow ?? 'Deny',
          },
        }
      : {}),
    audit: { mode: audit?.mode ?? 'relaxed', whenFull: audit?.whenFull ?? 'Refuse' },
    ...(spec.rego === undefined ? {} : { rego: { time: mayReadClock(spec.rego) } }),
  };
};

/** Whether Rego can depend on input.time: it says so, or hands the whole input on. */
const mayReadClock = (rego: string): boolean =>
  /\btime\b/.test(rego) || /\binput\b(?!\s*\.\s*[a-z])/.test(rego);

const byAction = (
  source: readonly PolicyRule[],
  rules: readonly CompiledRule[],
  wanted: (rule: CompiledRule) => boolean,
): ByAction => {
  const index = new Map<string, number[]>();
  rules.forEach((rule, r) => {
    if (!wanted(rule)) return;
    for (const action of expandActions(source[r]?.actions ?? [])) {
      const known = index.get(action);
      if (known) known.push(r);
      else index.set(action, [r]);
    }
  });
  return Object.fromEntries([...index].sort(([a], [b]) => (a < b ? -1 : 1)));
};

const pick = <T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> =>
  Object.fromEntries(
    names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]] as const])),
  ) as Pick<T, K>;

export const compileRule = (
  rule: PolicyRule,
  schedule: (schedule: Schedule) => number,
): CompiledRule => {
  const when = {
    ...(rule.schedule ? { schedule: schedule(compileSchedule(rule.schedule)) } : {}),
    ...(rule.commands ? { commands: keysOf(rule.commands, (c) => c.toUpperCase()) } : {}),
    ...(rule.unfiltered ? { unfiltered: true as const } : {}),
  };
  const masks = rule.masks?.map(compileMask);
  const guard = guardOf(rule);
  const { limits, approval } = rule;
  return {
    name: rule.name,
    effect: rule.effect,
    on: objectsOf(rule),
    ...(Object.keys(when).length > 0 ? { when } : {}),
    ...(rule.message === undefined ? {} : { message: rule.message }),
    ...(masks ? { masks } : {}),
    ...(rule.rowFilter === undefined ? {} : { filter: rule.rowFilter }),
    ...(limits
      ? {
          limits: {
            ...pick(limits, ['maxRows', 'maxBytes', 'maxExportRows', 'maxAffectedRows']),
            ...(limits.statementTimeout === undefined
              ? {}
              : { statementTimeoutMs: milliseconds(limits.statementTimeout) }),
          },
        }
      : {}),
    ...(rule.effect === 'RequireApproval'
      ? {
          approval: {
            approvers: {
              groups: approval?.approvers?.groups ?? [],
              users: approval?.approvers?.users ?? [],
            },
            expiresAfterMs: milliseconds(approval?.expiresAfter ?? '1h'),
            waitMs: milliseconds(approval?.wait ?? '5m'),
            grant: approval?.grant ?? 'once',
          },
        }
      : {}),
    ...(guard ? { guard } : {}),
  };
};

const minutes = (clock: string): number => {
  const [hours = 0, rest = 0] = clock.split(':').map(Number);
  return hours * 60 + rest;
};

export const compileSchedule = (schedule: NonNullable<PolicyRule['schedule']>): Schedule => {
  const [start = '', end = ''] = (schedule.inside ?? schedule.outside ?? '').split('-');
  return {
    timezone: schedule.timezone,
    start: minutes(start),
    end: minutes(end),
    ...(schedule.days ? { days: schedule.days } : {}),
    outside: schedule.inside === undefined,
  };
};

const objectsOf = (rule: PolicyRule): CompiledRule['on'] => {
  const tables: Keys = rule.tables ? keysOf(rule.tables) : true;
  // A rule that names functions alone does not speak of what is done to nothing that has a name, such as DO.
  const named = rule.functions && !rule.tables ? keysOf(rule.functions) : tables;
  const anything = named === true || named['*.*'] === true;
  const actions = expandActions(rule.actions);
  return {
    relation: tables,
    function: rule.functions ? keysOf(rule.functions) : tables,
    ...(rule.functions?.some((name) => patternKey(name).startsWith('pg_catalog.'))
      ? { builtin: keysOf(rule.functions) }
      : {}),
    ...(anything ? { none: true } : {}),
    // A rule about commands alone also speaks of statements that touch nothing, such as LISTEN.
    ...(tables === true && rule.commands && actions.has(statementAction)
      ? { statement: true }
      : {}),
  };
};

const compileMask = (mask: NonNullable<PolicyRule['masks']>[number]): CompiledMask => {
  const [kind] = Object.keys(mask.mask);
  return {
    ...(mask.tags ? { tags: keysOf(mask.tags, String) } : {}),
    ...(mask.columns ? { columns: keysOf(mask.columns) } : {}),
    mask: maskOf(mask.mask),
    ...(mask.predicates === 'allow' ? { open: true as const } : {}),
    rank: maskOrder.findIndex((known) => known === kind),
  };
};

/** The schema lets exactly one kind through; objects that met no API server lack its defaults. */
export const maskOf = (mask: NonNullable<PolicyRule['masks']>[number]['mask']): Mask =>
  mask.partial
    ? { partial: { first: mask.partial.first ?? 0, last: mask.partial.last ?? 0 } }
    : (mask as Mask);

const guardOf = (rule: PolicyRule): CompiledRule['guard'] => {
  if (rule.rowFilter !== undefined || (rule.effect === 'Deny' && rule.tables)) return 'always';
  const masks = (rule.masks ?? []).filter(({ mask }) => mask.none === undefined);
  if (masks.length === 0) return undefined;
  return masks.some(({ columns }) => columns) ? 'always' : 'tagged';
};
