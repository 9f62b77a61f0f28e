import type { GovernedStatement, Verdict } from './verdict.js';

/**
 * What all the verdicts that a process remembers may weigh together. Contexts are many (each
 * application_name makes one), and clients choose them: a limit for each would be no limit.
 *
 * Least recently used by two generations: when the young one is full it becomes the old one, in every
 * cache at the same moment.
 */
export class VerdictBudget {
  private readonly limit: number;
  /** caches that may hold something; those of a context that nobody has any more go with it */
  private readonly caches = new Set<WeakRef<VerdictCache>>();
  private spent = 0;

  /** @param limit bytes of one generation, of two */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** @returns a cache that shares this budget */
  cache(): VerdictCache {
    const made = new VerdictCache(this);
    this.caches.add(new WeakRef(made));
    return made;
  }

  spend(bytes: number): void {
    if (this.spent + bytes > this.limit) this.turn();
    this.spent += bytes;
  }

  private turn(): void {
    this.spent = 0;
    for (const ref of this.caches) {
      const cache = ref.deref();
      if (cache === undefined) this.caches.delete(ref);
      else cache.age();
    }
  }
}

/** Verdicts of one context, by text. */
export class VerdictCache {
  private readonly budget: VerdictBudget;
  private young = new Map<string, Verdict>();
  private old = new Map<string, Verdict>();

  constructor(budget: VerdictBudget) {
    this.budget = budget;
  }

  get(sql: string): Verdict | undefined {
    const hit = this.young.get(sql);
    if (hit !== undefined) return hit;
    const older = this.old.get(sql);
    if (older !== undefined) this.set(sql, older);
    return older;
  }

  set(sql: string, verdict: Verdict): void {
    this.budget.spend(weigh(sql, verdict));
    this.young.set(sql, verdict);
  }

  age(): void {
    this.old = this.young;
    this.young = new Map();
  }

  /** verdicts held */
  get size(): number {
    return this.young.size + this.old.size;
  }
}

/** Objects, map entries and closures of a verdict, and of each statement of it; measured, bytes. */
const verdictBytes = 800;
const statementBytes = 600;
const watchedBytes = 150;

const weigh = (sql: string, verdict: Verdict): number => {
  const text = verdictBytes + 2 * sql.length;
  switch (verdict.kind) {
    case 'staged':
      return text + verdict.pieces.length * 100;
    case 'forward':
      return text + 2 * (verdict.rewritten?.length ?? 0) + weighStatements(verdict.statements);
    case 'refuse':
      return (
        text + 2 * verdict.prefix.length + verdict.record.size + weighStatements(verdict.before)
      );
  }
};

const weighStatements = (statements: readonly GovernedStatement[]): number => {
  let total = 0;
  for (const { record, rewritten, watch } of statements) {
    total += statementBytes + record.size + 2 * (rewritten?.length ?? 0);
    total += watchedBytes * (watch?.columns.length ?? 0);
  }
  return total;
};
