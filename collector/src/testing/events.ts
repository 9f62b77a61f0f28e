import { createHash } from 'node:crypto';
import { postern } from '@postern/proto';

// A proxy's side of the record, for tests: sessions with statements, chained as audit.proto says.

const { v1 } = postern.audit;
type SpoolRecord = postern.audit.v1.ISpoolRecord;

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** 16 bytes that look like a UUIDv7, the same for the same text. */
export const uuidOf = (text: string): Buffer => {
  const bytes = sha256(Buffer.from(text)).subarray(0, 16);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes;
};

export interface StatementSample {
  readonly sql: string;
  readonly command?: string;
  readonly relation?: string;
  readonly columns?: readonly { readonly name: string; readonly tags?: readonly string[] }[];
  readonly effect?: 'allow' | 'deny' | 'require-approval';
  readonly fingerprint?: string;
}

export const encodeStatement = (sample: StatementSample): Buffer =>
  Buffer.from(
    v1.StatementRecord.encode({
      normalisedSql: sample.sql,
      fingerprint:
        sample.fingerprint ?? sha256(Buffer.from(sample.sql)).toString('hex').slice(0, 16),
      command: sample.command ?? 'SELECT',
      accesses: [
        {
          action: (sample.command ?? 'SELECT').toLowerCase(),
          relation: sample.relation ?? 'public.orders',
          columns: (sample.columns ?? [{ name: 'id' }]).map(({ name, tags }) => ({
            name,
            tags: [...(tags ?? [])],
            uses: ['output'],
          })),
        },
      ],
      decision: {
        effect: sample.effect ?? 'allow',
        reasons: [{ code: 'rule', policy: 'shop/reads', rule: 'r', message: 'a rule' }],
      },
      bundleDigest: 'sha256:00',
    }).finish(),
  );

export interface Who {
  readonly namespace?: string;
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly database?: string;
}

/** One session of a proxy. Times go on by a millisecond an event. */
export class SampleSession {
  readonly id: Buffer;
  private readonly name: string;
  private time: number;
  private sequence = 0;
  private previous: Buffer = Buffer.alloc(0);

  /** @param time Unix microseconds of the first event */
  constructor(name: string, time = Date.UTC(2026, 10, 21) * 1000) {
    this.name = name;
    this.id = uuidOf(name);
    this.time = time;
  }

  start(who: Who = {}): SpoolRecord {
    const { namespace = 'ml', name = 'trainer', groups = ['data'], database = 'shop/main' } = who;
    return this.event({
      sessionStart: {
        identity: {
          kind: v1.Identity.Kind.SERVICE_ACCOUNT,
          issuer: 'test',
          subject: `system:serviceaccount:${namespace}:${name}`,
          namespace,
          name,
          groups: [...groups],
        },
        claims: { run: 'r-1' },
        workload: { pod: `${name}-0` },
        database,
        user: 'app',
        clientAddress: '127.0.0.1:4000',
      },
    });
  }

  /** The record, where it is given, goes before the event. */
  statement(
    record: Uint8Array,
    outcome: postern.audit.v1.Outcome = v1.Outcome.COMPLETED,
    detected: Readonly<Record<string, number>> = {},
  ): SpoolRecord {
    return this.event({
      statement: {
        ...{ record: sha256(record), outcome, durationUs: 1200, rows: 3, bytes: 96 },
        detected: { ...detected },
      },
    });
  }

  end(): SpoolRecord {
    return this.event({ sessionEnd: { reason: 'client-closed', statements: 1 } });
  }

  event(kind: Partial<postern.audit.v1.IEvent>): SpoolRecord {
    const bytes = Buffer.from(
      v1.Event.encode({
        id: uuidOf(`${this.name}/${String(this.sequence)}`),
        sessionId: this.id,
        sequence: this.sequence,
        timeUs: this.time,
        previousHash: this.previous,
        ...kind,
      }).finish(),
    );
    this.sequence += 1;
    this.time += 1000;
    this.previous = sha256(bytes);
    return { event: bytes };
  }
}

/** Batches of realistic sessions without end: 50 statements each, of 20 shapes. */
export function* traffic(
  name: string,
  batchSize: number,
): Generator<postern.audit.v1.IBatch & { readonly events: number }, never> {
  const shapes = Array.from({ length: 20 }, (_, i) =>
    encodeStatement({
      sql: `SELECT o.id, c.email, o.total FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.shape${String(i)} = $1`,
      relation: i % 2 === 0 ? 'public.orders' : 'public.customers',
      columns: [{ name: 'id' }, { name: 'email', tags: ['pii', 'contact'] }],
    }),
  );
  let firstSequence = 1;
  let records: SpoolRecord[] = shapes.map((statementRecord) => ({ statementRecord }));
  let events = 0;
  for (let n = 0; ; n += 1) {
    const session = new SampleSession(`${name}/${String(n)}`, (Date.now() + n) * 1000);
    const own = [session.start()];
    for (let i = 0; i < 50; i += 1)
      own.push(session.statement(shapes[(n + i) % 20] ?? Buffer.alloc(0)));
    own.push(session.end());
    for (const record of own) {
      records.push(record);
      events += 1;
      if (events < batchSize) continue;
      yield { firstSequence, records, events };
      firstSequence += records.length;
      records = [];
      events = 0;
    }
  }
}
