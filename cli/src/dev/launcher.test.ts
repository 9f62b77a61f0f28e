import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { findNpm, isAlive, whenGone } from './launcher.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that calls itself so, as npm does. */
const called = async (title: string): Promise<ChildProcess> => {
  const script = `process.title = ${JSON.stringify(title)}; console.log('up'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
};

test('npm is found by how it calls itself', async () => {
  const npm = await called('npm exec postern dev');
  expect(await findNpm(npm.pid ?? 0)).toBe(npm.pid);
});

test('nothing is found where there is no such process', async () => {
  expect(await findNpm(2 ** 22 + 1)).toBeUndefined();
});

test('its end is noticed, once', async () => {
  const npm = await called('npm exec postern dev');
  let times = 0;
  whenGone(npm.pid ?? 0, () => {
    times += 1;
  });
  await sleep(700);
  expect(times).toBe(0);
  npm.kill('SIGKILL');
  await once(npm, 'exit');
  await sleep(1200);
  expect(times).toBe(1);
  expect(isAlive(npm.pid ?? 0)).toBe(false);
});
