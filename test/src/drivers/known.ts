import type { Driver, Transcript } from './driver.js';

/** What Postern is known to say otherwise than the server, and why a program can live with it. */
export interface KnownDifference {
  readonly driver: string;
  /** to the value, from the step's name */
  readonly path: readonly (string | number)[];
  readonly direct: string | number | null;
  readonly through: string | number | null;
  readonly why: string;
}

const knownDifferences: readonly KnownDifference[] = [
  {
    driver: 'asyncpg',
    path: ['missing out', 'position'],
    direct: null,
    through: '6',
    why: 'Postern misses the table of a COPY first, and says where it is named',
  },
  {
    driver: 'pgx',
    path: ['copy refused by the server', 'position'],
    direct: 0,
    through: 6,
    why: 'Postern misses the table of a COPY first, and says where it is named',
  },
  {
    driver: 'tokio-postgres',
    path: ['session after a failed copy'],
    direct: 'goes on',
    through: 'connection closed',
    why: 'Postern ends the session of an extended COPY whose Sync comes after the server failed it',
  },
];

const seenThrough = new Set<KnownDifference>();
const driversRun = new Set<string>();

/** @returns those that the drivers run so far have not shown: they have no place in the list any more */
export const differencesGone = (): readonly KnownDifference[] =>
  knownDifferences.filter((one) => driversRun.has(one.driver) && !seenThrough.has(one));

/** The same driver, with one value in place of the two that are known to differ. */
export const withKnownDifferences = (driver: Driver): Driver => {
  const known = knownDifferences.filter((one) => one.driver === driver.name);
  return {
    ...driver,
    run: async (login, part) => {
      const seen = await driver.run(login, part);
      if (part !== 'work') return seen;
      driversRun.add(driver.name);
      return known.reduce(levelled, seen);
    },
  };
};

const levelled = (seen: Transcript, known: KnownDifference): Transcript =>
  replaced(seen, known.path, (value) => {
    if (value === known.through) seenThrough.add(known);
    return value === known.through || value === known.direct ? `known: ${known.why}` : value;
  }) as Transcript;

const replaced = (
  within: unknown,
  [key, ...rest]: readonly (string | number)[],
  by: (value: unknown) => unknown,
): unknown => {
  if (key === undefined) return by(within);
  if (typeof within !== 'object' || within === null) return within;
  const inner = replaced((within as Readonly<Record<string | number, unknown>>)[key], rest, by);
  return Array.isArray(within)
    ? within.map((item: unknown, i) => (i === key ? inner : item))
    : { ...within, [key]: inner };
};
