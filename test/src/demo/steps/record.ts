import { setTimeout as sleep } from 'node:timers/promises';
import { postern as command } from '../../harness/postern.js';
import { tamper } from '../tamper.js';
import type { World } from '../world.js';

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly all: string;
}

const audit = async (world: World, ...words: readonly string[]): Promise<Said> => {
  const ran = await command(['audit', ...words, '--collector', world.postern.collector]);
  return { code: ran.code, stdout: ran.stdout, all: ran.stdout + ran.stderr };
};

/** The record of all that: searched, shown, proved. */
export const keepsTheRecord = async (world: World): Promise<void> => {
  const { tell, expect, postern } = world;
  tell.heading('The record of all that');
  const search = ['search', '--kind', 'statement', '--limit', '12'];
  // the proxy sends its spool in the background
  let found = await audit(world, ...search);
  for (let n = 0; n < 50 && !found.stdout.includes('DROP'); n += 1) {
    await sleep(200);
    found = await audit(world, ...search);
  }
  tell.command(`npx postern audit ${search.join(' ')} --collector ${postern.collector}`);
  tell.shown(found.all);
  expect('the refused DROP is on record', found.stdout.includes('DROP'), found.all);
  const denied = await audit(world, 'search', '--decision', 'deny', '-o', 'json');
  expect(
    'a search for refusals finds both, with the rule that refused',
    denied.stdout.includes('no-drop') && denied.stdout.includes('no-unfiltered-writes'),
    denied.all,
  );
  tell.command(`npx postern audit verify --collector ${postern.collector}`);
  const verified = await audit(world, 'verify');
  tell.shown(verified.all);
  expect('the record verifies: every chain, every leaf, every checkpoint', verified.code === 0);
};

/** Someone with the collector's own database login rewrites history. */
export const findsTampering = async (world: World): Promise<void> => {
  const { tell, expect, postern } = world;
  tell.heading('Someone rewrites history');
  tell.say('With the login of the collector\u2019s own database, the refused DROP is made to look');
  tell.say('as if it had been allowed:');
  const done = await tamper(world.server);
  tell.shown(done.statement);
  tell.command(`npx postern audit verify --collector ${postern.collector}`);
  const verified = await audit(world, 'verify');
  tell.shown(verified.all);
  expect('verify says no (exit code 1)', verified.code === 1, verified.all);
  expect(
    'and names the record that was changed',
    verified.all.includes(done.id) || new RegExp(`\\b${done.leaf}\\b`).test(verified.all),
    verified.all,
  );
  await done.restore();
  const again = await audit(world, 'verify');
  expect('put back byte for byte, it verifies again', again.code === 0, again.all);
};
