/**
 * Real drivers do their ordinary work through Postern as they do it without: the same program, the same
 * answers. And what policy refuses they see as an error of the server, and go on.
 */
import { expect } from '@jest/globals';
import type { Transcript } from './driver.js';
import { jdbc } from './jdbc.js';
import { nodePostgres } from './node-postgres.js';
import { postgresJs } from './postgres-js.js';
import { psql } from './psql.js';
import { psycopg } from './psycopg.js';
import { describeDrivers, dropRefused, failedTransaction, inTransaction } from './suite.js';

const refusals: Readonly<Record<string, (seen: Transcript) => void>> = {
  psql: ({ said }) => {
    const text = String(said);
    expect(text.match(/ERROR: {2}42501: /g)).toHaveLength(3);
    expect(text).toMatch(/DETAIL: {2}.*policy=test\/drivers rule=no-drop/);
    expect(text).toMatch(/ERROR: {2}25P02: /);
    // rolled back, and the statement after it
    expect(text).toMatch(/item 2/);
    expect(text).toMatch(/SELECT 4;\n \?column\? \n-+\n {8}4/);
  },
  'node-postgres': (seen) =>
    expect(seen).toEqual({
      refused: dropRefused,
      'goes on': [{ count: '1000' }],
      extended: dropRefused,
      'in a transaction': inTransaction,
      'which is failed': failedTransaction,
      'rolled back': [{ name: 'item 2' }],
      'among several': dropRefused,
      'rolled back too': [{ name: 'item 3' }],
      pipelined: ['fulfilled', 'rejected', 'fulfilled'],
      'goes on after': [{ four: 4 }],
    }),
  'postgres.js': (seen) =>
    expect(seen).toEqual({
      refused: dropRefused,
      'goes on': [{ count: '1000' }],
      'in a transaction': inTransaction,
      'rolled back': [{ name: 'item 2' }],
      pipelined: ['fulfilled', 'rejected', 'fulfilled'],
      'goes on after': [{ four: 4 }],
    }),
  psycopg: (seen) =>
    expect(seen).toEqual({
      refused: dropRefused,
      'goes on': [1000],
      'in a transaction': inTransaction,
      'which is failed': failedTransaction,
      'rolled back': ['item 2'],
      pipelined: ['42501'],
      'goes on after': [4],
    }),
  JDBC: (seen) =>
    expect(seen).toEqual({
      refused: dropRefused,
      'goes on': [[1000]],
      'in a transaction': inTransaction,
      'which is failed': failedTransaction,
      'rolled back': [['item 2']],
      pipelined: ['42501'],
      'goes on after': [[4]],
    }),
};

await describeDrivers(
  [psql, nodePostgres, postgresJs, psycopg, jdbc].map((driver) => ({
    driver,
    refused: refusals[driver.name]!,
  })),
);
