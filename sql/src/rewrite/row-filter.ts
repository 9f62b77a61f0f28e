import type { Catalogue } from '../catalogue/catalogue.js';
import type { ObjectName } from '../names.js';

/** Why a row filter cannot be used. */
export interface RowFilterProblem {
  readonly code: 'syntax' | 'undefined-table' | 'undefined-column' | 'unknown-attribute' | 'not-allowed';
  readonly message: string;
  /** characters of the filter, from 1 */
  readonly position?: number;
}

/** Checks a filter; none for a good one. Without a relation or catalogue only what can be seen from the text. */
export const checkRowFilter = (
  sql: string,
  relation?: ObjectName,
  catalogue?: Catalogue,
): readonly RowFilterProblem[] =>
  sql === '' || (relation && !catalogue) ? [{ code: 'syntax', message: 'empty' }] : [];
