/** What the record says of values that nobody classified: counts by column, never the values. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { entryJson } from '@postern/proto';
import { postern } from '../harness/postern.js';
import { openTimeline, type Timeline } from '../harness/timeline.js';
import { Undo } from '../harness/undo.js';
import { through } from '../wire/peer.js';
import { say } from '../wire/raw-client.js';
import { type Name, planted, type StreamBed, startStreamBed } from './stream-bed.js';

const undo = new Undo();
let bed: StreamBed;
let timeline: Timeline;
beforeAll(async () => {
  bed = await startStreamBed(undo);
  timeline = openTimeline(bed.postern.collector);
  undo.push(async () => {
    timeline.close();
  });
}, 120_000);
afterAll(() => undo.all(), 60_000);

interface Recorded {
  readonly detected: Readonly<Record<string, number>>;
  readonly findings: readonly Readonly<Record<string, unknown>>[];
}

/** The statements of one Database whose text holds this, once there are so many. */
const recorded = async (database: Name, text: string, count = 1): Promise<readonly Recorded[]> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const found = await timeline.search({ database: `test/${database}`, text, kind: 'statement' });
    if (found.length >= count) return found.map((entry) => entryJson(entry) as unknown as Recorded);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not in the record: ${text}`);
};

const ask = (database: Name, ...says: readonly Buffer[]): Promise<readonly string[]> =>
  through(bed.port[database], (peer) =>
    peer.ask(says, says.filter((b) => b[0] === 0x51 || b[0] === 0x53).length),
  );

const email = {
  position: 2,
  name: 'mail',
  source: 'public.people.email',
  looked: 5,
  found: { 'pii.email': 5 },
};

test.each<[string, Name, boolean]>([
  ['masked', 'mask', true],
  ['reported', 'report', false],
  ['masked by the baseline', 'baseline', true],
])('a result, %s', async (_name, database, masked) => {
  await ask(database, say.query('SELECT id, email AS mail, note, key FROM people'));
  const [one] = await recorded(database, 'AS mail, note, key');
  expect(one?.detected).toEqual({ 'pii.email': 5, 'pii.card': 5 });
  expect(one?.findings).toEqual([
    { ...email, masked },
    {
      position: 3,
      name: 'note',
      source: 'public.people.note',
      looked: 5,
      found: { 'pii.card': 5 },
      masked,
    },
  ]);
});

test('nothing when they are off, and nothing where nothing was found', async () => {
  await ask('off', say.query('SELECT id, email AS mail, note, dom FROM people'));
  const [one] = await recorded('off', 'AS mail, note, dom');
  expect([one?.detected, one?.findings]).toEqual([{}, []]);
  await ask('mask', say.query('SELECT label, md5 FROM honest'));
  const [honest] = await recorded('mask', 'SELECT label, md5');
  expect([honest?.detected, honest?.findings]).toEqual([{}, []]);
});

test.each<[string, readonly Buffer[], string, number, readonly (readonly object[])[]]>([
  [
    'an expression has no source',
    [say.query("SELECT lower(email) || '' AS low FROM people")],
    'AS low',
    1,
    [[{ ...email, position: 1, name: 'low', source: '' }]],
  ],
  [
    'COPY of a table',
    [say.query('COPY people (id, email) TO STDOUT (FORMAT binary)')],
    'COPY people (id, email)',
    1,
    [[{ ...email, name: 'email' }]],
  ],
  [
    'COPY of a query',
    [say.query('COPY (SELECT id, email AS mail FROM people WHERE id < 3) TO STDOUT')],
    'COPY (SELECT',
    1,
    [[{ ...email, looked: 2, found: { 'pii.email': 2 } }]],
  ],
  [
    'each portion of a portal',
    [
      say.parse('SELECT id, email AS mail FROM people WHERE 1 = 1 ORDER BY id'),
      say.bind(),
      say.execute('', 2),
      say.execute('', 9),
      say.sync(),
    ],
    'WHERE $1 = $2 ORDER',
    2,
    [
      [{ ...email, looked: 2, found: { 'pii.email': 2 } }],
      [{ ...email, looked: 3, found: { 'pii.email': 3 } }],
    ],
  ],
])('%s', async (_name, says, text, count, findings) => {
  await ask('mask', ...says);
  const all = await recorded('mask', text, count);
  expect(
    all.map((one) =>
      one.findings.map(({ masked, ...rest }) => (masked === true ? rest : 'not masked')),
    ),
  ).toEqual(findings);
});

test('FETCH names the column that the cursor reads', async () => {
  await ask(
    'mask',
    ...[
      'BEGIN',
      'DECLARE c CURSOR FOR SELECT id, email AS mail FROM people',
      'FETCH ALL FROM c',
      'COMMIT',
    ].map(say.query),
  );
  const [one] = await recorded('mask', 'FETCH ALL');
  expect(one?.findings).toEqual([{ ...email, masked: true }]);
});

test('suggestions are what to paste', async () => {
  await ask(
    'mask',
    say.query('SELECT email, note FROM people'),
    say.query('SELECT other, raw FROM contacts'),
  );
  await recorded('mask', 'SELECT other, raw');
  const ran = await postern([
    'audit',
    'suggestions',
    '--collector',
    bed.postern.collector,
    '--database',
    'test/mask',
  ]);
  expect(ran.code).toBe(0);
  const lines = ran.stdout.split('\n').map((line) => line.replace(/ {2}#.*/, '').trim());
  expect(lines.slice(0, 2)).toEqual(['# Database test/mask', 'classifications:']);
  expect(lines).toContain('- {column: public.people.email, tags: [pii.email]}');
  expect(lines).toContain('- {column: public.people.note, tags: [pii.card]}');
  expect(lines).toContain('- {column: public.contacts.other, tags: [pii.email]}');
  // it is classified so already
  expect(ran.stdout).not.toContain('contacts.raw');
  expect(ran.stdout).toMatch(
    /public\.people\.note, tags: \[pii\.card\]} {2}# pii\.card in \d+ of \d+ values; last 20/,
  );
  expect(ran.stderr).toContain('whose values come from no single column');
});

test('no value is anywhere in it', async () => {
  const everything = JSON.stringify((await timeline.search()).map(entryJson));
  expect(everything).toContain('pii.email');
  for (const value of Object.values(planted)) expect(everything).not.toContain(value);
});
