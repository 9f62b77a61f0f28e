import { rowFilterViolation } from '@postern/sql';
import type { ErrorFields } from '../wire/backend/error-response.js';
import { sqlstate } from './refusal.js';

/**
 * What the client is told where the server's error is about a row that a row filter does not let in.
 *
 * @returns undefined for any other error
 */
export function rowFilterError(fields: ErrorFields): ErrorFields | undefined {
  const found = rowFilterViolation(fields.get('C') ?? '', fields.get('M') ?? '');
  if (found === undefined) return undefined;
  const { row, relation } = found;
  const severity = fields.get('S') ?? 'ERROR';
  return new Map([
    ['S', severity],
    ['V', fields.get('V') ?? severity],
    ['C', sqlstate.insufficientPrivilege],
    [
      'M',
      row === 'new'
        ? `new row violates the row filter for table "${relation}"`
        : `the row that conflicts is hidden by the row filter for table "${relation}"`,
    ],
    ['D', 'reason=row-filter'],
    ['H', 'Write rows that this identity may read.'],
  ]);
}
