import type { GeneratedResult } from './generated.js';
import type { AttackResult } from './run-attacks.js';
import type { WorkResult } from './run-honest.js';

export interface Results {
  readonly attacked: readonly AttackResult[];
  readonly worked: readonly WorkResult[];
  readonly made: readonly GeneratedResult[];
}

const leaksOf = ({ governed }: AttackResult): readonly string[] =>
  [...governed].filter(([, planted]) => planted.length > 0).map(([bed]) => bed);

/** What there is to say of one. */
export const aboutAttack = function* (result: AttackResult, verbose: boolean): Generator<string> {
  const { attack, direct, governed, trouble, heard } = result;
  const name = `${attack.category}: ${attack.name}`;
  const beds = leaksOf(result);
  const found = [...new Set([...governed.values()].flat())].slice(0, 3).join(', ');
  const word = attack.inference ? 'INFERRED' : 'LEAKED';
  if (beds.length > 0) yield `${word} ${name} (${beds.join(', ')}): ${found}`;
  if (direct.length === 0) yield `does not leak: broken attack ${name}`;
  for (const each of trouble) yield `trouble ${name}: ${each.slice(0, 300)}`;
  if (!verbose) return;
  if (beds.length === 0 && direct.length > 0) yield `held ${name}`;
  for (const line of heard) yield `    ${line}`;
};

export const aboutWork = function* ({ work, changed, broken }: WorkResult): Generator<string> {
  const name = `${work.category}: ${work.name}`;
  if (changed !== undefined) yield `CHANGED ${name}: ${changed}`;
  if (broken !== undefined) yield `broken work ${name}: ${broken}`;
};

export const aboutMade = function* (made: GeneratedResult, verbose: boolean): Generator<string> {
  const { sql, carrier, planted, outcome } = made;
  if (planted.length > 0) yield `LEAKED generated, ${carrier}: ${planted.join(', ')}: ${sql}`;
  if (outcome.kind === 'differs') yield `CHANGED generated, ${carrier}: ${outcome.how}: ${sql}`;
  if ('why' in outcome && verbose) yield `${outcome.kind}, ${carrier}: ${outcome.why}: ${sql}`;
};

/** Two lines that count. */
export const summary = function* (results: Results): Generator<string> {
  const { attacked, worked, made } = results;
  const counts = countsOf(results);
  const of = (kind: string): number => made.filter(({ outcome }) => outcome.kind === kind).length;
  yield `generated ${made.length}: leaked ${counts.madeLeaked}, changed ${counts.madeChanged}, refused ${of('refused')}, not comparable ${of('unknown')}`;
  const broken = counts.broken > 0 ? `, ${counts.broken} broken` : '';
  const idle = counts.idle > 0 ? `, ${counts.idle} broken` : '';
  const inferred = attacked.filter(
    (result) => result.attack.inference && leaksOf(result).length > 0,
  ).length;
  const known = inferred > 0 ? `, ${inferred} inferred` : '';
  yield `attacks ${attacked.length}: leaked ${counts.leaked}${known}${broken}; honest ${worked.length}: changed ${counts.changed}${idle}`;
};

interface Counts {
  readonly leaked: number;
  /** attacks that leak nothing directly */
  readonly broken: number;
  readonly changed: number;
  /** work that fails directly */
  readonly idle: number;
  readonly madeLeaked: number;
  readonly madeChanged: number;
}

const countsOf = ({ attacked, worked, made }: Results): Counts => ({
  leaked: attacked.filter((result) => !result.attack.inference && leaksOf(result).length > 0)
    .length,
  broken: attacked.filter(({ direct }) => direct.length === 0).length,
  changed: worked.filter((result) => result.changed !== undefined).length,
  idle: worked.filter((result) => result.broken !== undefined).length,
  madeLeaked: made.filter(({ planted }) => planted.length > 0).length,
  madeChanged: made.filter(({ outcome }) => outcome.kind === 'differs').length,
});

/** Whether nothing leaked, nothing changed, and everything showed something. */
export const isClean = (results: Results): boolean =>
  Object.values(countsOf(results)).every((count) => count === 0);
