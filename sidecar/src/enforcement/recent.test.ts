import { expect, test } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Recent } from './recent.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What a WeakRef gave within a turn lives until its end. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const made = (key: string): { readonly key: string } => ({ key });

test('one value for one key, while somebody holds it', async () => {
  const recent = new Recent<object>(2);
  const first = recent.get('first', () => made('first'));
  for (let i = 0; i < 100; i += 1) recent.get(`${i}`, () => made(`${i}`));
  await nextTurn();
  collect();
  expect(recent.get('first', () => made('another'))).toBe(first);
});

test('the last ones stay, those nobody holds go', async () => {
  const recent = new Recent<{ readonly key: string }>(2);
  for (let i = 0; i < 1000; i += 1) {
    recent.get(`${i}`, () => made(`${i}`));
    if (i % 250 === 0) {
      await nextTurn();
      collect();
    }
  }
  await nextTurn();
  collect();
  expect(recent.size).toBeLessThan(600);
  expect(recent.get('999', () => made('again')).key).toBe('999');
  expect(recent.get('998', () => made('again')).key).toBe('998');
  expect(recent.get('500', () => made('again')).key).toBe('again');
});
