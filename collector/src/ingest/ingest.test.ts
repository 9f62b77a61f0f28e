import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Frontier, leafHash, merkleRoot, postern } from '@postern/proto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { splitHashes } from '../log/stored-hashes.js';
import { openStorage, type Storage } from '../storage/open.js';
import { encodeStatement, SampleSession, uuidOf } from '../testing/events.js';
import { startServer, type TestServer } from '../testing/postgres.js';
import { acknowledgedSequence, ingest } from './ingest.js';
import { ensurePartitions } from './partitions.js';

type SpoolRecord = postern.audit.v1.ISpoolRecord;

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

const record = encodeStatement({ sql: 'SELECT 1' });
const eventsOf = (records: readonly SpoolRecord[]): Uint8Array[] =>
  records.flatMap(({ event }) => (event == null ? [] : [event]));

describe.each(['pglite', 'postgresql'] as const)('on %s', (kind) => {
  let storage: Storage;
  let n = 0;
  beforeAll(async () => {
    storage = await openStorage(
      join(home, kind),
      kind === 'pglite' ? undefined : await server.database(),
    );
    await ensurePartitions(storage.db, Date.UTC(2026, 10, 21));
  }, 60_000);
  afterAll(() => storage.db.destroy());

  /** A spool and a session of its own for each test. */
  const fresh = (): { readonly spool: Buffer; readonly session: SampleSession } => {
    n += 1;
    return { spool: uuidOf(`spool ${kind} ${n}`), session: new SampleSession(`${kind} ${n}`) };
  };
  const stored = async (
    session: SampleSession,
  ): Promise<{ bytes: Buffer; flaw: string | null }[]> => {
    const { rows } = await sql<{ bytes: Uint8Array; flaw: string | null }>`
      SELECT bytes, flaw FROM events WHERE session_id = ${session.id} ORDER BY leaf_index`.execute(
      storage.db,
    );
    return rows.map(({ bytes, flaw }) => ({ bytes: Buffer.from(bytes), flaw }));
  };

  test('a batch is stored as it came and acknowledged', async () => {
    const { spool, session } = fresh();
    const records = [
      session.start(),
      { statementRecord: record },
      session.statement(record),
      session.end(),
    ];
    expect(await ingest(storage.db, spool, { firstSequence: 1, records })).toEqual({
      acknowledged: 4,
      events: 3,
    });
    expect(await acknowledgedSequence(storage.db, spool)).toBe(4);
    expect(await stored(session)).toEqual(
      eventsOf(records).map((bytes) => ({ bytes, flaw: null })),
    );
  });

  test.each([
    { name: 'the same batch', from: 1 },
    { name: 'a batch that overlaps', from: 2 },
    { name: 'under another spool', from: 1, another: true },
  ])('exactly once: $name again', async ({ from, another }) => {
    const { spool, session } = fresh();
    const records = [session.start(), session.statement(record), session.statement(record)];
    await ingest(storage.db, spool, { firstSequence: 1, records });
    const again = [...records.slice(from - 1), session.end()];
    const target = another === true ? uuidOf(`another ${kind}`) : spool;
    const { acknowledged } = await ingest(storage.db, target, {
      firstSequence: from,
      records: again,
    });
    expect(acknowledged).toBe(4);
    expect((await stored(session)).map(({ flaw }) => flaw)).toEqual([null, null, null, null]);
  });

  test.each<{
    readonly name: string;
    readonly order: readonly number[];
    readonly flaws: readonly (string | null)[];
  }>([
    { name: 'in order', order: [0, 1, 2, 3], flaws: [null, null, null, null] },
    { name: 'one is missing', order: [0, 2, 3], flaws: [null, 'missing-sequence', null] },
    {
      name: 'the missing one comes late',
      order: [0, 2, 1],
      flaws: [null, 'missing-sequence', 'late'],
    },
    { name: 'twice in one batch', order: [0, 1, 1, 2], flaws: [null, null, null] },
  ])('a session $name: kept and marked', async ({ order, flaws }) => {
    const { spool, session } = fresh();
    const all = [
      session.start(),
      session.statement(record),
      session.statement(record),
      session.end(),
    ];
    const records = order.map((i) => all[i]!);
    await ingest(storage.db, spool, { firstSequence: 1, records });
    expect((await stored(session)).map(({ flaw }) => flaw)).toEqual(flaws);
  });

  test('other content in a taken place is kept and marked, and does not take the place', async () => {
    const { spool, session } = fresh();
    const start = session.start();
    const twin = new SampleSession(`${kind} ${n}`, 1_000_000);
    const forged = twin.start({ name: 'somebody-else' });
    const next = session.statement(record);
    await ingest(storage.db, spool, { firstSequence: 1, records: [start, forged, next] });
    expect((await stored(session)).map(({ flaw }) => flaw)).toEqual([
      null,
      'repeated-sequence',
      null,
    ]);
    const row = await storage.db
      .selectFrom('sessions')
      .select('name')
      .where('session_id', '=', session.id)
      .executeTakeFirstOrThrow();
    expect(row.name).toBe('trainer');
  });

  test('a wrong previous hash is kept and marked', async () => {
    const { spool, session } = fresh();
    const start = session.start();
    const other = new SampleSession(`${kind} ${n}`, 5_000_000);
    other.start();
    await ingest(storage.db, spool, { firstSequence: 1, records: [start, other.end()] });
    expect((await stored(session)).map(({ flaw }) => flaw)).toEqual([null, 'previous-hash']);
  });

  test.each<{ readonly name: string; readonly bytes: Buffer }>([
    { name: 'no protobuf', bytes: Buffer.from('ffffffff', 'hex') },
    { name: 'empty', bytes: Buffer.alloc(0) },
    {
      name: 'without ids',
      bytes: Buffer.from(postern.audit.v1.Event.encode({ sequence: 1 }).finish()),
    },
    {
      name: 'with a sequence beyond 2^63',
      bytes: Buffer.from(
        postern.audit.v1.Event.encode({
          id: uuidOf('a'),
          sessionId: uuidOf('b'),
          sequence: 2 ** 63.5,
        }).finish(),
      ),
    },
  ])(
    'bytes that are no event ($name) are kept, and do not stop what follows',
    async ({ bytes }) => {
      const { spool, session } = fresh();
      const done = await ingest(storage.db, spool, {
        firstSequence: 1,
        records: [{ event: bytes }, session.start()],
      });
      expect(done.acknowledged).toBe(2);
      const { rows } = await sql<{
        flaw: string;
      }>`SELECT flaw FROM events WHERE bytes = ${bytes}`.execute(storage.db);
      expect(rows).toEqual([{ flaw: 'malformed' }]);
      expect(await stored(session)).toHaveLength(1);
    },
  );

  test.each([
    { name: 'NUL and half a character', sql: 'SELECT \u0000 \ud800' },
    {
      name: 'longer than an index takes',
      sql: 'x',
      fingerprint: 'f'.repeat(5000),
      relation: `public.${'r'.repeat(9000)}`,
    },
  ])('a statement record with $name is kept', async ({ name: _name, ...sample }) => {
    const { spool, session } = fresh();
    const bytes = encodeStatement(sample);
    await ingest(storage.db, spool, {
      firstSequence: 1,
      records: [{ statementRecord: bytes }, session.start({ name: 'n\u0000'.repeat(2000) })],
    });
    const { rows } = await sql<{
      bytes: Uint8Array;
    }>`SELECT bytes FROM statement_records WHERE bytes = ${bytes}`.execute(storage.db);
    expect(rows).toHaveLength(1);
  });

  test('batches at once take turns, and the log is the tree of its leaves', async () => {
    const proxies = Array.from({ length: 4 }, fresh);
    await Promise.all(
      proxies.map(async ({ spool, session }) => {
        await ingest(storage.db, spool, { firstSequence: 1, records: [session.start()] });
        await ingest(storage.db, spool, {
          firstSequence: 2,
          records: Array.from({ length: 50 }, () => session.statement(record)),
        });
      }),
    );
    for (const { session } of proxies) {
      expect((await stored(session)).every(({ flaw }) => flaw === null)).toBe(true);
    }
    const events = await storage.db
      .selectFrom('events')
      .select(['leaf_index', 'bytes'])
      .orderBy('leaf_index')
      .execute();
    expect(events.map((row) => row.leaf_index)).toEqual(events.map((_, i) => i));
    const state = await storage.db.selectFrom('log_state').selectAll().executeTakeFirstOrThrow();
    const leaves = events.map(({ bytes }) => leafHash(bytes));
    expect(new Frontier(state.size, splitHashes(state.frontier)).root()).toEqual(
      merkleRoot(leaves),
    );
  });

  test('a month gets its partition, also when events from the future wait for it', async () => {
    const { spool } = fresh();
    const session = new SampleSession(`future ${kind}`, Date.UTC(2031, 4, 3) * 1000);
    await ingest(storage.db, spool, { firstSequence: 1, records: [session.start()] });
    await ensurePartitions(storage.db, Date.UTC(2031, 4, 1));
    await ensurePartitions(storage.db, Date.UTC(2031, 4, 2));
    const { rows } = await sql<{ at: string }>`
      SELECT tableoid::regclass::text AS at FROM events WHERE session_id = ${session.id}`.execute(
      storage.db,
    );
    expect(rows).toEqual([{ at: 'events_2031_05' }]);
  });
});
