/** A clock window of a time zone, as compiled. */
export interface Schedule {
  readonly timezone: string;
  /** minutes of the day; the end may be 1440, and lies on the next day when it is not after the start */
  readonly start: number;
  readonly end: number;
  /** `Mon` to `Sun` on which the window begins; absent: all */
  readonly days?: readonly string[];
  /** true: holds outside of the window */
  readonly outside: boolean;
}

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const minute = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

const format = (timezone: string): Intl.DateTimeFormat => {
  let known = formats.get(timezone);
  if (!known) {
    known = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(timezone, known);
  }
  return known;
};

export const isTimezone = (timezone: string): boolean => {
  try {
    format(timezone);
    return true;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
};

/** The wall clock of the zone: minute of the day, and day of the week. */
const local = (timezone: string, at: number): { minutes: number; day: number } => {
  const parts = new Map(
    format(timezone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    day: dayNames.indexOf(parts.get('weekday') ?? ''),
  };
};

/** @param at epoch milliseconds */
export const holdsAt = (schedule: Schedule, at: number): boolean => {
  const { minutes, day } = local(schedule.timezone, at);
  const { start, end, days, outside } = schedule;
  const begins = (d: number): boolean => !days || days.includes(dayNames[(d + 7) % 7] ?? '');
  const within =
    start < end
      ? minutes >= start && minutes < end && begins(day)
      : (minutes >= start && begins(day)) || (minutes < end && begins(day - 1));
  return within !== outside;
};

/** Zones change their offset on quarter hours, so the wall clock is even within one. */
const even = 15;
const horizon = 9 * 24 * 60 * minute;

/**
 * When the schedule next begins or ceases to hold; summer time is taken into account.
 *
 * @returns epoch milliseconds, whole minutes; undefined when it does not within nine days
 */
export const nextChange = (schedule: Schedule, at: number): number | undefined => {
  const now = holdsAt(schedule, at);
  let t = Math.floor(at / minute) * minute;
  while (t < at + horizon) {
    const { minutes } = local(schedule.timezone, t);
    const to = (boundary: number): number => (boundary - minutes + 1440) % 1440 || 1440;
    const quarter = even - (Math.floor(t / minute) % even);
    t += Math.min(to(schedule.start), to(schedule.end), to(0), quarter) * minute;
    if (holdsAt(schedule, t) !== now) return t;
  }
  return undefined;
};
