import type { Target } from './server.js';
import type { Workplace } from './workplace.js';
import { isolation, regress } from './regress.js';
import { pipeline } from './pipeline.js';

export const suiteNames = ['regress', 'pipeline', 'isolation'] as const;
export type SuiteName = (typeof suiteNames)[number];

/** A test that ended. Its output lies in the results folder as `NAME.out`. */
export interface Ended {
  readonly test: string;
  /** whether PostgreSQL's own expectation was met */
  readonly expected: boolean;
  readonly milliseconds: number;
}

export interface SuiteRun {
  readonly workplace: Workplace;
  readonly target: Target;
  /** tests to run; empty: all */
  readonly only: readonly string[];
  readonly maxConnections: number;
  /** called as soon as a test's output is whole */
  readonly onEnd: (ended: Ended) => Promise<void>;
  /** an empty folder of the server's user, the same for both runs: outputs name it */
  readonly folder: string;
}

/** @returns the folder of the outputs */
export type Suite = (run: SuiteRun) => Promise<string>;

export const suites: Readonly<Record<SuiteName, Suite>> = { regress, pipeline, isolation };
