const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `1h30m` to milliseconds; the schema has checked the form. */
export const milliseconds = (duration: string): number => {
  let total = 0;
  for (const [, count = '0', unit = 'ms'] of duration.matchAll(/([0-9]+)(ms|s|m|h)/g))
    total += Number(count) * (units[unit] ?? 0);
  return total;
};
