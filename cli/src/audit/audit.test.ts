import { describe, expect, test } from '@jest/globals';
import { postern } from '@postern/proto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../errors.js';
import { readFilters, readLimit, type FilterOptions } from './filters.js';
import { shorten, summarise, tableLines } from './table.js';
import { findTarget } from './target.js';
import { parseTime } from './time.js';
import { readKey } from './verify.js';

const now = Date.UTC(2026, 10, 21, 6);

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (thrown) {
    return thrown instanceof CliError ? thrown.code : String(thrown);
  }
};

describe('a time', () => {
  test.each([
    { text: 'now', at: '2026-11-21T06:00:00Z' },
    { text: '2h', at: '2026-11-21T04:00:00Z' },
    { text: '90s', at: '2026-11-21T05:58:30Z' },
    { text: '1.5d', at: '2026-11-19T18:00:00Z' },
    { text: '1w', at: '2026-11-14T06:00:00Z' },
    { text: '2026-11-21T05:00Z', at: '2026-11-21T05:00:00Z' },
    { text: '2026-11-21T05:00:30+01:00', at: '2026-11-21T04:00:30Z' },
    { text: '2026-11-21T05:00:30+0100', at: '2026-11-21T04:00:30Z' },
    { text: '2026-11-21 05:00', at: '2026-11-21T05:00:00Z' },
    { text: '2026-11-21', at: '2026-11-21T00:00:00Z' },
  ])('$text', ({ text, at }) => {
    expect(parseTime('--from', text, now)).toBe(Date.parse(at) * 1000);
  });

  test('microseconds are kept', () => {
    expect(parseTime('--from', '2026-11-21T05:00:00.123456Z', now) % 1_000_000).toBe(123_456);
  });

  test.each(['', 'yesterday', '2h ago', '-2h', '2026-13-01', '2026-02-30', '12:00', '9999w9'])(
    'not %j',
    (text) => {
      expect(codeOf(() => parseTime('--from', text, now))).toBe('bad-time');
    },
  );
});

describe('filters', () => {
  test.each<{ readonly name: string; readonly options: FilterOptions; readonly request: object }>([
    { name: 'nothing', options: {}, request: {} },
    { name: 'text as it is', options: { text: " it's " }, request: { text: " it's " } },
    {
      name: 'identities as --as names them',
      options: { identity: 'serviceaccount:ml/trainer' },
      request: { identity: 'ml/trainer' },
    },
    {
      name: 'a subject keeps its colons',
      options: { identity: 'system:serviceaccount:ml:trainer' },
      request: { identity: 'system:serviceaccount:ml:trainer' },
    },
    {
      name: 'times',
      options: { from: '2h', to: '1h' },
      request: { fromUs: (now - 7_200_000) * 1000, toUs: (now - 3_600_000) * 1000 },
    },
  ])('$name', ({ options, request }) => {
    expect(readFilters(options, now)).toEqual(request);
  });

  test.each<{ readonly name: string; readonly read: () => unknown }>([
    { name: 'an empty one', read: () => readFilters({ tag: '' }, now) },
    { name: 'from after to', read: () => readFilters({ from: '1h', to: '2h' }, now) },
    { name: 'no limit', read: () => readLimit('0') },
    { name: 'too much', read: () => readLimit('1001') },
    { name: 'a word', read: () => readLimit('all') },
  ])('refused: $name', ({ read }) => {
    expect(codeOf(read)).toBe('bad-request');
  });
});

describe('the collector', () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'audit-'));
  const write = (text: string): string => {
    fs.writeFileSync(join(folder, 'dev.json'), text);
    return folder;
  };

  test('named, from the environment, from a data folder', async () => {
    expect(await findTarget({ collector: 'grpc://host:1' }, 'other:2')).toMatchObject({
      address: 'host:1',
    });
    expect(await findTarget({ collector: '[::1]:1' }, undefined)).toMatchObject({
      address: '[::1]:1',
    });
    expect(await findTarget({}, 'other:2')).toMatchObject({ address: 'other:2' });
    const data = write('{"collector":{"grpc":"127.0.0.1:3","verifierKey":"k+1+2"}}');
    expect(await findTarget({ data }, 'other:2')).toEqual({
      address: '127.0.0.1:3',
      verifierKey: 'k+1+2',
    });
  });

  test.each([
    { name: 'nowhere', ask: () => findTarget({}, undefined), code: 'no-collector' },
    {
      name: 'without a port',
      ask: () => findTarget({ collector: 'host' }, undefined),
      code: 'bad-address',
    },
    {
      name: 'a port too high',
      ask: () => findTarget({ collector: 'host:70000' }, undefined),
      code: 'bad-address',
    },
    {
      name: 'a folder of nobody',
      ask: () => findTarget({ data: '/nowhere' }, undefined),
      code: 'no-collector',
    },
    {
      name: 'a torn file',
      ask: () => findTarget({ data: write('{"coll') }, undefined),
      code: 'no-collector',
    },
    {
      name: 'not ready yet',
      ask: () => findTarget({ data: write('{"pid":1}') }, undefined),
      code: 'no-collector',
    },
  ])('refused: $name', async ({ ask, code }) => {
    await expect(ask()).rejects.toMatchObject({ code });
  });

  test.each(['', 'nonsense', 'name+00000000+AAAA', '/nowhere'])('no key: %j', async (text) => {
    await expect(readKey(text)).rejects.toMatchObject({ code: 'bad-key' });
  });
});

describe('a table', () => {
  const plain = (_: unknown, text: string): string => text;

  test('cannot move the cursor of who reads it', () => {
    expect(shorten('SELECT \u001b[2J\u202e\n  1', 40)).toBe('SELECT \u00b7[2J\u00b7 1');
  });

  test('cuts what is too long, by characters', () => {
    expect(shorten('\u{1F600}'.repeat(9), 5)).toBe(`${'\u{1F600}'.repeat(4)}…`);
  });

  test('a refused statement names its rule', () => {
    const [, row = ''] = tableLines(
      [
        summarise({
          event: { timeUs: now * 1000, statement: { outcome: postern.audit.v1.Outcome.REFUSED } },
          session: { identity: { name: 'trainer', namespace: 'ml' }, database: 'shop/main' },
          statementRecord: {
            normalisedSql: 'DROP TABLE orders',
            command: 'DROP TABLE',
            accesses: [{ relation: 'public.orders' }],
            decision: { effect: 'deny', reasons: [{ policy: 'shop/guard', rule: 'no-drop' }] },
          },
        }),
      ],
      plain,
    );
    expect(row.split(/ {2,}/)).toEqual([
      '2026-11-21 06:00:00.000',
      'ml/trainer',
      'shop/main',
      'DROP TABLE',
      'orders',
      'refused',
      '0',
      '[deny: shop/guard no-drop] DROP TABLE orders',
    ]);
  });
});
