import { postern } from '@postern/proto';
import type { StatementFields } from './event.js';
import type { ColumnFinding } from './sink.js';

const nothing: Pick<StatementFields, 'detected' | 'findings'> = {
  detected: undefined,
  findings: undefined,
};

/** What detectors found in a result, as its event holds it: in all by tag, and by column. Most events have none. */
export function findingFields(
  findings: readonly ColumnFinding[] = [],
): Pick<StatementFields, 'detected' | 'findings'> {
  if (findings.length === 0) return nothing;
  const detected: Record<string, number> = {};
  for (const { found } of findings)
    for (const { tag, values } of found) detected[tag] = (detected[tag] ?? 0) + values;
  return {
    detected,
    findings: findings.map((column) =>
      postern.audit.v1.ColumnFindings.encode({
        ...column,
        found: column.found.map((one) => ({ ...one })),
      }).finish(),
    ),
  };
}
