import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postern } from '@postern/proto';
import { openSpool, SpoolError, type SpoolOptions, type StatementHandle } from './index.js';
import { realDisk } from './directory.js';
import { completed, sampleSession, sampleStatement } from './samples.js';
import { readEvents } from './reading.js';

const { Outcome } = postern.audit.v1;

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'spool-'));
});
afterEach(() => {
  fs.rmSync(directory, { recursive: true, force: true });
});

const open = (options: Partial<SpoolOptions> = {}) =>
  openSpool({ directory, maxBytes: 64 * 1024 * 1024, proxyId: 'p1', version: '0', ...options });

const email = {
  ...{ position: 1, name: 'email', source: 'public.customers.email', looked: 3, masked: true },
  found: [{ tag: 'pii.email', values: 3 }],
};
const note = {
  ...{ position: 4, name: 'größe', source: '', looked: 250, masked: true },
  found: [
    { tag: 'pii.email', values: 200 },
    { tag: 'pii.iban', values: 1 },
  ],
};

describe('what is recorded', () => {
  test('one session: start, statements, refusal, end, chained', async () => {
    const spool = await open();
    const session = spool.openSession(sampleSession);
    const statement = spool.statementRecord(sampleStatement());
    const intent = session.intent(statement, 'Refuse');
    spool.commit();
    session.outcome(intent, { ...completed, findings: [email, note] });
    session.refuse(statement, '42501');
    session.end('client-closed');
    await spool.close();

    const { events, records } = readEvents(directory);
    expect(events.map((e) => e.event.kind)).toEqual([
      'sessionStart',
      'statement',
      'statement',
      'sessionEnd',
    ]);
    const [start, done, refused, end] = events.map((e) => e.event);
    expect(start?.sessionStart?.identity?.name).toBe('trainer');
    expect(done?.statement).toMatchObject({
      outcome: Outcome.COMPLETED,
      rows: 3,
      bytes: 120,
      detected: { 'pii.email': 203, 'pii.iban': 1 },
      findings: [email, note],
    });
    expect(refused?.statement).toMatchObject({ outcome: Outcome.REFUSED, sqlstate: '42501' });
    expect(end?.sessionEnd).toMatchObject({ reason: 'client-closed', statements: 2 });
    let previous = Buffer.alloc(0);
    events.forEach(({ event, bytes }, i) => {
      expect(event.sequence).toBe(i);
      expect(Buffer.from(event.previousHash)).toEqual(previous);
      previous = createHash('sha256').update(bytes).digest();
    });
    expect(records).toHaveLength(1);
    const [record] = records;
    expect(Buffer.from(done?.statement?.record ?? [])).toEqual(
      createHash('sha256')
        .update(record ?? '')
        .digest(),
    );
    expect(postern.audit.v1.StatementRecord.decode(record ?? Buffer.alloc(0))).toMatchObject({
      normalisedSql: 'SELECT email FROM customers WHERE id = $1',
      accesses: [{ relation: 'public.customers', columns: [{ name: 'email', tags: ['pii'] }, {}] }],
      decision: { masks: [{ mask: 'hash', column: 'email' }] },
      lineage: [{ source: 'public.customers.email', target: 'email', kind: 'identity' }],
    });
  });

  test('a repeated statement costs under 200 bytes of event', async () => {
    const spool = await open();
    const session = spool.openSession(sampleSession);
    const statement = spool.statementRecord(sampleStatement());
    for (let i = 0; i < 1000; i += 1)
      session.outcome(session.intent(statement, 'Refuse'), completed);
    session.end('client-closed');
    await spool.close();
    const sizes = readEvents(directory).events.map((e) => e.bytes.length);
    expect(Math.max(...sizes.slice(1, -1))).toBeLessThan(187);
  });

  test('the same content gives the same handle', async () => {
    const spool = await open();
    const a = spool.statementRecord(sampleStatement());
    expect(spool.statementRecord(sampleStatement())).toBe(a);
    expect(spool.statementRecord(sampleStatement('SELECT 1'))).not.toBe(a);
    await spool.close();
  });

  test('a second outcome is ignored, a session left open gets its outcomes and its end', async () => {
    const spool = await open();
    const session = spool.openSession(sampleSession);
    const statement = spool.statementRecord(sampleStatement());
    const intent = session.intent(statement, 'Refuse');
    session.outcome(intent, completed);
    session.outcome(intent, completed);
    session.intent(statement, 'Refuse');
    await spool.close();
    const { events } = readEvents(directory);
    expect(events.map((e) => e.event.statement?.outcome)).toEqual([
      undefined,
      Outcome.COMPLETED,
      Outcome.UNKNOWN,
      undefined,
    ]);
    expect(events.at(-1)?.event.sessionEnd?.reason).toBe('drained');
  });

  test('segments follow one another, each with the statements it speaks of', async () => {
    const spool = await open({ segmentBytes: 4096 });
    const session = spool.openSession(sampleSession);
    const statement = spool.statementRecord(sampleStatement());
    for (let i = 0; i < 200; i += 1) {
      const intent = session.intent(statement, 'Refuse');
      spool.commit();
      session.outcome(intent, completed);
      spool.commit();
    }
    session.end('client-closed');
    await spool.close();
    const { events, records, sequences } = readEvents(directory);
    expect(events).toHaveLength(202);
    expect(records.length).toBeGreaterThan(5);
    expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  });
});

test('what no statement waits for is written without a commit', async () => {
  const spool = await open();
  spool.policyChanged('sha256:02', 'sha256:01');
  spool.refused({
    database: 'shop/main',
    clientAddress: '[::1]:1',
    sqlstate: '28P01',
    reason: 'server',
  });
  await new Promise((resolve) => setImmediate(resolve));
  const { events } = readEvents(directory);
  expect(events.map((e) => e.event.kind)).toEqual(['policyChange', 'refusal']);
  expect(new Set(events.map((e) => e.session)).size).toBe(1);
  await spool.close();
});

describe('a full spool', () => {
  const fill = (spool: Awaited<ReturnType<typeof open>>, statement: StatementHandle) => {
    const session = spool.openSession(sampleSession);
    for (let i = 0; i < 100_000; i += 1) {
      session.outcome(session.intent(statement, 'Refuse'), completed);
      spool.commit();
    }
  };

  test('refuses new statements, still records outcomes and ends', async () => {
    const spool = await open({ maxBytes: 1024 * 1024 });
    const statement = spool.statementRecord(sampleStatement());
    const early = spool.openSession(sampleSession);
    const intent = early.intent(statement, 'Refuse');
    expect(() => fill(spool, statement)).toThrow(expect.objectContaining({ code: 'full' }));
    expect(spool.full).toBe(true);
    early.outcome(intent, completed);
    early.end('client-closed');
    spool.commit();
    await spool.close();
    const { events } = readEvents(directory);
    const own = events.filter((e) => e.session === early.id.replaceAll('-', ''));
    expect(own.map((e) => e.event.kind)).toEqual(['sessionStart', 'statement', 'sessionEnd']);
  });

  test('goes on under Gap, and says that it did', async () => {
    const spool = await open({ maxBytes: 1024 * 1024 });
    const statement = spool.statementRecord(sampleStatement());
    expect(() => fill(spool, statement)).toThrow(SpoolError);
    const session = spool.openSession(sampleSession);
    for (let i = 0; i < 7; i += 1) session.outcome(session.intent(statement, 'Gap'), completed);
    spool.commit();
    expect(spool.metrics().missed).toBe(7);
    await spool.close();
    const gap = readEvents(directory).events.find((e) => e.event.gap != null);
    expect(gap?.event.gap?.reason).toMatch(/^spool full/);
  });
});

describe('a disk that refuses', () => {
  const failing = (code: string) => {
    const state = { broken: false };
    const write: typeof realDisk.write = (fd, bytes, offset, length, position) => {
      if (!state.broken) return realDisk.write(fd, bytes, offset, length, position);
      // A disk that fills up takes a part first.
      if (length > 10) return realDisk.write(fd, bytes, offset, 10, position);
      throw Object.assign(new Error(code), { code });
    };
    return { state, disk: { ...realDisk, write } };
  };

  test.each([
    ['ENOSPC', 'full'],
    ['EIO', 'io'],
    ['EROFS', 'io'],
  ])(
    '%s: whoever depends on it is told (%s), nothing is lost once it works again',
    async (errno, code) => {
      const { state, disk } = failing(errno);
      const spool = await open({ disk });
      const session = spool.openSession(sampleSession);
      const statement = spool.statementRecord(sampleStatement());
      session.outcome(session.intent(statement, 'Refuse'), completed);
      spool.commit();
      state.broken = true;
      const intent = session.intent(statement, 'Refuse');
      expect(() => spool.commit()).toThrow(expect.objectContaining({ code }));
      expect(spool.full).toBe(true);
      expect(() => session.intent(statement, 'Refuse')).toThrow(SpoolError);
      session.intent(statement, 'Gap');
      expect(() => spool.commit()).not.toThrow();
      state.broken = false;
      session.outcome(intent, { ...completed, kind: 'unknown' });
      session.end('server-closed');
      spool.commit();
      expect(spool.full).toBe(false);
      await spool.close();
      const { events } = readEvents(directory);
      expect(events.map((e) => e.event.kind)).toEqual([
        'sessionStart',
        'statement',
        'statement',
        'sessionEnd',
        'gap',
      ]);
      expect(events.at(-1)?.event.gap?.events).toBe(1);
    },
  );

  test('a directory that cannot be made is a typed error', async () => {
    fs.writeFileSync(join(directory, 'file'), '');
    await expect(open({ directory: join(directory, 'file', 'spool') })).rejects.toMatchObject({
      code: 'io',
    });
  });

  test('a failed sync is told to those who wait, and tried again', async () => {
    let broken = false;
    const spool = await open({
      disk: {
        ...realDisk,
        sync: (fd, done) => {
          if (broken) done(Object.assign(new Error('EIO'), { code: 'EIO' }));
          else realDisk.sync(fd, done);
        },
      },
    });
    spool.openSession(sampleSession);
    broken = true;
    await expect(spool.durable()).rejects.toMatchObject({ code: 'io' });
    broken = false;
    await spool.durable();
    await spool.close();
  });
});

test('two proxies never share a spool', async () => {
  const spool = await open();
  await expect(open()).rejects.toMatchObject({ code: 'locked' });
  await spool.close();
  await (await open()).close();
});

test('durable waits are shared: many waiters, few syncs', async () => {
  let syncs = 0;
  const spool = await open({
    disk: {
      ...realDisk,
      sync: (fd, done) => {
        syncs += 1;
        realDisk.sync(fd, done);
      },
    },
  });
  const session = spool.openSession(sampleSession);
  const statement = spool.statementRecord(sampleStatement());
  syncs = 0;
  await Promise.all(
    Array.from({ length: 100 }, () => {
      session.intent(statement, 'Refuse');
      return spool.durable();
    }),
  );
  expect(syncs).toBeLessThanOrEqual(3);
  await spool.close();
});
