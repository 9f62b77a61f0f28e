import type { CompiledPolicy } from '../compile/data.js';
import type { Reason, ReasonCode } from '../decision.js';
import type { AccessFacts, StatementFacts } from '../input.js';
import { builtinCalls } from './facts.js';
import { approvalHint, denialHint } from './hints.js';
import type { Raw, RawDenial } from './raw.js';

/** Reasons in this order; the first is what a client is told. */
const order: readonly ReasonCode[] = [
  'rule',
  'residency',
  'rego',
  'row-filter-through-view',
  'side-door',
  'not-understood',
  'no-rule',
];

export interface Told {
  readonly policies: readonly CompiledPolicy[];
  readonly statement: StatementFacts;
}

export const denialReasons = (denials: Raw['denials'], told: Told): readonly Reason[] =>
  sorted(denials.map((denial) => withHint(denialReason(denial, told), denial, told)));

export const approvalReasons = (approvals: Raw['approvals'], told: Told): readonly Reason[] =>
  sorted(
    approvals.map(({ p, r, access, message }): Reason => {
      const policy = told.policies[p];
      const rule = r === undefined ? undefined : policy?.rules[r];
      const from = { policy: policy?.key ?? nobody };
      const hint = approvalHint(from);
      if (message !== undefined)
        return { ...from, code: 'rego', rule: 'rego', message: text(message), hint };
      return {
        ...from,
        code: rule ? 'rule' : 'no-rule',
        rule: rule?.name ?? 'default',
        message: rule?.message ?? `policy wants an approval for ${what(told, access)}`,
        hint,
      };
    }),
  );

/** In whose name a refusal goes when no policy selects the session. */
const nobody = 'postern/none';

const withHint = (reason: Reason, { p, r, access }: RawDenial, told: Told): Reason => {
  const rule = p === undefined || r === undefined ? undefined : told.policies[p]?.rules[r];
  const unfiltered = reason.code === 'rule' && rule?.when?.unfiltered === true;
  const action = access === undefined ? undefined : accessOf(told.statement, access)?.action;
  return { ...reason, hint: denialHint(reason, action, unfiltered) };
};

const denialReason = (denial: RawDenial, told: Told): Reason => {
  const policy = denial.p === undefined ? undefined : told.policies[denial.p];
  const rule = denial.r === undefined ? undefined : policy?.rules[denial.r];
  const from = { policy: policy?.key ?? nobody, rule: rule?.name ?? 'default' };
  switch (denial.code) {
    case 'rule':
      return {
        ...from,
        code: 'rule',
        message:
          rule?.message ??
          `policy denies ${what(told, denial.access, rule?.when?.unfiltered === true)}`,
      };
    case 'no-rule':
      return {
        ...from,
        code: 'no-rule',
        message: `policy denies ${what(told, denial.access)}: no rule allows it`,
      };
    case 'residency':
      return {
        ...from,
        rule: 'residency',
        code: 'residency',
        message: `policy denies ${denial.relation ?? ''}.${denial.column ?? ''} outside of the regions its data may be read in`,
      };
    case 'row-filter-through-view':
      return {
        ...from,
        code: 'row-filter-through-view',
        message: `policy filters the rows of a relation that ${denial.relation ?? ''} reads, which cannot be done through it`,
      };
    case 'not-understood':
      return unknownReason(from, denial.construct ?? '');
    case 'rego':
      return { ...from, rule: 'rego', code: 'rego', message: text(denial.message) };
  }
};

const unknownReason = (from: Pick<Reason, 'policy' | 'rule'>, construct: string): Reason =>
  construct.startsWith('side door')
    ? {
        ...from,
        code: 'side-door',
        message: `policy denies what could show protected data: ${construct}`,
      }
    : {
        ...from,
        code: 'not-understood',
        message: `policy denies what it cannot see through near protected data: ${construct}`,
      };

/** A message of a policy's own Rego: anything may come. */
const text = (message: unknown): string =>
  typeof message === 'string' ? message : JSON.stringify(message);

const byCommand = new Set(['ddl', 'privilege', 'config']);

type Done = Pick<AccessFacts, 'action' | 'object'>;

/** The access with this number in the facts, where calls of PostgreSQL's own functions come last. */
const accessOf = (statement: StatementFacts, access: number): Done | undefined => {
  const object = builtinCalls(statement)[access - Math.max(1, statement.accesses.length)];
  return (
    statement.accesses[access] ?? (object === undefined ? object : { action: 'execute', object })
  );
};

/** `DROP TABLE on public.orders` */
const what = ({ statement }: Told, access: number | undefined, unfiltered = false): string => {
  const found = access === undefined ? undefined : accessOf(statement, access);
  if (!found) return statement.command;
  const verb = byCommand.has(found.action)
    ? statement.command
    : found.action.toUpperCase().replace('-', ' ');
  return `${verb}${unfiltered ? ' without a filter' : ''}${found.object === undefined ? '' : ` on ${found.object}`}`;
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Each reason once, the most telling first. */
const sorted = (reasons: readonly Reason[]): readonly Reason[] => {
  const unique = new Map(
    reasons.map((reason) => [JSON.stringify(Object.values(reason).sort()), reason]),
  );
  return [...unique.values()].sort(
    (a, b) =>
      order.indexOf(a.code) - order.indexOf(b.code) ||
      compare(a.policy, b.policy) ||
      compare(a.rule, b.rule) ||
      compare(a.message, b.message),
  );
};
