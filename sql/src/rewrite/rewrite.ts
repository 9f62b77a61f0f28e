import type { Analyzed } from '../analyze.js';
import { RewriteRefusal, type Change, type Rewritten } from './change.js';

/**
 * The statement with masks and row filters in place; every byte that need not change stays.
 *
 * @throws RewriteRefusal where the statement's shape cannot be kept
 */
export const rewrite = (analyzed: Analyzed, change: Change): Rewritten => {
  if (change.masks.length + change.rowFilters.length > 0)
    throw new RewriteRefusal('statement', 1, 'not yet', '');
  const { source, start, end } = analyzed.statement;
  return { sql: source.slice(start, end), changed: false, toOriginal: (p) => p };
};
