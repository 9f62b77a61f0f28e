/** What the record says was sent: by each statement, and by each run of a portal or cursor, its own. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postern, startPostern } from '../harness/postern.js';
import { startPostgres } from '../harness/postgres.js';
import { root } from '../harness/root.js';
import { openTimeline } from '../harness/timeline.js';
import { Undo } from '../harness/undo.js';
import { converse } from '../wire/conversation.js';
import { say } from '../wire/raw-client.js';

const undo = new Undo();
afterAll(() => undo.all(), 60_000);

let postern: Postern;
beforeAll(async () => {
  const server = await startPostgres({ auth: 'trust' });
  undo.push(() => server.stop());
  postern = await startPostern({
    files: [join(root, 'test', 'fixtures', 'bench', 'allow.yaml')],
    upstream: server.url('postgres'),
    words: ['--as', 'serviceaccount:bench/bench'],
  });
  undo.push(() => postern.stop());
}, 120_000);

const series = (name: string, rows: number): string =>
  `SELECT i AS ${name} FROM generate_series(1, ${rows}) i`;
const block = (...says: readonly Buffer[]): Buffer[] => [
  say.query('BEGIN'),
  ...says,
  say.query('COMMIT'),
];

test.each<[string, readonly Buffer[], string, readonly number[]]>([
  ['a statement', [say.query(series('one', 3))], 'AS one', [3]],
  [
    'several statements of one string',
    [say.query(`${series('two', 2)}; ${series('two', 0)}; ${series('two', 4)}`)],
    'AS two',
    [2, 0, 4],
  ],
  [
    'a portal that runs in parts',
    block(
      ...[say.parse(series('three', 5)), say.bind('', 'p'), say.execute('p', 2)],
      ...[say.execute('p', 2), say.execute('p', 2), say.sync()],
    ),
    'AS three',
    [2, 2, 1],
  ],
  [
    'a cursor',
    block(
      say.query(`DECLARE four CURSOR FOR ${series('n', 5)}`),
      ...['FETCH 1 FROM four', 'FETCH 3 FROM four', 'FETCH ALL FROM four'].map(say.query),
    ),
    'FROM four',
    [1, 3, 1],
  ],
])('%s', async (_, says, text, expected) => {
  await converse(Number(new URL(postern.governed).port), { says });
  const timeline = openTimeline(postern.collector);
  try {
    let rows: readonly number[] = [];
    for (let attempt = 0; attempt < 100 && rows.length < expected.length; attempt += 1) {
      await sleep(100);
      const found = await timeline.search({ text });
      rows = found.map(({ event }) => event?.statement?.rows ?? 0);
    }
    expect(rows).toEqual(expected);
  } finally {
    timeline.close();
  }
});
