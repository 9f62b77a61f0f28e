/** An ORM does its work through Postern as without it, over both drivers of Node. */
import { expect } from '@jest/globals';
import type { Transcript } from './driver.js';
import { drizzleOverNodePostgres, drizzleOverPostgresJs } from './drizzle.js';
import { describeDrivers, dropRefused, inTransaction } from './suite.js';

const refused = (seen: Transcript): void =>
  expect(seen).toEqual({
    refused: dropRefused,
    'goes on': 1000,
    'in a transaction': inTransaction,
    'in a savepoint': inTransaction,
    names: [{ name: 'item 2' }, { name: 'kept' }],
  });

await describeDrivers(
  [drizzleOverNodePostgres, drizzleOverPostgresJs].map((driver) => ({ driver, refused })),
);
