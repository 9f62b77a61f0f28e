import type { RewriteRefusal } from '@postern/sql';
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

const insufficientPrivilege = '42501';

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

/**
 * Of a statement that is allowed, but not in this form: a mask or filter cannot be put where it reads.
 *
 * @param by whose mask or filter it is
 */
export const cannotMaskWords = (
  refusal: RewriteRefusal,
  by: { readonly policy: string; readonly rule: string } | undefined,
): Words => {
  const from = by ? `policy=${by.policy} rule=${by.rule}` : 'policy=unknown';
  return {
    sqlstate: insufficientPrivilege,
    message: refusal.message,
    detail: `${from} reason=cannot-mask construct=${refusal.construct}`,
    hint: refusal.hint,
    position: refusal.position,
  };
};
