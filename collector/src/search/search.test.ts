import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { entryJson, formatUuid, postern } from '@postern/proto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ingest } from '../ingest/ingest.js';
import { openStorage, type Storage } from '../storage/open.js';
import { encodeStatement, SampleSession, uuidOf } from '../testing/events.js';
import { startServer, type TestServer } from '../testing/postgres.js';
import type { SearchRequest } from './filters.js';
import { get, search } from './search.js';

const { Outcome } = postern.audit.v1;

let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await startServer();
  home = fs.mkdtempSync(join(tmpdir(), 'collector-'));
}, 60_000);
afterAll(async () => {
  await server.stop();
  fs.rmSync(home, { recursive: true, force: true });
});

const read = encodeStatement({
  sql: 'SELECT email FROM customers WHERE "100%_sure" = $1',
  relation: 'public.customers',
  columns: [{ name: 'email', tags: ['pii', 'contact'] }, { name: 'id' }],
  fingerprint: 'aa01',
});
const drop = encodeStatement({
  sql: 'DROP TABLE orders',
  command: 'DROP TABLE',
  relation: 'public.orders',
  columns: [],
  effect: 'deny',
});
const wait = encodeStatement({
  sql: 'UPDATE billing.invoices SET total = $1',
  command: 'UPDATE',
  relation: 'billing.invoices',
  columns: [{ name: 'total' }],
  effect: 'require-approval',
});

const hour = Date.UTC(2026, 10, 21, 5) * 1000;
const trainer = new SampleSession('trainer', hour);
const ada = new SampleSession('ada', hour + 3_600_000_000);
/** in the order of the log; named by their leaf */
const log = [
  trainer.start({
    namespace: 'ml',
    name: 'trainer',
    groups: ['data', 'gpu'],
    database: 'shop/main',
  }),
  trainer.statement(read),
  trainer.statement(read, Outcome.FAILED, { 'secret.token': 1, 'pii.email': 3 }),
  trainer.end(),
  ada.start({ namespace: '', name: 'ada', groups: ['dba'], database: 'shop/replica' }),
  ada.statement(drop, Outcome.REFUSED),
  ada.statement(wait, Outcome.UNKNOWN),
  ada.statement(read, Outcome.CUT),
];

interface Case {
  readonly name: string;
  readonly request: SearchRequest;
  readonly leaves: readonly number[];
}

describe.each(['pglite', 'postgresql'] as const)('on %s', (kind) => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await openStorage(
      join(home, kind),
      kind === 'pglite' ? undefined : await server.database(),
    );
    const records = [read, drop, wait].map((statementRecord) => ({ statementRecord }));
    await ingest(storage.db, uuidOf('spool'), { firstSequence: 1, records: [...records, ...log] });
  }, 60_000);
  afterAll(() => storage.db.destroy());

  const leavesOf = async (
    request: SearchRequest,
  ): Promise<readonly (number | null | undefined)[]> =>
    (await search(storage.db, request)).entries.map(({ leafIndex }) => leafIndex);

  test.each<Case>([
    { name: 'nothing asked: newest first', request: {}, leaves: [7, 6, 5, 4, 3, 2, 1, 0] },
    { name: 'oldest first', request: { ascending: true, limit: 2 }, leaves: [0, 1] },
    { name: 'a name', request: { identity: 'trainer' }, leaves: [3, 2, 1, 0] },
    { name: 'a namespace and a name', request: { identity: 'ml/trainer' }, leaves: [3, 2, 1, 0] },
    { name: 'all of a namespace', request: { identity: 'ml/*' }, leaves: [3, 2, 1, 0] },
    { name: 'a group', request: { identity: 'dba' }, leaves: [7, 6, 5, 4] },
    {
      name: 'a subject',
      request: { identity: 'system:serviceaccount:ml:*' },
      leaves: [3, 2, 1, 0],
    },
    { name: 'a name is not its beginning', request: { identity: 'train' }, leaves: [] },
    { name: 'a table by schema', request: { relation: 'public.customers' }, leaves: [7, 2, 1] },
    { name: 'a table alone', request: { relation: 'customers' }, leaves: [7, 2, 1] },
    { name: 'all of a schema', request: { relation: 'billing.*' }, leaves: [6] },
    { name: 'a schema is no table', request: { relation: 'public' }, leaves: [] },
    { name: '_ is a letter', request: { relation: 'c_stomers' }, leaves: [] },
    { name: 'a column', request: { column: 'email' }, leaves: [7, 2, 1] },
    { name: 'a column of a table', request: { column: 'customers.email' }, leaves: [7, 2, 1] },
    { name: 'a column in full', request: { column: 'public.customers.email' }, leaves: [7, 2, 1] },
    { name: 'a column of another table', request: { column: 'orders.email' }, leaves: [] },
    { name: 'a tag', request: { tag: 'pii' }, leaves: [7, 2, 1] },
    { name: 'tags alike', request: { tag: 'p*' }, leaves: [7, 2, 1] },
    { name: 'what was detected', request: { detected: 'pii.email' }, leaves: [2] },
    { name: 'anything detected', request: { detected: '*' }, leaves: [2] },
    { name: 'detected things alike', request: { detected: 'secret.*' }, leaves: [2] },
    { name: 'what was not', request: { detected: 'pii.iban' }, leaves: [] },
    { name: 'a kind', request: { kind: 'session_start' }, leaves: [4, 0] },
    { name: 'a command', request: { kind: 'SELECT' }, leaves: [7, 2, 1] },
    { name: 'a command in small letters', request: { kind: 'drop table' }, leaves: [5] },
    { name: 'commands alike', request: { kind: 'DROP*' }, leaves: [5] },
    { name: 'denied', request: { decision: 'deny' }, leaves: [5] },
    { name: 'held', request: { decision: 'require-approval' }, leaves: [6] },
    { name: 'failed', request: { outcome: 'failed' }, leaves: [2] },
    { name: 'cut', request: { outcome: 'cut' }, leaves: [7] },
    { name: 'unknown', request: { outcome: 'unknown' }, leaves: [6] },
    { name: 'text in any case', request: { text: 'drop table ORDERS' }, leaves: [5] },
    { name: 'text with signs of patterns', request: { text: '100%_sure' }, leaves: [7, 2, 1] },
    { name: 'text that is not there', request: { text: '100%Xsure' }, leaves: [] },
    {
      name: "text that is somebody's attack",
      request: { text: "'; DROP TABLE events; --" },
      leaves: [],
    },
    { name: 'a fingerprint', request: { fingerprint: 'aa01' }, leaves: [7, 2, 1] },
    { name: 'a database', request: { database: 'shop/replica' }, leaves: [7, 6, 5, 4] },
    {
      name: 'databases alike',
      request: { database: 'shop/*', kind: 'session_start' },
      leaves: [4, 0],
    },
    { name: 'a session', request: { session: formatUuid(trainer.id) }, leaves: [3, 2, 1, 0] },
    { name: 'from a time', request: { fromUs: hour + 3_600_000_000 }, leaves: [7, 6, 5, 4] },
    { name: 'before a time', request: { toUs: hour + 1000 }, leaves: [0] },
    {
      name: 'from includes, to does not',
      request: { fromUs: hour + 1000, toUs: hour + 3000 },
      leaves: [2, 1],
    },
    {
      name: 'all must hold',
      request: { identity: 'ada', column: 'email', outcome: 'cut' },
      leaves: [7],
    },
    { name: 'and one does not', request: { identity: 'trainer', decision: 'deny' }, leaves: [] },
  ])('$name', async ({ request, leaves }) => {
    expect(await leavesOf(request)).toEqual(leaves);
  });

  test.each([true, false])(
    'pages do not overlap and miss nothing (ascending: %s)',
    async (ascending) => {
      const seen: (number | null | undefined)[] = [];
      for (let after = ''; ;) {
        const page = await search(storage.db, { limit: 3, after, ascending });
        seen.push(...page.entries.map(({ leafIndex }) => leafIndex));
        if (page.next === '') break;
        after = page.next;
      }
      const all = log.map((_, i) => i);
      expect(seen).toEqual(ascending ? all : all.reverse());
    },
  );

  test.each<{ readonly name: string; readonly request: SearchRequest }>([
    { name: 'an unknown decision', request: { decision: 'maybe' } },
    { name: 'an unknown outcome', request: { outcome: 'fine' } },
    { name: 'a session that is no UUID', request: { session: 'x' } },
    { name: 'too much at once', request: { limit: 1001 } },
    { name: 'a cursor of somebody else', request: { after: "1' OR true" } },
  ])('refused: $name', async ({ request }) => {
    await expect(search(storage.db, request)).rejects.toMatchObject({ code: 'request' });
  });

  test('an entry brings its statement record and the start of its session', async () => {
    const [found] = (await search(storage.db, { decision: 'deny' })).entries;
    const again = await get(storage.db, String(entryJson(found!)['id']));
    expect(entryJson(again)).toEqual(entryJson(found!));
    expect(entryJson(again)).toMatchObject({
      time: '2026-11-21T06:00:00.001000Z',
      kind: 'statement',
      identity: { kind: 'serviceaccount', name: 'ada', groups: ['dba'] },
      database: 'shop/replica',
      outcome: 'refused',
      decision: 'deny',
      command: 'DROP TABLE',
      sql: 'DROP TABLE orders',
    });
  });

  test('an event that is not there', async () => {
    const id = '00000000-0000-7000-8000-000000000000';
    await expect(get(storage.db, id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(get(storage.db, 'DROP')).rejects.toMatchObject({ code: 'request' });
  });
});
