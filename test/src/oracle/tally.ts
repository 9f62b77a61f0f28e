import type { Court, Judgement } from './judge.js';
import { medianPace, type Pace, paceOf } from './pace.js';
import type { ChangeOfNothing, Unchanged } from './unchanged.js';

const titles = [
  ...['corpus', 'queries', 'agree', 'same filtered', 'same masked', 'refused'],
  ...['parse ms', 'analyze ms'],
];

/** What was found about one corpus. */
export class Tally {
  readonly name: string;
  /** known to the server */
  queries = 0;
  private agree = 0;
  private readonly same = { filter: 0, mask: 0 };
  private readonly refused = new Map<string, number>();
  private changed = 0;
  private records = 0;
  private readonly paces: Pace[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** in what they read, or in their answer once rewritten */
  get differ(): number {
    return this.queries - this.agree + this.changed;
  }

  judged(kind: Judgement['kind']): void {
    if (kind === 'unknown') return;
    this.queries += 1;
    if (kind === 'agree') this.agree += 1;
  }

  compared(unchanged: Unchanged, by: ChangeOfNothing): void {
    if (unchanged.kind === 'same' || unchanged.kind === 'record') this.same[by] += 1;
    if (unchanged.kind === 'record') this.records += 1;
    if (unchanged.kind === 'differs') this.changed += 1;
    if (unchanged.kind === 'refused')
      this.refused.set(unchanged.construct, (this.refused.get(unchanged.construct) ?? 0) + 1);
  }

  timed(court: Court, query: string): void {
    const pace = paceOf(court, query);
    if (pace !== undefined) this.paces.push(pace);
  }

  /** One line a corpus, then what was refused. */
  static table(tallies: readonly Tally[]): readonly string[] {
    const rows = tallies.map((tally) => {
      const { parse, analyze } = medianPace(tally.paces);
      const refused = [...tally.refused.values()].reduce((sum, n) => sum + n, 0);
      return [
        tally.name,
        ...[tally.queries, tally.agree, tally.same.filter, tally.same.mask, refused].map(String),
        ...[parse, analyze].map((ms) => (Number.isNaN(ms) ? '' : ms.toFixed(3))),
      ];
    });
    const widths = titles.map((title, i) =>
      Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
    );
    const line = (cells: readonly string[]): string =>
      cells
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ');
    const constructs = new Map<string, number>();
    for (const { refused } of tallies)
      for (const [construct, n] of refused)
        constructs.set(construct, (constructs.get(construct) ?? 0) + n);
    return [
      line(titles),
      ...rows.map(line),
      `answers in which a whole row became a record: ${tallies.reduce((n, t) => n + t.records, 0)}`,
      ...[...constructs].map(([construct, n]) => `refused ${n} times: ${construct}`),
    ];
  }
}
