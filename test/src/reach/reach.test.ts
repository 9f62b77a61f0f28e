/** The table of what PostgreSQL's own functions can reach is whole, for every version. */
import { beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../harness/root.js';
import { type Reaches, reachesOfServers } from './table.js';

let found: Reaches;
beforeAll(async () => {
  found = await reachesOfServers();
}, 300_000);

test('every function is classified, and operators, casts, types and aggregates call none that reaches further', () => {
  expect(found.problems).toEqual([]);
});

test('the table is what the servers and the rules give: make reach', async () => {
  expect(await readFile(join(root, 'sql/src/generated/reach.ts'), 'utf8')).toBe(found.text);
});
