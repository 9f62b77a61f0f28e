import type { Limits } from '@postern/policy';
import type { Execution } from './execution.js';
import { type Refusal, refusals } from './refusal.js';

/** `policy=... rule=...` of the rule that set a limit. */
export function limitSource(limits: Limits, name: keyof Limits): string {
  const from = limits.from?.[name];
  return from === undefined ? 'policy=unknown' : `policy=${from.policy} rule=${from.rule}`;
}

/** The refusal when what was counted passes a limit of the statement's decision. */
export function passLimit(execution: Execution): Refusal | undefined {
  const { limits } = execution.statement;
  const { rows, bytes } = execution.count;
  if (limits.maxRows !== undefined && rows > limits.maxRows) {
    return refusals.rowLimit(limits.maxRows, limitSource(limits, 'maxRows'));
  }
  if (limits.maxBytes !== undefined && bytes > limits.maxBytes) {
    return refusals.byteLimit(limits.maxBytes, limitSource(limits, 'maxBytes'));
  }
  return undefined;
}
