import type { Limits } from '@postern/policy';
import type { Execution } from './execution.js';
import { type Refusal, refusals } from './refusal.js';

/** `policy=... rule=...` of the rule that set a limit. */
export function limitSource(limits: Limits, name: keyof Limits): string {
  const from = limits.from?.[name];
  return from === undefined ? 'policy=unknown' : `policy=${from.policy} rule=${from.rule}`;
}

/** The refusal when so many rows and bytes more would pass a limit of the statement's decision. */
export function passLimit(
  execution: Execution,
  moreRows: number,
  moreBytes: number,
): Refusal | undefined {
  const { limits, exports } = execution.statement;
  const rows = execution.count.rows + moreRows;
  const bytes = execution.count.bytes + moreBytes;
  if (limits.maxRows !== undefined && rows > limits.maxRows) {
    return refusals.rowLimit(limits.maxRows, limitSource(limits, 'maxRows'));
  }
  const { maxExportRows } = limits;
  if (exports && maxExportRows !== undefined && rows > maxExportRows)
    return refusals.exportLimit(maxExportRows, limitSource(limits, 'maxExportRows'));
  if (limits.maxBytes !== undefined && bytes > limits.maxBytes) {
    return refusals.byteLimit(limits.maxBytes, limitSource(limits, 'maxBytes'));
  }
  return undefined;
}
