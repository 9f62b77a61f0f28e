import { formatName, quoteIdentifier, type RewriteRefusal } from '@postern/sql';
import type { Decision, Reason } from './decision.js';

/** A refusal as the client is told: what a proxy sends, and `postern policy explain` prints. */
export interface Words {
  /** five characters */
  readonly sqlstate: string;
  readonly message: string;
  /** for programs: `policy=... rule=... reason=...`, of several reasons with `; ` between */
  readonly detail: string;
  /** what to do instead */
  readonly hint: string;
  /** 1-based character position in the statement */
  readonly position?: number;
}

export const insufficientPrivilege = '42501';

const detailOf = ({ policy, rule, code }: Reason): string =>
  `policy=${policy} rule=${rule} reason=${code}`;

/** Of a decision that is not to allow: the first reason leads, all are named. */
export const denialWords = ({ effect, reasons }: Decision): Words => {
  const [first] = reasons;
  const message = first?.message ?? 'policy denies this statement';
  const asks = effect === 'require-approval';
  return {
    sqlstate: insufficientPrivilege,
    message: asks ? `${message} (approval required)` : message,
    detail: reasons.map(detailOf).join('; '),
    hint: first?.hint ?? 'Change the statement, or ask the owners of the policy.',
  };
};

/** The detail of a statement that policy allows and that cannot be masked or filtered. */
const rewriteDetail = (
  refusal: RewriteRefusal,
  by: Decision | Pick<Reason, 'policy' | 'rule'>,
): string =>
  `${'policy' in by ? `policy=${by.policy} rule=${by.rule}` : byOf(refusal, by)} ${whyNot(refusal)}`;

const whyNot = ({ unfit, construct }: RewriteRefusal): string => {
  switch (unfit?.kind) {
    case 'mask':
      return `reason=mask-does-not-fit column=${formatName(unfit.relation)}.${quoteIdentifier(unfit.column)}`;
    case 'row-filter':
      return `reason=row-filter-invalid relation=${formatName(unfit.relation)}`;
    case undefined:
      return `reason=cannot-mask construct=${construct}`;
  }
};

/** The rule of the mask or filter that does not fit; of the shape, one of those that want it changed. */
const byOf = ({ unfit }: RewriteRefusal, { masks, rowFilters }: Decision): string => {
  const on = unfit && formatName(unfit.relation);
  const mask = masks.find(
    ({ relation, column }) =>
      unfit === undefined || (unfit.kind === 'mask' && relation === on && column === unfit.column),
  );
  const filter = rowFilters.find(({ relation }) => unfit === undefined || relation === on);
  const by = mask ?? filter;
  return by === undefined ? 'policy=unknown' : `policy=${by.policy} rule=${by.rule}`;
};

/**
 * Of a statement that is allowed, but a mask or filter cannot be put where it reads: not in this form, or in none.
 *
 * @param by whose mask or filter it is, or the decision that has it
 */
export const cannotMaskWords = (
  refusal: RewriteRefusal,
  by: Decision | Pick<Reason, 'policy' | 'rule'>,
): Words => ({
  sqlstate: insufficientPrivilege,
  message: refusal.message,
  detail: rewriteDetail(refusal, by),
  hint: refusal.hint,
  position: refusal.position,
});
