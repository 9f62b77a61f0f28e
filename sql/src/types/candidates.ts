import type { Catalogue } from '../catalogue/catalogue.js';
import { implicitly } from './coercion.js';
import { oid } from './oids.js';
import { baseType } from './parts.js';
import { consistent, type Known } from './polymorphic.js';

// Which of several functions or operators of one name is meant (src/backend/parser/parse_func.c; documentation,
// "Function Type Resolution" and "Operator Type Resolution").

export interface Candidate {
  /** the declared types of what is given, in that order */
  readonly types: readonly number[];
}

const accepts = (catalogue: Catalogue, given: readonly Known[], { types }: Candidate): boolean =>
  types.every((type, i) => {
    const one = given[i];
    return one === undefined || implicitly(catalogue, one, type);
  }) && consistent(catalogue, given, types);

const best = <C>(candidates: readonly C[], score: (candidate: C) => number): readonly C[] => {
  const scores = candidates.map(score);
  const most = Math.max(...scores);
  return candidates.filter((_, i) => scores[i] === most);
};

const count = (length: number, test: (i: number) => boolean): number => {
  let n = 0;
  for (let i = 0; i < length; i += 1) if (test(i)) n += 1;
  return n;
};

interface Slot {
  readonly category: string;
  readonly preferred: boolean;
}

/** The category that a literal without type is taken for in one place; undefined when the candidates disagree. */
const slotOf = (types: readonly Slot[]): Slot | undefined => {
  const [first] = types;
  if (first === undefined) return undefined;
  // Whatever can be a string is one.
  const category = types.some((type) => type.category === 'S') ? 'S' : first.category;
  const same = types.filter((type) => type.category === category);
  if (category !== 'S' && same.length < types.length) return undefined;
  return { category, preferred: same.some(({ preferred }) => preferred) };
};

/** By the literals without type. */
const byLiterals = <C extends Candidate>(
  slot: (type: number) => Slot,
  base: readonly number[],
  candidates: readonly C[],
): readonly C[] => {
  let left = candidates;
  for (const [i, type] of base.entries()) {
    if (type !== oid.unknown) continue;
    const wanted = slotOf(candidates.map(({ types }) => slot(types[i] ?? 0)));
    if (wanted === undefined) return candidates;
    left = left.filter(({ types }) => {
      const { category, preferred } = slot(types[i] ?? 0);
      return category === wanted.category && (preferred || !wanted.preferred);
    });
  }
  return left.length > 0 ? left : candidates;
};

/** `func_select_candidate`: several accept what is given. */
const select = <C extends Candidate>(
  catalogue: Catalogue,
  given: readonly number[],
  candidates: readonly C[],
): readonly C[] => {
  const base = given.map((type) => baseType(catalogue, type));
  const slot = (type: number): Slot => {
    const found = catalogue.typeByOid(type);
    return { category: found?.category ?? '', preferred: found?.preferred === true };
  };
  const exact = ({ types }: C, i: number): boolean =>
    base[i] !== oid.unknown && types[i] === base[i];
  let left = best(candidates, (c) => count(base.length, (i) => exact(c, i)));
  if (left.length === 1) return left;
  left = best(left, (c) =>
    count(base.length, (i) => {
      if (exact(c, i)) return true;
      if (base[i] === oid.unknown) return false;
      const { category, preferred } = slot(c.types[i] ?? 0);
      return preferred && category === slot(base[i] ?? 0).category;
    }),
  );
  if (left.length === 1 || !base.includes(oid.unknown)) return left;
  left = byLiterals(slot, base, left);
  if (left.length === 1) return left;
  const known = new Set(base.filter((type) => type !== oid.unknown));
  const [only] = known;
  if (known.size !== 1 || only === undefined) return left;
  const same = left.filter((c) =>
    accepts(
      catalogue,
      base.map(() => only),
      c,
    ),
  );
  return same.length === 1 ? same : left;
};

/**
 * Those that a call may mean: one, unless types are not known or PostgreSQL could not decide either. None: none of
 * them accepts what is given.
 *
 * @param given of each argument its type; `unknown` for a literal without one
 * @param candidates of as many arguments, in the order of the search path
 */
export const choose = <C extends Candidate>(
  catalogue: Catalogue,
  given: readonly Known[],
  candidates: readonly C[],
): readonly C[] => {
  const distinct = candidates.filter(
    ({ types }, i) => candidates.findIndex((other) => String(other.types) === String(types)) === i,
  );
  const known = given.filter((type) => type !== undefined);
  if (known.length === given.length) {
    const exact = distinct.find(({ types }) => types.every((type, i) => type === given[i]));
    if (exact) return [exact];
  }
  const accepting = distinct.filter((candidate) => accepts(catalogue, given, candidate));
  if (accepting.length < 2 || known.length < given.length) return accepting;
  return select(catalogue, known, accepting);
};
