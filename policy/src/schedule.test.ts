import { describe, expect, test } from '@jest/globals';
import { holdsAt, nextChange, type Schedule } from './schedule.js';
import { access, evaluatorOf, input, policyYaml } from './testing.js';

const berlin = (start: number, end: number, more: Partial<Schedule> = {}): Schedule => ({
  timezone: 'Europe/Berlin',
  start: start * 60,
  end: end * 60,
  outside: false,
  ...more,
});
const at = (text: string): number => Date.parse(text);

describe('schedules', () => {
  // Berlin is at UTC+1 until 2026-03-29T01:00Z, then at UTC+2 until 2026-10-25T01:00Z.
  test.each<{ name: string; schedule: Schedule; now: string; holds: boolean; next: string | undefined }>([
    { name: 'within', schedule: berlin(6, 22), now: '2026-01-05T12:00:30Z', holds: true, next: '2026-01-05T21:00:00Z' },
    { name: 'before', schedule: berlin(6, 22), now: '2026-01-05T04:59:59Z', holds: false, next: '2026-01-05T05:00:00Z' },
    { name: 'at its end', schedule: berlin(6, 22), now: '2026-01-05T21:00:00Z', holds: false, next: '2026-01-06T05:00:00Z' },
    { name: 'outside', schedule: berlin(6, 22, { outside: true }), now: '2026-01-05T21:00:00Z', holds: true, next: '2026-01-06T05:00:00Z' },
    { name: 'over midnight', schedule: berlin(22, 6), now: '2026-01-05T23:30:00Z', holds: true, next: '2026-01-06T05:00:00Z' },
    { name: 'over midnight, the day it began counts', schedule: berlin(22, 6, { days: ['Mon'] }), now: '2026-01-06T02:00:00Z', holds: true, next: '2026-01-06T05:00:00Z' },
    { name: 'over midnight, not on the day after', schedule: berlin(22, 6, { days: ['Mon'] }), now: '2026-01-06T22:00:00Z', holds: false, next: '2026-01-12T21:00:00Z' },
    { name: 'to the end of the day', schedule: berlin(20, 24), now: '2026-01-05T19:30:00Z', holds: true, next: '2026-01-05T23:00:00Z' },
    { name: 'working days', schedule: berlin(9, 17, { days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'] }), now: '2026-01-09T16:00:00Z', holds: false, next: '2026-01-12T08:00:00Z' },
    { name: 'an hour is left out in spring', schedule: berlin(1, 6), now: '2026-03-29T00:30:00Z', holds: true, next: '2026-03-29T04:00:00Z' },
    { name: 'a window in the hour that is left out', schedule: berlin(2, 3), now: '2026-03-28T20:00:00Z', holds: false, next: '2026-03-30T00:00:00Z' },
    { name: 'an hour comes twice in autumn', schedule: berlin(1, 6), now: '2026-10-25T00:30:00Z', holds: true, next: '2026-10-25T05:00:00Z' },
    { name: 'the whole day never changes', schedule: berlin(0, 24), now: '2026-01-05T12:00:00Z', holds: true, next: undefined },
  ])('$name', ({ schedule, now, holds, next }) => {
    expect(holdsAt(schedule, at(now))).toBe(holds);
    const change = nextChange(schedule, at(now));
    expect(change === undefined ? undefined : new Date(change).toISOString()).toBe(next?.replace('Z', '.000Z'));
  }); // prettier-ignore
});

test('a decision stands until the next boundary', async () => {
  let now = at('2026-01-05T12:00:00Z');
  const night = policyYaml('night', 'defaultAction: Allow\nrules:\n- {name: night, actions: [write], schedule: {timezone: Europe/Berlin, outside: "06:00-22:00"}, effect: Deny, message: closed}');
  const evaluator = await evaluatorOf([night], { now: () => now });
  const write = input({ command: 'INSERT', accesses: [access('insert public.t')] });
  expect(evaluator.evaluate(write)).toMatchObject({ effect: 'allow', cache: { dependsOn: ['time'], until: at('2026-01-05T21:00:00Z') } });
  now = at('2026-01-05T21:00:00Z');
  expect(evaluator.evaluate(write)).toMatchObject({ effect: 'deny', reasons: [{ message: 'closed' }], cache: { until: at('2026-01-06T05:00:00Z') } });
  now = at('2026-01-05T20:59:59Z');
  expect(evaluator.evaluate(write).effect).toBe('allow');
}); // prettier-ignore
