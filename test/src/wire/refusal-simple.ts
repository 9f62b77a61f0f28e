/** Refused in a simple query. */
import { say } from './raw-client.js';
import type { Holed } from './refusal-scripts.js';

const q = say.query;

export const simple: readonly Holed[] = [
  { name: 'alone', readies: 1, says: (bad) => [q(bad)] },
  { name: 'first of two', readies: 1, says: (bad) => [q(`${bad}; SELECT 2`)] },
  { name: 'second of three', readies: 1, says: (bad) => [q(`SELECT 1; ${bad}; SELECT 3`)] },
  { name: 'last of three', readies: 1, says: (bad) => [q(`SELECT 1; SELECT 2; ${bad}`)] },
  { name: 'twice', readies: 1, says: (bad) => [q(`SELECT 1; ${bad}; ${bad}`)] },
  { name: 'between empty ones', readies: 1, says: (bad) => [q(`;; ${bad} ;;`)] },
  {
    name: 'behind a change, which is undone',
    readies: 2,
    says: (bad) => [q(`INSERT INTO w VALUES (1); ${bad}`), q('SELECT count(*) FROM w')],
  },
  {
    name: 'behind a statement that changes names',
    readies: 2,
    says: (bad) => [
      q(`CREATE TEMP TABLE x (i int); SELECT i FROM x; ${bad}; SELECT 9`),
      q('SELECT i FROM x'),
    ],
  },
  {
    name: 'in a block',
    readies: 5,
    says: (bad) => [q('BEGIN'), q('SELECT 1'), q(bad), q('SELECT 2'), q('ROLLBACK')],
  },
  {
    name: 'in a block that is committed',
    readies: 4,
    says: (bad) => [q('BEGIN'), q(bad), q('COMMIT'), q('SELECT 1')],
  },
  {
    name: 'behind BEGIN in one string',
    readies: 3,
    says: (bad) => [q(`BEGIN; SELECT 1; ${bad}; COMMIT`), q('SELECT 2'), q('ROLLBACK')],
  },
  {
    name: 'behind COMMIT in one string',
    readies: 2,
    says: (bad) => [q(`BEGIN; INSERT INTO w VALUES (2); COMMIT; ${bad}`), q('DELETE FROM w')],
  },
  {
    name: 'behind a block in one string',
    readies: 2,
    says: (bad) => [q(`SELECT 1; BEGIN; ${bad}`), q('ROLLBACK')],
  },
  {
    name: 'behind ROLLBACK in one string',
    readies: 2,
    says: (bad) => [q(`BEGIN; INSERT INTO w VALUES (3); ROLLBACK; ${bad}`), q('SELECT i FROM w')],
  },
  {
    name: 'COMMIT of a block with a change behind it',
    readies: 4,
    says: (bad) => [q('BEGIN'), q(`COMMIT; ${bad}; SELECT 1`), q('SELECT 2'), q('ROLLBACK')],
  },
  {
    name: 'in a savepoint',
    readies: 7,
    says: (bad) => [
      ...[q('BEGIN'), q('SAVEPOINT s'), q(bad), q('SELECT 1')],
      ...[q('ROLLBACK TO s'), q('SELECT 2'), q('COMMIT')],
    ],
  },
  {
    name: 'in a savepoint in one string',
    readies: 3,
    says: (bad) => [
      q(`BEGIN; SAVEPOINT s; ${bad}`),
      q('ROLLBACK TO s; SELECT 1'),
      q('RELEASE s; COMMIT'),
    ],
  },
  {
    name: 'in nested savepoints, twice',
    readies: 8,
    says: (bad) => [
      ...[q('BEGIN'), q('SAVEPOINT a'), q('SAVEPOINT b'), q(bad)],
      ...[q('ROLLBACK TO b'), q(bad), q('ROLLBACK TO a'), q('COMMIT')],
    ],
  },
  {
    name: 'in a failed transaction, where 25P02 wins',
    readies: 5,
    says: (bad) => [q('BEGIN'), q('SELECT 1/0'), q(bad), q(`SELECT 1; ${bad}`), q('ROLLBACK')],
  },
  {
    name: 'behind ROLLBACK of a failed transaction',
    readies: 4,
    says: (bad) => [q('BEGIN'), q('SELECT 1/0'), q(`ROLLBACK; ${bad}; SELECT 1`), q('SELECT 2')],
  },
  {
    name: 'behind an error in one string, which wins',
    readies: 2,
    says: (bad) => [q(`SELECT 1/0; ${bad}`), q('SELECT 1')],
  },
  { name: 'before a syntax error, which wins', readies: 1, says: (bad) => [q(`${bad}; SELEC`)] },
  {
    name: 'many without waiting',
    readies: 5,
    says: (bad) => [q(bad), q('SELECT 1'), q(bad), q(bad), q('SELECT 2')],
  },
  {
    name: 'with a cursor open',
    readies: 6,
    says: (bad) => [
      ...[q('BEGIN'), q('DECLARE k CURSOR FOR SELECT id FROM t ORDER BY id'), q('FETCH 1 FROM k')],
      ...[q(bad), q('FETCH 1 FROM k'), q('ROLLBACK')],
    ],
  },
  {
    name: 'with a cursor that outlives it',
    readies: 5,
    says: (bad) => [
      q('BEGIN; DECLARE k CURSOR WITH HOLD FOR SELECT id FROM t ORDER BY id; COMMIT'),
      ...[q('FETCH 1 FROM k'), q(bad), q('FETCH 1 FROM k'), q('CLOSE k')],
    ],
  },
];
