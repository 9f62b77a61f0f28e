/** Every version Postern is made for, with the drivers that need nothing but npm. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { tmpdir } from 'node:os';
import { findServer, serverOwner, versions } from '../harness/binaries.js';
import { Undo } from '../harness/undo.js';
import { driverBed } from './bed.js';
import { nodePostgres } from './node-postgres.js';
import { postgresJs } from './postgres-js.js';
import { psql } from './psql.js';

const owner = await serverOwner();
const missingPsql = await psql.prepare();

for (const version of versions.filter((v) => v !== 18)) {
  const there = (await findServer(version, owner, tmpdir())) !== undefined;
  if (!there) console.warn(`skipped: PostgreSQL ${version} is not on this machine`);
  (there ? describe : describe.skip)(`PostgreSQL ${version}`, () => {
    const undo = new Undo();
    afterAll(() => undo.all(), 60_000);

    test('works, refuses and masks', async () => {
      const bed = await driverBed(undo, version);
      const maskedLogin = await bed.masked();
      const drivers = [nodePostgres, postgresJs, ...(missingPsql === undefined ? [psql] : [])];
      for (const driver of drivers) {
        await bed.reset();
        const without = await driver.run(bed.direct, 'work');
        await bed.reset();
        const through = await driver.run(bed.governed, 'work');
        expect({ driver: driver.name, through }).toEqual({ driver: driver.name, through: without });

        await bed.reset();
        const refused = JSON.stringify(await driver.run(bed.governed, 'refused'));
        expect(refused).toMatch(/42501/);
        expect(refused).toMatch(/policy=test\/drivers rule=no-drop/);
        const masked = JSON.stringify(await driver.run(maskedLogin, 'masked'));
        expect(masked).not.toMatch(/person\d+@mail|ERROR/);
      }
    }, 180_000);
  });
}
