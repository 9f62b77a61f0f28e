import { parseArgs } from 'node:util';
import { suiteNames, type SuiteName } from './suites.js';

export interface ConformanceOptions {
  readonly suites: readonly SuiteName[];
  /** tests to run; empty: all */
  readonly only: readonly string[];
  /** how many sessions a parallel group may have; 0: as many as it has tests */
  readonly maxConnections: number;
}

export const usage = `usage: make conformance CONFORMANCE='[--suite NAME,NAME] [--only TEST,TEST] [--max-connections N]'

  --suite            ${suiteNames.join(', ')} (default: all)
  --only             these tests, after those that make their tables
  --max-connections  of a parallel group (default: no limit)

Exit codes: 0 all equal, 1 differences that are not known, 2 something is missing on this machine.
`;

/** @throws Error that says what is wrong */
export const readOptions = (words: readonly string[]): ConformanceOptions => {
  const { values } = parseArgs({
    args: [...words],
    options: {
      suite: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      'max-connections': { type: 'string', default: '0' },
    },
  });
  const wanted = listed(values.suite);
  const unknown = wanted.find((name) => !suiteNames.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`no suite ${unknown}: ${suiteNames.join(', ')}`);
  const maxConnections = Number(values['max-connections']);
  if (!Number.isInteger(maxConnections) || maxConnections < 0) {
    throw new Error('--max-connections takes a number');
  }
  return {
    suites: suiteNames.filter((name) => wanted.length === 0 || wanted.includes(name)),
    only: listed(values.only),
    maxConnections,
  };
};

const listed = (values: readonly string[]): string[] =>
  values.flatMap((value) => value.split(',')).filter((name) => name !== '');
