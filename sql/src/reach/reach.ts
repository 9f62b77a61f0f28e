/**
 * What a function or a system relation can reach beside its arguments.
 *
 * - `arguments`: nothing but them, the clock and chance
 * - `settings`: settings and facts of the session and the server, and how they make values look
 * - `catalogue`: names and definitions of schema objects, privileges
 * - `counters`: statistics that count, locks, positions of the log; no value of a column
 * - `state`: sequences, advisory locks, transaction ids, waiting
 * - `values`: contents of the catalogue that can hold values of columns
 * - `statements`: texts of statements, of this session or others
 * - `sql`: what is to run or be read comes as a text or a name
 * - `sessions`: what other sessions do, or doing something to them
 * - `notifications`: a payload for other sessions
 * - `files`: the server's files
 * - `storage`: large objects, pages, the write-ahead log, replication slots
 * - `control`: the server's or the database's running
 * - `secrets`: passwords and credentials
 * - `internal`: cannot be called by a statement
 */
export type Reach =
  | 'arguments'
  | 'settings'
  | 'catalogue'
  | 'counters'
  | 'state'
  | 'values'
  | 'statements'
  | 'sql'
  | 'sessions'
  | 'notifications'
  | 'files'
  | 'storage'
  | 'control'
  | 'secrets'
  | 'internal';

/** From here no value of a column can come that is not in the arguments. */
const plain: ReadonlySet<Reach | undefined> = new Set<Reach>([
  'arguments',
  'settings',
  'catalogue',
  'counters',
  'state',
  'internal',
]);

/** What is not classified is not plain. */
export const isPlainReach = (reach: Reach | undefined): boolean => plain.has(reach);
