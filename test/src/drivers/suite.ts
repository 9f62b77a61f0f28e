import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Undo } from '../harness/undo.js';
import { driverBed, type Bed } from './bed.js';
import type { Driver, Login, Transcript } from './driver.js';

/** A driver's program and what it must have seen of refusals. */
export interface DriverCase {
  readonly driver: Driver;
  readonly refused: (seen: Transcript) => void;
}

export const inTransaction: unknown = expect.objectContaining({ sqlstate: '42501' });
export const failedTransaction: unknown = expect.objectContaining({ sqlstate: '25P02' });

/** SQLSTATE, and which policy and rule: for a program, and for a person. */
export const dropRefused: unknown = expect.objectContaining({
  sqlstate: '42501',
  severity: 'ERROR',
  message: expect.stringMatching(/nothing is dropped here|denies/),
  detail: expect.stringMatching(/policy=test\/drivers rule=no-drop/),
});

/**
 * Each driver does its work through Postern as without it, sees a refusal as an error of the server and
 * goes on, and gets masked values in every format. A driver that cannot be had here is skipped by name.
 */
export async function describeDrivers(cases: readonly DriverCase[]): Promise<void> {
  const undo = new Undo();
  let bed: Bed;
  let masked: Login;
  const prepared = await Promise.all(
    cases.map(async (one) => ({ ...one, missing: await one.driver.prepare() })),
  );
  beforeAll(async () => {
    bed = await driverBed(undo, 18);
    masked = await bed.masked();
  }, 120_000);
  afterAll(() => undo.all(), 60_000);

  const bothWays = async (driver: Driver): Promise<readonly [Transcript, Transcript]> => {
    await bed.reset();
    const without = await driver.run(bed.direct, 'work');
    await bed.reset();
    return [without, await driver.run(bed.governed, 'work')];
  };

  for (const { driver, refused, missing } of prepared) {
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
        refused(await driver.run(bed.governed, 'refused'));
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
}
