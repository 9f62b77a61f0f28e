import { attacks } from '../attack.js';
import { cells, confirmed, spelled } from '../spell.js';
import type { Frame } from '../../wire/peer.js';

const text = (frames: readonly Frame[]): string => cells(frames).join('\n');

/** Plans: their estimates, their pruning, their constants, and what running them shows. */
export const explain = attacks('EXPLAIN', {
  'a function that is run for the plan': [
    "CREATE FUNCTION scratch.first() RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT email FROM app.people WHERE id = 1'",
    'EXPLAIN (VERBOSE) SELECT * FROM app.products WHERE title = scratch.first()',
  ],
  'an immutable function of another language': [
    "CREATE FUNCTION scratch.first() RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN (SELECT email FROM app.people WHERE id = 1); END'",
    'EXPLAIN (VERBOSE) SELECT scratch.first()',
  ],
  'an error while planning': [
    "CREATE FUNCTION scratch.first() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT email::int FROM app.people WHERE id = 1'",
    'EXPLAIN SELECT scratch.first()',
  ],
  'ANALYZE, rows removed': {
    ask: spelled(
      (guess) =>
        `EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF) SELECT 1 FROM app.people WHERE id = 1 AND email >= '${guess}'`,
      (frames) => /rows=1(?:\.00)? loops/.test(text(frames)),
    ),
  },
  'ANALYZE of a write, rows': {
    alone: true,
    ask: spelled(
      (guess) => [
        'BEGIN',
        `EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF) UPDATE app.products SET stock = 1 FROM app.people p WHERE app.products.id = p.id AND p.id = 1 AND p.email >= '${guess}'`,
        'ROLLBACK',
      ],
      (frames) => /Update on products[^]*people p \(actual rows=1/.test(text(frames)),
    ),
  },
  'pruning of partitions': {
    ask: confirmed(
      'zqifidezel',
      (guess) => `EXPLAIN SELECT * FROM app.segments WHERE code = '${guess}'`,
      (frames) => text(frames).includes('segments_a'),
    ),
  },
  'pruning while it runs': {
    ask: confirmed(
      'zqifidezel',
      (guess) =>
        `EXPLAIN (ANALYZE) SELECT * FROM app.segments WHERE code = (SELECT '${guess}'::text)`,
      (frames) => /segments_a[^\n]*\(actual/.test(text(frames)),
    ),
  },
  'a partial index that fits': {
    ask: confirmed(
      'zqorycopon',
      (guess) => [
        'SET enable_seqscan = off',
        `EXPLAIN SELECT id FROM app.tickets WHERE body = '${guess}' AND id = 1`,
      ],
      (frames) => text(frames).includes('ticket_of_one'),
    ),
  },
  'generic plan': {
    steps:
      'EXPLAIN (GENERIC_PLAN, VERBOSE) SELECT $1::text, (SELECT app.mail_atomic(1)); SELECT email FROM app.people',
    since: 16,
  },
  'memory and settings': { steps: 'EXPLAIN (SETTINGS) SELECT 1; TABLE app.people' },
  'EXPLAIN of EXECUTE': [
    'PREPARE p AS SELECT * FROM app.people WHERE email < (SELECT max(email) FROM app.people)',
    'EXPLAIN (ANALYZE) EXECUTE p',
    'EXECUTE p',
  ],
  'EXPLAIN ANALYZE of CREATE TABLE AS': [
    'EXPLAIN ANALYZE CREATE TABLE scratch.x AS SELECT email FROM app.people',
    'TABLE scratch.x',
  ],
  'EXPLAIN ANALYZE of INSERT': [
    'EXPLAIN ANALYZE INSERT INTO scratch.box SELECT id, email FROM app.people',
    'TABLE scratch.box',
  ],
  'EXPLAIN ANALYZE of a call that notes': 'EXPLAIN ANALYZE SELECT app.told(1)',
  'EXPLAIN ANALYZE of an insert with a trigger':
    "EXPLAIN ANALYZE INSERT INTO app.logged VALUES (1, 'x')",
  'EXPLAIN ANALYZE with an error': 'EXPLAIN ANALYZE SELECT email::int FROM app.people',
  'EXPLAIN as JSON with an error':
    'EXPLAIN (ANALYZE, FORMAT JSON) SELECT name::date FROM app.people',
});
