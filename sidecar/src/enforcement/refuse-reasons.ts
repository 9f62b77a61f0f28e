import { type Decision, type Reason, rewriteDetail, type Words } from '@postern/policy';
import type { RewriteRefusal, SqlError } from '@postern/sql';
import { type Refusal, sqlstate } from '../session/refusal.js';

const detailOf = (reason: Reason): string =>
  `policy=${reason.policy} rule=${reason.rule} reason=${reason.code}`;

const hints: Readonly<Partial<Record<Reason['code'], string>>> = {
  'no-rule': 'Ask for a rule in a DatabaseAccessPolicy that allows it.',
  'not-understood':
    'Write the statement without this construct, or on relations without masks or filters.',
  'side-door': 'Read the table itself: what this would show is closed while columns are masked.',
  residency: 'Run it where the data may be read, or have the region allowed in the policy.',
  'row-filter-through-view':
    'Read the table itself: its row filter cannot be applied through the view.',
  'budget-exceeded': 'Make the statement smaller.',
};

/** A denied decision in the client's words: the first reason leads, all are named. */
export function deniedBy(decision: Decision): Refusal {
  const [first] = decision.reasons;
  const approval = decision.effect === 'require-approval';
  const message = first?.message ?? 'policy denies this statement';
  const hint =
    (first === undefined ? undefined : hints[first.code]) ??
    (approval
      ? 'It needs an approval, and no approval service is connected to this proxy.'
      : 'Change the statement, or ask the owners of the policy.');
  return {
    sqlstate: sqlstate.insufficientPrivilege,
    message: approval ? `${message} (approval required)` : message,
    detail: decision.reasons.map(detailOf).join('; '),
    hint,
    stage: 'analysis',
  };
}

/** The statement does not parse, or a name in it is unknown: the server's own words. */
export const sqlRefusal = (error: SqlError, stage: Refusal['stage']): Refusal =>
  error.message.startsWith(atExecution)
    ? { sqlstate: sqlstate.invalidParameterValue, message: error.message, stage }
    : {
        sqlstate: error.sqlstate,
        message: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        ...(error.position === undefined ? {} : { position: error.position }),
        stage,
      };

/** Errors of the parser that servers before 16 have at execution only, with another code and no position. */
const atExecution = 'unrecognized partitioning strategy';

/** Allowed, but a mask or filter cannot be put where the statement reads: not in this form, or in none. */
export const cannotMask = (
  refusal: RewriteRefusal,
  by: Decision | Pick<Reason, 'policy' | 'rule'>,
): Refusal => ({
  sqlstate: sqlstate.insufficientPrivilege,
  message: refusal.message,
  detail: rewriteDetail(refusal, by),
  hint: refusal.hint,
  position: refusal.position,
  stage: 'analysis',
});

/** It matters for this statement which column a classification meant. */
export const misplaced = (words: Words): Refusal => ({
  sqlstate: sqlstate.insufficientPrivilege,
  ...words,
  stage: 'analysis',
});

export const lexingRefusal = (message: string, hint: string): Refusal => ({
  sqlstate: sqlstate.featureNotSupported,
  message,
  detail: 'reason=lexing',
  hint,
  stage: 'analysis',
});
