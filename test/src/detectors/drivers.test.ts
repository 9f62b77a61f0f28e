/** Real drivers under detectors: their work is what it was, and addresses come masked in every format. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driverPolicy, serverWithTables } from '../drivers/bed.js';
import type { Driver, Login, Transcript } from '../drivers/driver.js';
import { nodePostgres } from '../drivers/node-postgres.js';
import { postgresJs } from '../drivers/postgres-js.js';
import { psql } from '../drivers/psql.js';
import { psycopg } from '../drivers/psycopg.js';
import { startPostern } from '../harness/postern.js';
import { Undo } from '../harness/undo.js';

const undo = new Undo();
let direct: Login;
let governed: Login;
let reset: () => Promise<void>;

beforeAll(async () => {
  const { server, ...rest } = await serverWithTables(undo);
  ({ direct, reset } = rest);
  const folder = await mkdtemp(join(tmpdir(), 'postern-detectors-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const objects = await readFile(driverPolicy, 'utf8');
  const on = objects.replace('spec:\n', 'spec:\n  detectors: {mode: Mask}\n');
  await writeFile(join(folder, 'objects.yaml'), on);
  await reset();
  const postern = await startPostern({
    files: [folder],
    upstream: server.url('drivers'),
    words: ['--as', 'user:tester'],
  });
  undo.push(() => postern.stop());
  governed = { ...direct, port: Number(new URL(postern.governed).port) };
}, 120_000);
afterAll(() => undo.all(), 60_000);

/** What drivers get where their programs read an address of somebody, or of a machine; binary rows as hexadecimal. */
const afterMasks = (seen: Transcript): unknown => {
  const hex = (text: string): string => Buffer.from(text).toString('hex');
  return JSON.parse(
    JSON.stringify(seen)
      .replaceAll(/person\d+(?=@mail)/g, (name) => 'x'.repeat(name.length))
      .replaceAll(hex('person1@mail'), hex('xxxxxxx@mail'))
      .replaceAll('10.0.0.1/8', '10.0.0.0/8'),
  );
};

const drivers: readonly Driver[] = [nodePostgres, postgresJs, psql, psycopg];
const missing = await Promise.all(drivers.map((driver) => driver.prepare()));

drivers.forEach((driver, i) => {
  const why = missing[i];
  if (why !== undefined) console.warn(`skipped: ${driver.name} (${why})`);
  (why === undefined ? describe : describe.skip)(driver.name, () => {
    test('does its work as without Postern', async () => {
      await reset();
      const without = await driver.run(direct, 'work');
      await reset();
      expect(Object.keys(without).length).toBeGreaterThan(0);
      expect(await driver.run(governed, 'work')).toEqual(afterMasks(without));
    }, 120_000);

    test('gets masked values in every format', async () => {
      await reset();
      const clear = JSON.stringify(await driver.run(direct, 'masked'));
      expect(clear).toMatch(/person3@mail\.example/);
      expect(await driver.run(governed, 'masked')).toEqual(
        afterMasks(JSON.parse(clear) as Transcript),
      );
    }, 60_000);
  });
});
