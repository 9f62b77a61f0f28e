/** What a client says, from which no policy takes anything. */
import { say } from './raw-client.js';

export interface Case {
  readonly name: string;
  readonly says: readonly Buffer[];
  /** how many ReadyForQuery it brings */
  readonly readies: number;
}

export const pipeline = (...sql: readonly string[]): Buffer[] =>
  sql.flatMap((text) => [say.parse(text), say.bind(), say.describe('P'), say.execute()]);

/** Sent to the server and through Postern: the messages must be the same, however the bytes are cut. */
export const same: readonly Case[] = [
  { name: 'a simple query', says: [say.query('SELECT 1 AS a')], readies: 1 },
  { name: 'an empty query', says: [say.query('')], readies: 1 },
  { name: 'only a comment', says: [say.query('-- nothing')], readies: 1 },
  { name: 'several statements', says: [say.query('SELECT 1; SELECT 2; SELECT 3')], readies: 1 },
  {
    name: 'an error in the second of three',
    says: [say.query('SELECT 1; SELECT 1/0; SELECT 3')],
    readies: 1,
  },
  { name: 'a syntax error with its position', says: [say.query('SELECT 1, FORM t')], readies: 1 },
  { name: 'an unknown column', says: [say.query('SELECT nome FROM t')], readies: 1 },
  { name: 'an unknown table', says: [say.query('SELECT 1 FROM nowhere')], readies: 1 },
  {
    name: 'simple queries without waiting',
    says: [say.query('SELECT 1'), say.query('SELECT 2'), say.query('SELECT x')],
    readies: 3,
  },
  {
    name: 'the extended protocol',
    says: [...pipeline('SELECT id FROM t ORDER BY id'), say.sync()],
    readies: 1,
  },
  {
    name: 'a pipeline with one Sync',
    says: [...pipeline('SELECT 1', 'SELECT 2', 'SELECT 3'), say.sync()],
    readies: 1,
  },
  {
    name: 'an error in the middle of a pipeline',
    says: [...pipeline('SELECT 1', 'SELECT 1/0', 'SELECT 3'), say.sync(), say.query('SELECT 4')],
    readies: 2,
  },
  {
    name: 'a parse error in a pipeline',
    says: [
      ...pipeline('SELECT 1', 'SELEC', 'SELECT 3'),
      say.sync(),
      ...pipeline('SELECT 5'),
      say.sync(),
    ],
    readies: 2,
  },
  {
    name: 'two commands in a Parse',
    says: [say.parse('SELECT 1; SELECT 2'), say.sync()],
    readies: 1,
  },
  {
    name: 'a named statement, kept',
    says: [
      say.parse('SELECT 7', 's7'),
      say.sync(),
      say.bind('s7'),
      say.execute(),
      say.sync(),
      say.close('S', 's7'),
      say.sync(),
      say.bind('s7'),
      say.sync(),
    ],
    readies: 4,
  },
  {
    name: 'a name used twice',
    says: [
      say.parse('SELECT 7', 'twice'),
      say.parse('SELECT 8', 'twice'),
      say.sync(),
      say.query('DEALLOCATE ALL'),
    ],
    readies: 2,
  },
  {
    name: 'an unknown statement',
    says: [say.bind('nobody'), say.execute(), say.sync()],
    readies: 1,
  },
  { name: 'an unknown portal', says: [say.execute('nobody'), say.sync()], readies: 1 },
  {
    name: 'Describe of an unknown statement',
    says: [say.describe('S', 'nobody'), say.sync()],
    readies: 1,
  },
  {
    name: 'a portal in parts',
    says: [
      say.query('BEGIN'),
      say.parse('SELECT id FROM t ORDER BY id'),
      say.bind('', 'p'),
      say.execute('p', 2),
      say.execute('p', 2),
      say.execute('p', 2),
      say.sync(),
      say.query('COMMIT'),
    ],
    readies: 3,
  },
  {
    name: 'a failed transaction block',
    says: [
      say.query('BEGIN'),
      say.query('SELECT 1/0'),
      say.query('SELECT 1'),
      say.query('ROLLBACK'),
    ],
    readies: 4,
  },
  {
    name: 'a savepoint',
    says: [
      say.query('BEGIN'),
      say.query('SAVEPOINT s'),
      say.query('SELECT 1/0'),
      say.query('ROLLBACK TO s'),
      say.query('SELECT 1'),
      say.query('COMMIT'),
    ],
    readies: 6,
  },
  {
    name: 'COPY in',
    says: [
      say.query('CREATE TEMP TABLE c (i int)'),
      say.query('COPY c FROM STDIN'),
      say.copyData('1\n2\n'),
      say.copyData('3\n'),
      say.copyDone(),
      say.query('SELECT sum(i) FROM c'),
      say.query('DISCARD TEMP'),
    ],
    readies: 4,
  },
  {
    name: 'COPY in that the client fails',
    says: [
      say.query('CREATE TEMP TABLE c (i int)'),
      say.query('COPY c FROM STDIN'),
      say.copyData('1\n'),
      say.copyFail('changed my mind'),
      say.query('SELECT count(*) FROM c'),
      say.query('DISCARD TEMP'),
    ],
    readies: 4,
  },
  {
    name: 'COPY in with wrong data',
    says: [
      say.query('CREATE TEMP TABLE c (i int)'),
      say.query('COPY c FROM STDIN'),
      say.copyData('x\n'),
      say.copyDone(),
      say.query('SELECT 2'),
      say.query('DISCARD TEMP'),
    ],
    readies: 4,
  },
  {
    name: 'COPY in, extended, its Sync sent before the data',
    says: [
      say.query('CREATE TEMP TABLE c (i int)'),
      say.parse('COPY c FROM STDIN'),
      say.bind(),
      say.execute(),
      say.sync(),
      say.copyData('1\n'),
      say.copyDone(),
      say.sync(),
      say.query('SELECT i FROM c'),
      say.query('DISCARD TEMP'),
    ],
    readies: 4,
  },
  { name: 'COPY out', says: [say.query('COPY t TO STDOUT')], readies: 1 },
  {
    name: 'COPY data out of place',
    says: [say.copyData('x'), say.copyDone(), say.query('SELECT 1')],
    readies: 1,
  },
  {
    name: 'PREPARE, EXECUTE, DEALLOCATE by SQL',
    says: [
      say.query('PREPARE q(int) AS SELECT $1 + 1'),
      say.query('EXECUTE q(1)'),
      say.bind('q'),
      say.sync(),
      say.query('DEALLOCATE q'),
      say.query('EXECUTE q(1)'),
    ],
    readies: 5,
  },
  {
    name: 'a cursor',
    says: [
      say.query('BEGIN'),
      say.query('DECLARE k CURSOR FOR SELECT id FROM t ORDER BY id'),
      say.query('FETCH 2 FROM k'),
      say.query('MOVE 1 IN k'),
      say.query('FETCH ALL FROM k'),
      say.query('CLOSE k'),
      say.query('COMMIT'),
    ],
    readies: 7,
  },
  {
    name: 'a portal that is a cursor',
    says: [
      say.query('BEGIN'),
      say.query('DECLARE k CURSOR FOR SELECT id FROM t ORDER BY id'),
      say.execute('k', 1),
      say.sync(),
      say.query('COMMIT'),
    ],
    readies: 4,
  },
  {
    name: 'a table made and used in one query string',
    says: [
      say.query(
        'CREATE TABLE made (i int); INSERT INTO made VALUES (1), (2); SELECT i FROM made ORDER BY i; ALTER TABLE made RENAME TO made2; SELECT count(*) FROM made2',
      ),
      say.query('TRUNCATE made2'),
      say.query('BEGIN; ALTER TABLE made2 RENAME TO made; SELECT count(*) FROM made; ROLLBACK'),
      say.query('ALTER TABLE made2 RENAME TO leftover'),
    ],
    readies: 4,
  },
  {
    name: 'a search_path that changes what follows',
    says: [
      say.query('SET search_path = pg_catalog; SELECT count(*) FROM t'),
      say.query('SET search_path = public; SELECT count(*) FROM t'),
      say.query('RESET search_path'),
    ],
    readies: 3,
  },
  {
    name: 'an error undoes the whole query string',
    says: [
      say.query('INSERT INTO t VALUES (100); SELECT 1/0'),
      say.query('SELECT count(*) FROM t WHERE id = 100'),
    ],
    readies: 2,
  },
  {
    name: 'Flush',
    says: [
      say.parse('SELECT 1'),
      say.flush(),
      say.bind(),
      say.flush(),
      say.execute(),
      say.flush(),
      say.sync(),
    ],
    readies: 1,
  },
  { name: 'a type that does not exist', says: [say.raw('?', 'x')], readies: 1 },
];
