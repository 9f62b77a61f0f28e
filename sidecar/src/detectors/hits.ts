import type { Kind } from './kinds.js';

/** What was found in one piece of text, in the order of their ends; reused from one piece to the next. */
export class Hits {
  private readonly kinds: Kind[] = [];
  private readonly bounds: number[] = [];
  private size = 0;

  get count(): number {
    return this.size;
  }

  clear(): void {
    this.size = 0;
    // one value with very many does not stay in memory
    if (this.kinds.length > 4096) this.kinds.length = this.bounds.length = 0;
  }

  add(what: Kind, from: number, to: number): void {
    this.kinds[this.size] = what;
    this.bounds[2 * this.size] = from;
    this.bounds[2 * this.size + 1] = to;
    this.size += 1;
  }

  each(visit: (what: Kind, from: number, to: number) => void): void {
    for (let i = 0; i < this.size; i += 1) {
      const what = this.kinds[i];
      if (what !== undefined) visit(what, this.bounds[2 * i] ?? 0, this.bounds[2 * i + 1] ?? 0);
    }
  }
}
