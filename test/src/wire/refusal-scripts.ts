import { message, say } from './raw-client.js';

/** A script with a hole, for a statement that the server cannot run or one that policy denies. */
export interface Holed {
  readonly name: string;
  /** how many ReadyForQuery it brings */
  readonly readies: number;
  readonly says: (bad: string) => readonly Buffer[];
  /** a hole for a COPY or the like, which is put together from a table's name */
  readonly bad?: readonly [denied: string, failing: string];
}

const q = say.query;
const all = (sql: string, statement = '', portal = ''): Buffer[] => [
  say.parse(sql, statement),
  say.bind(statement, portal),
  say.describe('P', portal),
  say.execute(portal),
];

export const extended: readonly Holed[] = [
  { name: 'Parse', readies: 1, says: (bad) => [say.parse(bad), say.sync()] },
  { name: 'Parse, named', readies: 1, says: (bad) => [say.parse(bad, 's'), say.sync()] },
  { name: 'a whole batch', readies: 1, says: (bad) => [...all(bad), say.sync()] },
  { name: 'a whole batch, named', readies: 1, says: (bad) => [...all(bad, 's', 'p'), say.sync()] },
  {
    name: 'its names are unknown afterwards',
    readies: 4,
    says: (bad) => [
      ...[say.parse(bad, 's'), say.sync(), say.bind('s'), say.sync()],
      ...[say.describe('S', 's'), say.sync(), say.execute('p'), say.sync()],
    ],
  },
  {
    name: 'the unnamed statement is gone behind it',
    readies: 3,
    says: (bad) => [
      ...[say.parse('SELECT 1'), say.sync()],
      ...[say.parse(bad), say.sync(), say.bind(), say.execute(), say.sync()],
    ],
  },
  {
    name: 'the unnamed statement is gone behind a Query',
    readies: 3,
    says: (bad) => [
      ...[say.parse('SELECT 1'), say.sync(), q(bad)],
      ...[say.bind(), say.execute(), say.sync()],
    ],
  },
  {
    name: 'a statement of that name stays',
    readies: 4,
    says: (bad) => [
      ...[say.parse('SELECT 1', 's'), say.sync(), say.parse(bad, 's'), say.sync()],
      ...[say.bind('s'), say.execute(), say.sync(), q('DEALLOCATE ALL')],
    ],
  },
  {
    name: 'Close in the skipped part',
    readies: 3,
    says: (bad) => [
      ...[say.parse('SELECT 1', 's'), say.parse(bad), say.close('S', 's'), say.sync()],
      ...[say.bind('s'), say.execute(), say.sync(), q('DEALLOCATE ALL')],
    ],
  },
  {
    name: 'Query in the skipped part',
    readies: 2,
    says: (bad) => [say.parse(bad), q('SELECT 1'), say.sync(), q('SELECT 2')],
  },
  {
    name: 'the middle of a pipeline',
    readies: 2,
    says: (bad) => [...all('SELECT 1'), ...all(bad), ...all('SELECT 3'), say.sync(), q('SELECT 4')],
  },
  {
    name: 'several in one pipeline',
    readies: 3,
    says: (bad) => [
      ...[...all(bad), ...all(bad), say.sync()],
      ...[...all('SELECT 1'), ...all(bad), say.sync()],
      ...[...all('SELECT 2'), say.sync()],
    ],
  },
  {
    name: 'a pipeline with several Syncs',
    readies: 5,
    says: (bad) => [
      ...[...all('SELECT 1'), say.sync(), ...all(bad), say.sync()],
      ...[say.sync(), ...all('SELECT 2'), say.sync(), ...all(bad), say.sync()],
    ],
  },
  {
    name: 'what the pipeline changed before is undone',
    readies: 2,
    says: (bad) => [
      ...[...all('INSERT INTO w VALUES (4)'), ...all(bad), say.sync()],
      q('SELECT count(*) FROM w'),
    ],
  },
  {
    name: 'Flush everywhere',
    readies: 2,
    says: (bad) => [
      ...[say.parse('SELECT 1'), say.flush(), say.bind(), say.flush(), say.execute(), say.flush()],
      ...[say.parse(bad), say.flush(), say.bind(), say.flush(), say.execute(), say.flush()],
      ...[say.sync(), q('SELECT 2')],
    ],
  },
  {
    name: 'in a block',
    readies: 5,
    says: (bad) => [
      ...[...all('BEGIN'), say.sync(), ...all('SELECT 1'), ...all(bad), say.sync()],
      ...[...all('SELECT 2'), say.sync(), ...all('ROLLBACK'), say.sync(), q('SELECT 3')],
    ],
  },
  {
    name: 'in a block that is begun and ended in the same pipeline',
    readies: 2,
    says: (bad) => [...[...all('BEGIN'), ...all(bad), ...all('COMMIT'), say.sync()], q('ROLLBACK')],
  },
  {
    name: 'in a savepoint',
    readies: 4,
    says: (bad) => [
      ...[q('BEGIN'), ...all('SAVEPOINT s'), ...all(bad), say.sync()],
      ...[...all('ROLLBACK TO s'), ...all('SELECT 1'), say.sync(), q('COMMIT')],
    ],
  },
  {
    name: 'in a failed transaction, where 25P02 wins',
    readies: 4,
    says: (bad) => [q('BEGIN'), q('SELECT 1/0'), ...all(bad), say.sync(), q('ROLLBACK')],
  },
  {
    name: 'behind a portal in parts',
    readies: 3,
    says: (bad) => [
      ...[q('BEGIN'), say.parse('SELECT id FROM t ORDER BY id', 's'), say.bind('s', 'p')],
      ...[say.execute('p', 2), say.parse(bad), say.execute('p', 2), say.sync()],
      q('ROLLBACK; DEALLOCATE ALL'),
    ],
  },
  {
    name: 'COPY messages in the skipped part',
    readies: 2,
    says: (bad) => [
      ...[say.parse(bad), say.bind(), say.execute(), say.copyData('1\n'), say.copyDone()],
      ...[say.sync(), q('SELECT 1')],
    ],
  },
  {
    name: 'several statements in one Parse, where that wins',
    readies: 1,
    says: (bad) => [say.parse(`SELECT 1; ${bad}`), say.sync()],
  },
  {
    name: 'types of parameters',
    readies: 1,
    says: (bad) => [
      message('P', '', bad, Buffer.from([0, 1, 0, 0, 0, 23])),
      ...[say.bind(), say.sync()],
    ],
  },
];

/** The table `secret` may not be touched, `nowhere` is none. */
const byTable = (statement: (table: string) => string): readonly [string, string] => [
  statement('secret'),
  statement('nowhere'),
];

export const special: readonly Holed[] = [
  {
    name: 'COPY from the client',
    readies: 2,
    bad: byTable((table) => `COPY ${table} FROM STDIN`),
    says: (bad) => [q(bad), say.copyData('1\n'), say.copyDone(), q('SELECT 1')],
  },
  {
    name: 'COPY from the client, extended',
    readies: 2,
    bad: byTable((table) => `COPY ${table} FROM STDIN`),
    says: (bad) => [...all(bad), say.copyData('1\n'), say.copyDone(), say.sync(), q('SELECT 1')],
  },
  {
    name: 'COPY to the client',
    readies: 2,
    bad: byTable((table) => `COPY ${table} TO STDOUT`),
    says: (bad) => [q(`SELECT 1; ${bad}; SELECT 2`), q('SELECT 3')],
  },
  {
    name: 'COPY of a query',
    readies: 2,
    bad: byTable((table) => `COPY (SELECT * FROM ${table}) TO STDOUT`),
    says: (bad) => [q(bad), ...all(bad), say.sync()],
  },
  {
    name: 'SQL PREPARE',
    readies: 4,
    bad: byTable((table) => `PREPARE s AS SELECT * FROM ${table}`),
    says: (bad) => [q(bad), q('EXECUTE s'), say.bind('s'), say.sync(), q('SELECT 1')],
  },
  {
    name: 'DECLARE and FETCH',
    readies: 4,
    bad: byTable((table) => `DECLARE k CURSOR FOR SELECT * FROM ${table}`),
    says: (bad) => [q('BEGIN'), q(bad), q('FETCH 1 FROM k'), q('ROLLBACK')],
  },
  {
    name: 'EXPLAIN',
    readies: 2,
    bad: byTable((table) => `EXPLAIN ANALYZE SELECT * FROM ${table}`),
    says: (bad) => [q(bad), ...all(bad), say.sync()],
  },
  {
    name: 'a change of several tables',
    readies: 3,
    bad: byTable((table) => `WITH x AS (DELETE FROM ${table} RETURNING 1) SELECT * FROM x`),
    says: (bad) => [q('BEGIN'), q(bad), q('ROLLBACK')],
  },
  {
    name: 'Bind of what was allowed when it was prepared',
    readies: 5,
    bad: ['denied', 'nothing'],
    says: (schema) => [
      ...[say.parse('SELECT i FROM v', 's'), say.sync(), q(`SET search_path = ${schema}`)],
      ...[say.bind('s'), say.describe('P'), say.execute(), say.sync()],
      ...[q('RESET search_path'), say.bind('s'), say.execute(), say.sync()],
    ],
  },
  {
    name: 'EXECUTE of what was allowed when it was prepared',
    readies: 5,
    bad: ['denied', 'nothing'],
    says: (schema) => [
      ...[q('PREPARE s AS SELECT i FROM v'), q(`SET search_path = ${schema}`)],
      ...[q('EXECUTE s'), q('RESET search_path'), q('EXECUTE s')],
    ],
  },
  {
    name: 'Bind of it in the middle of a block',
    readies: 6,
    bad: ['denied', 'nothing'],
    says: (schema) => [
      ...[say.parse('SELECT i FROM v', 's'), say.sync(), q('BEGIN')],
      ...[q(`SET search_path = ${schema}`), ...all('SELECT 1'), say.bind('s'), say.execute()],
      ...[say.sync(), q('SELECT 1'), q('ROLLBACK')],
    ],
  },
];
