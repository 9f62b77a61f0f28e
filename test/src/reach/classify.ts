import type { Reach } from '@postern/sql';
import { extensions } from './extensions.js';
import { functions, immutableToo, overloads } from './rules.js';
import type { Found } from './survey.js';

type Lists = Readonly<Partial<Record<Reach, string>>>;

interface Rule {
  readonly reach: Reach;
  readonly pattern: string;
  readonly fits: RegExp;
}

const rulesOf = (lists: Lists): readonly Rule[] =>
  Object.entries(lists)
    .flatMap(([reach, names]) =>
      names.split(/\s+/).map((pattern) => ({
        reach: reach as Reach,
        pattern,
        fits: new RegExp(`^${pattern.replaceAll('*', '.*')}$`),
      })),
    )
    // The more is spelt out, the nearer.
    .sort((a, b) => exact(b.pattern) - exact(a.pattern));

const exact = (pattern: string): number => (pattern.includes('*') ? pattern.length : 1000);

const rules = rulesOf(functions);

/** What one of PostgreSQL's own functions can reach; undefined: nobody has said. */
export const ofBuiltin = ({ name, signature, volatility, internal }: Found): Reach | undefined => {
  const overload = overloads[signature.replaceAll(',', ', ')];
  if (overload !== undefined) return overload;
  if (internal) return 'internal';
  if (volatility === 'i' && !immutableToo.has(name)) return 'arguments';
  return rules.find((rule) => rule.fits.test(name))?.reach;
};

/** What a function of an extension can reach. */
export const ofExtension = (extension: string, { name, internal }: Found): Reach | undefined =>
  internal
    ? 'internal'
    : rulesOf(extensions[extension] ?? {}).find((rule) => rule.fits.test(name))?.reach;

/** Rules for which no server has a function: they have been removed, or never were. */
export const idle = (found: readonly Found[]): readonly string[] =>
  rules
    .filter(({ fits }) => !found.some(({ name }) => fits.test(name)))
    .map(({ pattern }) => pattern);
