import { onlyReads, type Role, type Step, type Steps, stepsOf } from './steps.js';

/** Honest work: what comes through Postern has to be what comes directly, but for values that are masked. */
export interface Work {
  readonly category: string;
  readonly name: string;
  readonly role: Role;
  readonly settings: Readonly<Record<string, string>>;
  readonly since: number;
  readonly steps: readonly Step[];
  /** result columns whose values differ by right */
  readonly masked: readonly string[];
  /** it leaves the database as it was, whatever words stand in it */
  readonly reads: boolean;
}

type Words = Partial<Pick<Work, 'role' | 'settings' | 'since' | 'masked' | 'reads'>>;

export type WrittenWork = Steps | (Words & { readonly steps: Steps });

const isSteps = (written: WrittenWork): written is Steps =>
  typeof written === 'string' || Array.isArray(written) || 'kind' in written;

/** The work of one category, named by the keys. */
export const honest = (
  category: string,
  table: Readonly<Record<string, WrittenWork>>,
  all: Words = {},
): readonly Work[] =>
  Object.entries(table).map(([name, written]): Work => {
    const words = isSteps(written) ? { steps: written } : written;
    const steps = stepsOf(words.steps);
    const more = { ...all, ...words };
    const { role = 'worker', settings = {}, since = 13, masked = [] } = more;
    const { reads = onlyReads(steps) } = more;
    return { category, name, role, settings, since, masked, reads, steps };
  });
