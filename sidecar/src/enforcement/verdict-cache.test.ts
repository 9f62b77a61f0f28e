import { describe, expect, test } from '@jest/globals';
import { VerdictBudget } from './verdict-cache.js';
import type { Verdict } from './verdict.js';

const record = { digest: new Uint8Array(32), size: 300 };

const refusal = (prefix = ''): Verdict => ({
  kind: 'refuse',
  refusal: { sqlstate: '42501', message: 'no', stage: 'analysis' },
  before: [],
  prefix,
  count: 1,
  record,
  audit: { mode: 'relaxed', whenFull: 'Refuse' },
  serversWords: undefined,
  unresolved: false,
  until: Infinity,
});

const limit = 1024 * 1024;

describe('what is remembered', () => {
  test('a verdict, until newer ones have filled both generations', () => {
    const cache = new VerdictBudget(limit).cache();
    const verdict = refusal();
    cache.set('SELECT 1', verdict);
    expect(cache.get('SELECT 1')).toBe(verdict);
    for (let i = 0; i < 5000; i += 1) cache.set(`SELECT ${String(i + 2)}`, verdict);
    expect(cache.get('SELECT 1')).toBeUndefined();
    expect(cache.get('SELECT 5001')).toBe(verdict);
  });

  test('longer, when it is asked for', () => {
    const cache = new VerdictBudget(limit).cache();
    const verdict = refusal();
    cache.set('SELECT 1', verdict);
    for (let i = 0; i < 5000; i += 1) {
      cache.set(`SELECT ${String(i + 2)}`, verdict);
      expect(cache.get('SELECT 1')).toBe(verdict);
    }
  });
});

describe('the limit holds for all caches together', () => {
  test('of many contexts', () => {
    const budget = new VerdictBudget(limit);
    const caches = Array.from({ length: 64 }, () => budget.cache());
    for (let i = 0; i < 20_000; i += 1)
      caches[i % caches.length]?.set(`SELECT ${String(i)}`, refusal());
    const held = caches.reduce((total, cache) => total + cache.size, 0);
    // the record and the text alone are more than 300 bytes; two generations
    expect(held).toBeLessThan((2 * limit) / 300);
    expect(held).toBeGreaterThan(100);
  });

  test('a cache that is not used any more is emptied by the others', () => {
    const budget = new VerdictBudget(limit);
    const [idle, busy] = [budget.cache(), budget.cache()];
    idle.set('SELECT 1', refusal());
    for (let i = 0; i < 20_000; i += 1) busy.set(`SELECT ${String(i)}`, refusal());
    expect(idle.size).toBe(0);
  });

  test.each([
    ['long texts', (i: number) => [`SELECT ${String(i)} -- ${'x'.repeat(100_000)}`, refusal()]],
    ['long prefixes', (i: number) => [`SELECT ${String(i)}`, refusal('x'.repeat(100_000))]],
  ] as const)('%s count as much as they hold', (_, make) => {
    const cache = new VerdictBudget(limit).cache();
    for (let i = 0; i < 200; i += 1) {
      const [sql, verdict] = make(i) as [string, Verdict];
      cache.set(sql, verdict);
    }
    expect(cache.size).toBeLessThanOrEqual(2 * (limit / 200_000) + 1);
  });
});
