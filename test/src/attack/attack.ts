import type { Frame } from '../wire/peer.js';
import { type Role, type Step, type Steps, stepsOf } from './steps.js';

/** Says steps in the attack's session. @returns what came, of each message */
export type Ask = (steps: Steps) => Promise<readonly Frame[]>;

interface Named {
  readonly category: string;
  readonly name: string;
  readonly role: Role;
  /** sent at start-up */
  readonly settings: Readonly<Record<string, string>>;
  /** first major version that has what it uses */
  readonly since: number;
  /** it confirms a value that is guessed whole, as docs/what-postern-does.md says; counted apart */
  readonly inference: boolean;
}

export type Attack =
  /** what comes is searched */
  | (Named & { readonly kind: 'said'; readonly steps: readonly Step[] })
  /** what it puts together from answers is searched, not the answers: they may repeat its own words */
  | (Named & {
      readonly kind: 'asked';
      readonly ask: (ask: Ask) => Promise<readonly string[]>;
      /** it changes the database */
      readonly alone: boolean;
    });

interface Words {
  readonly role?: Role;
  readonly settings?: Readonly<Record<string, string>>;
  readonly since?: number;
  readonly inference?: boolean;
}

/** An attack as a table writes it: steps, steps and more, or a function that asks on. */
export type Written =
  | Steps
  | (Words & { readonly steps: Steps })
  | (Words & {
      readonly ask: (ask: Ask) => Promise<readonly string[]>;
      readonly alone?: boolean;
    });

const isSteps = (written: Written): written is Steps =>
  typeof written === 'string' || Array.isArray(written) || 'kind' in written;

/** The attacks of one category, named by the keys. */
export const attacks = (
  category: string,
  table: Readonly<Record<string, Written>>,
  all: Words = {},
): readonly Attack[] =>
  Object.entries(table).map(([name, written]): Attack => {
    const words = isSteps(written) ? { steps: written } : written;
    const { role = 'worker', settings = {}, since = 13, inference = false } = { ...all, ...words };
    const named = { category, name, role, settings, since, inference };
    return 'ask' in words
      ? { ...named, kind: 'asked', ask: words.ask, alone: words.alone ?? false }
      : { ...named, kind: 'said', steps: stepsOf(words.steps) };
  });
