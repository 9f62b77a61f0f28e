import { expect, test } from '@jest/globals';
import { longestWait, Pace } from './pace.js';

interface Moment {
  readonly at: number;
  readonly utilization: number;
  readonly pressing?: boolean;
  readonly caughtUp?: boolean;
  readonly allows: boolean;
}

const cases: Readonly<Record<string, readonly Moment[]>> = {
  'a quiet proxy sends at once': [
    { at: 0, utilization: 0.1, allows: true },
    { at: 1000, utilization: 0.4, allows: true },
  ],
  'a busy one waits, and sends when it is quiet again': [
    { at: 0, utilization: 0.9, allows: false },
    { at: 5000, utilization: 0.9, allows: false },
    { at: 5200, utilization: 0.2, allows: true },
  ],
  'it waits no longer than the bound, then sends until nothing is left': [
    { at: 0, utilization: 0.9, allows: false },
    { at: longestWait - 1, utilization: 0.9, allows: false },
    { at: longestWait, utilization: 0.9, allows: true },
    { at: longestWait + 500, utilization: 0.9, allows: true },
    { at: longestWait + 600, utilization: 0.9, caughtUp: true, allows: false },
    { at: 2 * longestWait + 599, utilization: 0.9, allows: false },
    { at: 2 * longestWait + 600, utilization: 0.9, allows: true },
  ],
  'a quiet moment begins the bound anew': [
    { at: 0, utilization: 0.9, allows: false },
    { at: 6000, utilization: 0.1, allows: true },
    { at: 6200, utilization: 0.9, allows: false },
    { at: longestWait + 100, utilization: 0.9, allows: false },
    { at: longestWait + 6200, utilization: 0.9, allows: true },
  ],
  'a spool that fills up does not wait': [
    { at: 0, utilization: 0.9, allows: false },
    { at: 200, utilization: 0.9, pressing: true, allows: true },
  ],
  'one short peak is not taken apart': [
    { at: 0, utilization: 0.1, allows: true },
    { at: 50, utilization: 1, allows: true },
  ],
};

test.each(Object.entries(cases))('%s', (_name, moments) => {
  let moment: Moment | undefined;
  const pace = new Pace({
    now: () => moment?.at ?? 0,
    utilization: () => moment?.utilization ?? 0,
    pressing: () => moment?.pressing ?? false,
  });
  const seen = moments.map((next) => {
    moment = next;
    if (next.caughtUp === true) pace.caughtUp();
    return pace.allows();
  });
  expect(seen).toEqual(moments.map(({ allows }) => allows));
});

test.each([
  ['busy from its first moment', 0.9, false],
  ['of a few statements', 0.2, true],
])('after a quiet time, a burst %s', (_, load, allowed) => {
  const quietUntil = 60_000;
  let now = 0;
  let asked = 0;
  const busyUntil = (at: number): number => Math.max(0, at - quietUntil) * load;
  const pace = new Pace({
    now: () => now,
    pressing: () => false,
    utilization: () => {
      const share = (busyUntil(now) - busyUntil(asked)) / (now - asked);
      asked = now;
      return share;
    },
  });
  now = 10;
  expect(pace.allows()).toBe(true);
  now = quietUntil;
  pace.begins();
  now += 25;
  expect(pace.allows()).toBe(allowed);
});
