import type { BundleData } from '../compile/data.js';
import { holdsAt, nextChange } from '../schedule.js';

/** A bundle's schedules at a time, worked out anew only when one of them changes. */
export class Timing {
  private readonly schedules: BundleData['schedules'];
  private readonly from: number[];
  private readonly until: number[];
  private readonly holds: boolean[];

  constructor(schedules: BundleData['schedules']) {
    this.schedules = schedules;
    this.from = schedules.map(() => Infinity);
    this.until = schedules.map(() => -Infinity);
    this.holds = schedules.map(() => false);
  }

  /** In the order of the bundle. @param at epoch milliseconds */
  at(at: number): readonly boolean[] {
    this.schedules.forEach((schedule, i) => {
      if (at >= (this.from[i] ?? Infinity) && at < (this.until[i] ?? -Infinity)) return;
      this.from[i] = at;
      // without a change in sight it is looked at again in a week
      this.until[i] = nextChange(schedule, at) ?? at + 7 * 24 * 3_600_000;
      this.holds[i] = holdsAt(schedule, at);
    });
    return this.holds;
  }

  /** When one of these next changes, as of the last call of `at`. */
  next(schedules: Iterable<number>): number {
    let next = Infinity;
    for (const i of schedules) next = Math.min(next, this.until[i] ?? Infinity);
    return next;
  }
}
