import type { CompiledPolicy } from '../compile/data.js';
import type { Approval, Decision, Limits, Reason } from '../decision.js';
import type { StatementFacts } from '../input.js';
import type { Raw } from './raw.js';
import { approvalReasons, denialReasons } from './reasons.js';

type By = (p: number, r: number) => { readonly policy: string; readonly rule: string };

/**
 * What the rules answered, in the words of a decision.
 *
 * @param would what the policies in Audit mode answered
 * @param some  whether any policy decided at all
 */
export const answer = (
  policies: readonly CompiledPolicy[],
  statement: StatementFacts,
  raw: Raw,
  would: Raw | undefined,
  some: boolean,
): Omit<Decision, 'cache'> => {
  const told = { policies, statement };
  const by: By = (p, r) => ({
    policy: policies[p]?.key ?? '',
    rule: policies[p]?.rules[r]?.name ?? 'rego',
  });
  const denials = denialReasons(raw.denials, told);
  const approvals = denials.length > 0 ? [] : approvalReasons(raw.approvals, told);
  const [asked] = approvals;
  const denied = denials.length > 0;
  return {
    version: 1,
    effect: denied ? 'deny' : asked ? 'require-approval' : 'allow',
    reasons: denied ? denials : approvals,
    wouldHave: would
      ? [...denialReasons(would.denials, told), ...approvalReasons(would.approvals, told)]
      : [],
    masks: denied ? [] : masksOf(raw, by),
    ...(denied || raw.exempt.length === 0 ? {} : { exempt: exemptOf(raw) }),
    rowFilters: denied ? [] : filtersOf(raw, policies, by),
    limits: limitsOf(raw, by),
    ...(asked ? { approval: approvalOf(asked, policies) } : {}),
    audit: {
      mode: raw.audit.strict ? 'strict' : 'relaxed',
      whenFull: raw.audit.refuse || !some ? 'Refuse' : 'Gap',
    },
  };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const masksOf = (raw: Raw, by: By): Decision['masks'] =>
  raw.masks
    .map(({ relation, column, mask, open, p, r }) => ({
      ...{ relation, column, mask },
      ...(open ? { predicates: 'allow' as const } : {}),
      ...by(p, r),
    }))
    .sort((a, b) => compare(a.relation, b.relation) || compare(a.column, b.column));

const exemptOf = (raw: Raw): NonNullable<Decision['exempt']> =>
  raw.exempt
    .map(({ relation, column }) => ({ relation, column }))
    .sort((a, b) => compare(a.relation, b.relation) || compare(a.column, b.column));

/** All of them, the same condition on the same relation once. */
const filtersOf = (
  raw: Raw,
  policies: readonly CompiledPolicy[],
  by: By,
): Decision['rowFilters'] => {
  const unique = new Map<string, Decision['rowFilters'][number]>();
  for (const { relation, p, r } of raw.filters) {
    const sql = policies[p]?.rules[r]?.filter;
    if (sql === undefined) continue;
    const key = JSON.stringify([relation, sql]);
    if (!unique.has(key)) unique.set(key, { relation, sql, ...by(p, r) });
  }
  return [...unique.values()].sort(
    (a, b) => compare(a.relation, b.relation) || compare(a.sql, b.sql),
  );
};

const limitNames = [
  ...(['maxRows', 'maxBytes', 'maxExportRows', 'maxAffectedRows'] as const),
  'statementTimeoutMs',
] as const;

const limitsOf = (raw: Raw, by: By): Limits => {
  const found = limitNames.flatMap((name) => {
    const limit = raw.limits[name];
    return limit ? [{ name, value: limit[0], from: by(limit[1], limit[2]) }] : [];
  });
  if (found.length === 0) return {};
  return {
    ...Object.fromEntries(found.map(({ name, value }) => [name, value])),
    from: Object.fromEntries(found.map(({ name, from }) => [name, from])),
  };
};

const approvalOf = ({ policy, rule }: Reason, policies: readonly CompiledPolicy[]): Approval => ({
  policy,
  rule,
  ...(policies.find(({ key }) => key === policy)?.rules.find(({ name }) => name === rule)
    ?.approval ?? defaultApproval),
});

/** For what a default or Rego asks for: nobody is named, so nobody but an administrator can approve. */
const defaultApproval: Omit<Approval, 'policy' | 'rule'> = {
  approvers: { groups: [], users: [] },
  expiresAfterMs: 3_600_000,
  waitMs: 300_000,
  grant: 'once',
};
