/** A sample of `make attack`, one of each kind: what is held stays held, and the search finds what is there. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Undo } from '../harness/undo.js';
import { allAttacks } from './attacks/index.js';
import { type Ground, openGround } from './bed.js';
import { generate } from './generated.js';
import { allWork } from './honest/index.js';
import { people } from './planted.js';
import { Range } from './run-attacks.js';
import { doWork } from './run-honest.js';
import { search } from './search.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

/** Those that only read share their databases, and take milliseconds. */
const quick = new Set(['expressions', 'casts', 'json', 'aggregates', 'encodings']);

const sampled = [
  'errors: text to integer',
  'statistics: pg_stats',
  'xml: query_to_xml',
  'cursors: WITH HOLD',
  'COPY: binary',
  'prepared statements: another search_path after PREPARE',
  "functions: one's own, by the caller's search_path",
  'views and heirs: a view over a view',
  'writes, then reads: CREATE TABLE AS',
  'writes, then reads: RETURNING OLD',
  'shadowing: set_config that finds no row',
  "shadowing: operators by the mask's name",
  'cache poisoning: the same text under another path',
  'cache poisoning: the same text, replaced by nobody we see, within a transaction',
  'renames: somebody else renames the column, within a transaction',
  'renames: the column of the filter',
  'constraints as an oracle: the foreign key, by a guess',
  'predicates as an oracle: CASE that fails',
  'predicates as an oracle: UPDATE, rows',
  'row filters: a cheap function that tells',
  'protocol: a portal in pieces',
  'server: dblink',
];

const attacks = allAttacks.filter(
  ({ category, name }) => quick.has(category) || sampled.includes(`${category}: ${name}`),
);
const work = allWork.filter(({ category }) => category === 'beside masked columns');

let ground: Ground;
let range: Range;
beforeAll(async () => {
  ground = await openGround(undo);
  range = new Range(ground);
}, 120_000);

describe('the search', () => {
  const [{ first, national, salary } = { first: '', national: '', salary: '' }] = people;
  const frame = (text: string): Buffer => Buffer.from(`xxxxx${text}`);
  const forms: readonly (readonly [string, string])[] = [
    ['as it is', first],
    ['upper case', first.toUpperCase()],
    ['backwards', [...first].reverse().join('')],
    ['six letters', first.slice(3, 9)],
    ['hex', Buffer.from(first).toString('hex')],
    ['base64', Buffer.from(`x${first}`).toString('base64')],
    ['UTF-16', Buffer.from(first, 'utf16le').toString('latin1')],
    ['percent', [...first].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')],
    ['a number', national],
    ['money', `$${salary}`],
    ['a date', '17.03.1961'],
  ];
  test.each(forms)('finds %s', (_name, text) => {
    expect(search(frame(text))).not.toEqual([]);
  });
  test.each(['abcdefghijklmnopqrstuvwxyz0123456789', first.slice(0, 5), '1961-01-01'])(
    'does not find %s',
    (text) => {
      expect(search(frame(text))).toEqual([]);
    },
  );
});

test.each(attacks.map((attack) => [`${attack.category}: ${attack.name}`, attack] as const))(
  '%s',
  async (_name, attack) => {
    const { direct, governed, trouble } = await range.attack(attack);
    expect(trouble).toEqual([]);
    expect(direct).not.toEqual([]);
    expect([...governed.values()].flat()).toEqual([]);
  },
  60_000,
);

test.each(work.map((each) => [each.name, each] as const))(
  'honest: %s',
  async (_name, each) => {
    const { changed, broken } = await doWork(range, ground, each);
    expect(broken).toBeUndefined();
    expect(changed).toBeUndefined();
  },
  60_000,
);

test('made-up queries answer as over a masked copy', async () => {
  const made = await generate(ground, 60, 2, 7);
  expect(
    made.filter(({ planted, outcome }) => planted.length > 0 || outcome.kind === 'differs'),
  ).toEqual([]);
  expect(made.filter(({ outcome }) => outcome.kind === 'same').length).toBeGreaterThan(20);
}, 120_000);
