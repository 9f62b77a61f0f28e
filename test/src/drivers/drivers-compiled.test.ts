/** Drivers of compiled languages do their work through Postern as without it. */
import { expect } from '@jest/globals';
import { pgx, tokioPostgres } from './compiled.js';
import type { Transcript } from './driver.js';
import { describeDrivers, dropRefused, failedTransaction, inTransaction } from './suite.js';

const modes = ['cache statement', 'cache describe', 'describe exec', 'exec', 'simple protocol'];

const refusals: Readonly<Record<string, (seen: Transcript) => void>> = {
  pgx: (seen) => {
    const inMode = (mode: string): Transcript => ({
      [`${mode}: refused`]: dropRefused,
      [`${mode}: goes on`]: [[1000]],
      [`${mode}: in a transaction`]: inTransaction,
      [`${mode}: which is failed`]: failedTransaction,
      [`${mode}: rolled back`]: [['item 2']],
      [`${mode}: in a batch`]: dropRefused,
      [`${mode}: rolled back too`]: [['item 3']],
      [`${mode}: in a savepoint`]: inTransaction,
      [`${mode}: which is kept`]: 'UPDATE 1',
      [`${mode}: goes on after`]: [[4]],
    });
    expect(seen).toEqual({
      ...Object.assign({}, ...modes.map(inMode)),
      // `NQ==` is a 5
      pipelined: [dropRefused, 'synced', [[['NQ==']], 'SELECT 1'], 'synced'],
    });
  },
  'tokio-postgres': (seen) =>
    expect(seen).toEqual({
      refused: dropRefused,
      simple: dropRefused,
      unprepared: dropRefused,
      'goes on': [[1000]],
      'in a savepoint': inTransaction,
      'in a transaction': inTransaction,
      'which is failed': failedTransaction,
      'among several': dropRefused,
      'rolled back': [['kept'], ['item 2'], ['item 3']],
      pipelined: [[[1]], dropRefused, [[3]]],
      'goes on after': [[4]],
    }),
};

await describeDrivers(
  [pgx, tokioPostgres].map((driver) => ({
    driver,
    refused: refusals[driver.name]!,
  })),
);
