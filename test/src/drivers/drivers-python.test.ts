/** Python's other drivers, and what is most used above them. psycopg is among drivers.test.ts. */
import { expect } from '@jest/globals';
import type { Transcript } from './driver.js';
import { pythonDriver } from './python.js';
import { describeDrivers, dropRefused, failedTransaction, inTransaction } from './suite.js';

await describeDrivers([
  {
    driver: pythonDriver('asyncpg', 'asyncpg_session.py'),
    refused: (seen: Transcript) => {
      expect(seen).toEqual({
        refused: dropRefused,
        'goes on': 1000,
        extended: dropRefused,
        prepared: dropRefused,
        'in a transaction': inTransaction,
        'which is failed': failedTransaction,
        'rolled back': 'item 2',
        'after a savepoint': inTransaction,
        kept: 'kept',
        'among several': dropRefused,
        'goes on after': 4,
      });
    },
  },
  {
    driver: pythonDriver('SQLAlchemy', 'sqlalchemy_session.py'),
    refused: (seen: Transcript) => {
      expect(seen).toEqual({
        refused: dropRefused,
        'in a transaction': inTransaction,
        'which is failed': failedTransaction,
        'rolled back': 'item 2',
        'after a savepoint': inTransaction,
        'goes on': 1000,
        'by its metadata': dropRefused,
        'its connection goes on': 4,
        'over asyncpg': dropRefused,
        'and goes on': 1000,
      });
    },
  },
  {
    driver: pythonDriver('pandas', 'pandas_session.py'),
    refused: (seen: Transcript) => {
      expect(seen).toEqual({ replaced: dropRefused, 'goes on': [[1000]] });
    },
  },
]);
