import { formatName, type Guess, type ObjectName } from '@postern/sql';
import type { Evaluator } from './evaluate/evaluator.js';
import { readingAll } from './hidden.js';
import { type ColumnKnowledge, toInput, type Surroundings } from './to-input.js';

/** A guess that a write would confirm to a session that sees the column masked. */
export interface Confirmed {
  readonly guess: Guess;
  /** of the mask */
  readonly policy: string;
  readonly rule: string;
}

/** Asks policy whether the session sees the columns, that it writes guesses to, masked. */
export const confirmedGuess = (
  evaluator: Evaluator,
  guesses: readonly Guess[],
  columns: ColumnKnowledge,
  session: Omit<Surroundings, 'fingerprint' | 'grants' | 'functionCall' | 'replication'>,
): { readonly confirmed: Confirmed | undefined; readonly until: number } => {
  if (guesses.length === 0) return { confirmed: undefined, until: Infinity };
  const byName = new Map<string, { readonly relation: ObjectName; readonly columns: string[] }>();
  for (const { relation, column } of guesses) {
    const name = formatName(relation);
    const known = byName.get(name);
    if (known) known.columns.push(column);
    else byName.set(name, { relation, columns: [column] });
  }
  const reading = readingAll(
    [...byName.values()].map(({ relation, columns: names }) => ({
      ...relation,
      columns: names.map((name) => ({ name })),
    })),
  );
  const { masks, cache } = evaluator.evaluate(
    toInput(reading, columns, { ...session, fingerprint: '', grants: [] }),
  );
  for (const { relation, column, mask, predicates, policy, rule } of masks) {
    // Who may compare the column with a constant may also be told that it is there.
    if ('none' in mask || predicates === 'allow') continue;
    const guess = guesses.find(
      (one) => formatName(one.relation) === relation && one.column === column,
    );
    if (guess) return { confirmed: { guess, policy, rule }, until: cache.until ?? Infinity };
  }
  return { confirmed: undefined, until: cache.until ?? Infinity };
};
