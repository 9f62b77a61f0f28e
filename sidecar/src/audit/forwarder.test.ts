import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { auditService, type postern } from '@postern/proto';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSpool, type Spool } from './index.js';
import { completed, sampleSession, sampleStatement } from './samples.js';
import { postern as messages } from '@postern/proto';

type Call = ServerDuplexStream<postern.audit.v1.IStreamRequest, postern.audit.v1.IStreamResponse>;

/** What the collector does with each batch, beside storing it. */
type Behaviour = (call: Call, acknowledge: () => void, n: number) => void;

/** Stores as a collector does: exactly once by session and sequence; refuses an event whose statement the stream did not carry. */
class Receiver {
  readonly server = new Server();
  readonly events = new Map<string, Buffer>();
  readonly spools = new Set<string>();
  readonly unknownStatements: string[] = [];
  acknowledged = 0;
  streams = 0;
  batches = 0;
  port = 0;

  constructor(behaviour: Behaviour) {
    this.server.addService(auditService, {
      stream: (call: Call) => this.serve(call, behaviour),
    });
  }

  private serve(call: Call, behaviour: Behaviour): void {
    this.streams += 1;
    const statements = new Set<string>();
    call.on('error', () => undefined);
    call.on('data', (message: postern.audit.v1.IStreamRequest) => {
      if (message.hello != null) {
        this.spools.add(Buffer.from(message.hello.spoolId ?? []).toString('hex'));
        call.write({ welcome: { acknowledgedSequence: this.acknowledged } });
        return;
      }
      const { firstSequence = 0, records = [] } = message.batch ?? {};
      for (const { statementRecord, event } of records ?? []) {
        if (statementRecord != null) {
          statements.add(createHash('sha256').update(statementRecord).digest('hex'));
        }
        if (event != null) this.store(Buffer.from(event), statements);
      }
      const last = (firstSequence ?? 0) + (records?.length ?? 0) - 1;
      this.batches += 1;
      const acknowledge = (): void => {
        this.acknowledged = Math.max(this.acknowledged, last);
        call.write({ acknowledgement: { sequence: this.acknowledged } });
      };
      behaviour(call, acknowledge, this.batches);
    });
  }

  private store(bytes: Buffer, statements: ReadonlySet<string>): void {
    const event = messages.audit.v1.Event.decode(bytes);
    const key = `${Buffer.from(event.sessionId).toString('hex')}/${String(event.sequence)}`;
    const before = this.events.get(key);
    if (before !== undefined && !before.equals(bytes)) throw new Error(`two events ${key}`);
    this.events.set(key, bytes);
    const record = Buffer.from(event.statement?.record ?? []).toString('hex');
    if (record !== '' && !statements.has(record)) this.unknownStatements.push(key);
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (cause, port) => {
        if (cause !== null) reject(cause);
        this.port = port;
        resolve();
      });
    });
  }
}

let directory: string;
let spool: Spool;
let receiver: Receiver;
beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'forward-'));
});
afterEach(async () => {
  await spool.close(0);
  receiver.server.forceShutdown();
  fs.rmSync(directory, { recursive: true, force: true });
});

const open = (segmentBytes = 16 * 1024): Promise<Spool> =>
  openSpool({
    utilization: () => 0,
    directory,
    maxBytes: 64 * 1024 * 1024,
    proxyId: 'p',
    version: '0',
    segmentBytes,
    syncInterval: 5,
    random: () => 0,
  });

const record = (statements: number): void => {
  const session = spool.openSession(sampleSession);
  const handles = Array.from({ length: 5 }, (_, i) =>
    spool.statementRecord(sampleStatement(`SELECT ${String(i)}`)),
  );
  for (let i = 0; i < statements; i += 1) {
    const handle = handles[i % handles.length];
    if (handle === undefined) continue;
    session.outcome(session.intent(handle, 'Refuse'), completed);
    spool.commit();
  }
  session.end('client-closed');
  spool.commit();
};

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(JSON.stringify(spool.metrics()));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const start = async (behaviour: Behaviour): Promise<void> => {
  receiver = new Receiver(behaviour);
  await receiver.listen();
  spool.startForwarding({ address: `127.0.0.1:${String(receiver.port)}`, token: '' });
};

const settled = (): boolean => spool.metrics().backlog === 0 && spool.metrics().written > 0;

test.each<{ readonly name: string; readonly behaviour: Behaviour; readonly reconnects?: boolean }>([
  { name: 'acknowledges at once', behaviour: (_, acknowledge) => acknowledge() },
  {
    name: 'acknowledges late',
    behaviour: (_, acknowledge) => void setTimeout(acknowledge, 30),
  },
  {
    name: 'acknowledges twice',
    behaviour: (_, acknowledge) => {
      acknowledge();
      acknowledge();
    },
  },
  {
    name: 'drops the connection after storing, before acknowledging',
    behaviour: (call, acknowledge, n) => {
      if (n % 3 === 1 && n < 12) call.emit('error', { code: 14, details: 'gone' });
      else acknowledge();
    },
    reconnects: true,
  },
  {
    name: 'ends the stream after each few batches',
    behaviour: (call, acknowledge, n) => {
      acknowledge();
      if (n % 4 === 0 && n < 16) call.end();
    },
    reconnects: true,
  },
])('a collector that $name holds every event exactly once', async ({ behaviour, reconnects }) => {
  spool = await open();
  record(500);
  await start(behaviour);
  await until(() => receiver.batches > 0);
  record(500);
  await until(settled);
  expect(receiver.events.size).toBe(2 * 502);
  expect(receiver.unknownStatements).toEqual([]);
  expect(receiver.streams > 1).toBe(reconnects === true);
  expect(spool.metrics().segments).toBeLessThanOrEqual(2);
});

test('what is recorded while the collector is away is sent by the next start', async () => {
  spool = await open();
  record(300);
  await spool.close();
  spool = await open();
  await start((_, acknowledge) => acknowledge());
  await until(settled);
  expect(receiver.events.size).toBe(302);
  expect(receiver.unknownStatements).toEqual([]);
});

test('a collector that knows the spool further than it goes gets it anew, under another id', async () => {
  spool = await open();
  record(50);
  receiver = new Receiver((_, acknowledge) => acknowledge());
  receiver.acknowledged = 1_000_000;
  await receiver.listen();
  spool.startForwarding({ address: `127.0.0.1:${String(receiver.port)}`, token: '' });
  await until(() => spool.lastError !== undefined);
  receiver.acknowledged = 0;
  await until(settled);
  expect(receiver.spools.size).toBe(2);
  expect(receiver.events.size).toBe(52);
});

test('no more than the window is sent ahead of acknowledgements', async () => {
  spool = await open(1024 * 1024);
  let received = 0;
  await start((_, __, n) => (received = n));
  record(120_000);
  await spool.durable();
  // However slow the machine: sending comes to rest, and long before everything is sent.
  for (let before = -1; before !== received;) {
    before = received;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  expect(received).toBeGreaterThan(0);
  expect(receiver.events.size).toBeLessThan(120_002);
}, 30_000);

test('a full spool takes statements again once the collector has acknowledged', async () => {
  spool = await openSpool({
    utilization: () => 0,
    directory,
    maxBytes: 1 << 20,
    proxyId: 'p',
    version: '0',
    syncInterval: 5,
  });
  expect(() => record(100_000)).toThrow(expect.objectContaining({ code: 'full' }));
  await start((_, acknowledge) => acknowledge());
  await until(() => !spool.full);
  record(10);
  await until(settled);
});
