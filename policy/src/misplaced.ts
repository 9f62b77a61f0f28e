import type { Decision } from './decision.js';

const masksOf = ({ masks }: Decision): string =>
  JSON.stringify(
    masks
      .filter(({ mask }) => !('none' in mask))
      .map(({ relation, column, mask }) => JSON.stringify([relation, column, mask]))
      .sort(),
  );

/**
 * Does it matter to a statement which column a classification means? A decision under the tags that are known beside the
 * one under the widest (`Classification.misplaced`).
 */
export const isProtectedByMore = (decision: Decision, widest: Decision): boolean =>
  widest.effect !== decision.effect || masksOf(widest) !== masksOf(decision);
