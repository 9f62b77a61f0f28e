/** When replies come: one statement of a query string does not wake a client that waits for them all. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Undo } from '../harness/undo.js';
import { Peer } from './peer.js';
import { say } from './raw-client.js';
import { type Rules, startRules } from './rules-bed.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let rules: Rules;
beforeAll(async () => {
  rules = await startRules(undo);
}, 120_000);

const cases: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'settings of no meaning',
    sql: 'SET work_mem = 1024; SET lock_timeout = 0; SELECT pg_sleep(0.6)',
  },
  { name: 'a search path', sql: 'SET search_path = public; SELECT 1; SELECT pg_sleep(0.6)' },
  { name: 'a table', sql: 'CREATE TABLE gathered (id int); SELECT pg_sleep(0.6)' },
];

const typesBeforeAndAfter = async (port: number, sql: string): Promise<readonly string[]> => {
  const peer = await Peer.login(port);
  peer.frames.length = 0;
  peer.send(say.query(`BEGIN; ${sql}; ROLLBACK`));
  await sleep(350);
  const early = peer.frames.map(({ type }) => type).join('');
  await peer.until(() => peer.readies > 0);
  const all = peer.frames.map(({ type }) => type).join('');
  peer.close();
  return [early, all];
};

test.each(cases)('$name', async ({ sql }) => {
  // what is to be known for it is
  await typesBeforeAndAfter(rules.open, 'SELECT 1');
  const server = await typesBeforeAndAfter(rules.server.port, sql);
  expect(await typesBeforeAndAfter(rules.open, sql)).toEqual(server);
});

test.each([
  {
    name: 'a notice is told at once, with all before it',
    sql: 'CREATE TABLE seen (id int); CREATE TABLE IF NOT EXISTS t (id int); SELECT pg_sleep(0.6)',
    first: /^CCN/,
  },
  {
    name: 'more than a buffer full is not held back',
    sql: "CREATE TABLE full_of (id int); SELECT repeat('x', 9000) AS long; SELECT pg_sleep(0.6)",
    first: /^CCT/,
  },
])('$name', async ({ sql, first }) => {
  const server = await typesBeforeAndAfter(rules.server.port, sql);
  const postern = await typesBeforeAndAfter(rules.open, sql);
  for (const [early] of [server, postern]) expect(early).toMatch(first);
  expect(postern[1]).toBe(server[1]);
});
