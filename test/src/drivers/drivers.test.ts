/**
 * Real drivers do their ordinary work through Postern as they do it without: the same program, the same
 * answers. And what policy refuses they see as an error of the server, and go on.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Undo } from '../harness/undo.js';
import { driverBed, type Bed } from './bed.js';
import type { Driver, Login, Transcript } from './driver.js';
import { jdbc } from './jdbc.js';
import { nodePostgres } from './node-postgres.js';
import { postgresJs } from './postgres-js.js';
import { psql } from './psql.js';
import { psycopg } from './psycopg.js';

const drivers = await Promise.all(
  [psql, nodePostgres, postgresJs, psycopg, jdbc].map(async (driver) => ({
    driver,
    missing: await driver.prepare(),
  })),
);

const undo = new Undo();
let bed: Bed;
let masked: Login;
beforeAll(async () => {
  bed = await driverBed(undo, 18);
  masked = await bed.masked();
}, 120_000);
afterAll(() => undo.all(), 60_000);

const inTransaction = expect.objectContaining({ sqlstate: '42501' });
const failedTransaction = expect.objectContaining({ sqlstate: '25P02' });

/** SQLSTATE, and which policy and rule: for a program, and for a person. */
const dropRefused = expect.objectContaining({
  sqlstate: '42501',
  severity: 'ERROR',
  message: expect.stringMatching(/nothing is dropped here|denies/),
  detail: expect.stringMatching(/policy=test\/drivers rule=no-drop/),
});

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

for (const { driver, missing } of drivers) {
  const name = missing === undefined ? driver.name : `${driver.name} (${missing})`;
  if (missing !== undefined) console.warn(`skipped: ${name}`);
  (missing === undefined ? describe : describe.skip)(name, () => {
    test('does its work as without Postern', async () => {
      const [without, through] = await bothWays(driver);
      expect(Object.keys(without).length).toBeGreaterThan(0);
      expect(through).toEqual(without);
    }, 120_000);

    test('sees a refusal as an error of the server, and goes on', async () => {
      await bed.reset();
      refusals[driver.name]!(await driver.run(bed.governed, 'refused'));
    }, 60_000);

    test('gets masked values in every format', async () => {
      await bed.reset();
      const clear = JSON.stringify(await driver.run(bed.direct, 'masked'));
      const seen = JSON.stringify(await driver.run(masked, 'masked'));
      expect(clear).toMatch(/person3@mail\.example/);
      expect(seen).not.toMatch(/person\d+@mail/);
      // masked, not missing
      expect(seen).not.toMatch(/ERROR|42501/);
    }, 60_000);
  });
}

const bothWays = async (driver: Driver): Promise<readonly [Transcript, Transcript]> => {
  await bed.reset();
  const without = await driver.run(bed.direct, 'work');
  await bed.reset();
  return [without, await driver.run(bed.governed, 'work')];
};
