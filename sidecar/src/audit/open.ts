import { randomFillSync } from 'node:crypto';
import fs from 'node:fs';
import { Admission } from './admission.js';
import { encodeSessionEnd } from './bodies.js';
import { Chain } from './chain.js';
import {
  type Disk,
  readAcknowledged,
  realDisk,
  renewSpoolId,
  spoolId,
  syncDirectory,
} from './directory.js';
import { SpoolError } from './errors.js';
import { eventKind, outcomeNumber } from './event.js';
import { lockDirectory } from './lock.js';
import { type Interrupted, readSpool, type Recovered } from './recovery.js';
import { Segments } from './segments.js';
import type { RecordedSession } from './session.js';
import { encodeSnapshot, type LiveSession } from './snapshot.js';
import { Spool } from './spool.js';
import { loopUtilization } from './pace.js';
import { type StatementEntry, StatementRecords } from './statements.js';
import { GroupSync } from './sync.js';
import { Uuid7 } from './uuid.js';
import { SegmentWriter } from './writer.js';

export interface SpoolOptions {
  /** made when it is not there; one process at a time may use it */
  readonly directory: string;
  /** limit of the size on disk, bytes */
  readonly maxBytes: number;
  readonly proxyId: string;
  readonly version: string;
  /** default: 16 MiB, or an eighth of `maxBytes` where that is less */
  readonly segmentBytes?: number;
  /** milliseconds after which written records are on stable storage also in relaxed mode; default 200 */
  readonly syncInterval?: number;
  /** statement records remembered, bytes; default 8 MiB */
  readonly rememberedStatementBytes?: number;
  /** Unix milliseconds */
  readonly now?: () => number;
  readonly random?: () => number;
  /** fills with random bytes */
  readonly fill?: (into: Buffer) => void;
  readonly disk?: Disk;
  /** share of its time that the process worked since the last call; forwarding waits while that is much */
  readonly utilization?: () => number;
  /** told of each failure, on disk or on the way to the collector; what is recorded is kept and tried again */
  readonly failed?: (cause: unknown) => void;
}

const defaultSegmentBytes = 16 * 1024 * 1024;

/**
 * Opens a spool: replays what a dead process left (a torn tail is truncated, damage quarantined, both
 * said in Gap events; statements without an outcome become `unknown`, open sessions end `interrupted`).
 *
 * @throws SpoolError `locked` | `io` | `full`
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { directory } = options;
  let unlock: (() => void) | undefined;
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    unlock = lockDirectory(directory);
    return await openLocked(options, unlock);
  } catch (cause) {
    unlock?.();
    throw SpoolError.from(cause, `cannot open the spool ${directory}`);
  }
}

async function openLocked(options: SpoolOptions, unlock: () => void): Promise<Spool> {
  const { directory, maxBytes } = options;
  const now = options.now ?? Date.now;
  const disk = options.disk ?? realDisk;
  const fill = options.fill ?? ((into: Buffer) => void randomFillSync(into));
  const freshId = (): Buffer => {
    const id = Buffer.alloc(16);
    fill(id);
    return id;
  };
  const found = await readSpool(directory);
  // After damage the numbers to come may have been used: under a new id the collector takes the rest
  // anew and stores it exactly once by session and sequence.
  const isDamaged = found.damage.length > 0;
  const id = (isDamaged ? renewSpoolId : spoolId)(directory, freshId);
  const acknowledged = isDamaged ? 0 : readAcknowledged(directory);

  const ids = new Uuid7(now, fill);
  const live = new Set<RecordedSession>();
  const interrupted = new Map(found.sessions.map((session) => [session, session.id]));
  const writer = new SegmentWriter(
    {
      directory,
      disk,
      segmentBytes: options.segmentBytes ?? Math.min(defaultSegmentBytes, Math.ceil(maxBytes / 8)),
      snapshot: () => ({
        bytes: encodeSnapshot({
          sessions: [
            ...[...live].filter((session) => session.chain.sequence > 0).map((s) => s.snapshot()),
            ...[...interrupted.keys()].map(liveOf),
          ],
        }),
        statements: [
          ...[...live].flatMap((session) => session.openStatements),
          ...[...interrupted.keys()].flatMap((session) => openStatements(session, found)),
        ],
      }),
      retired: (fd) => {
        sync.retire(fd);
      },
    },
    found.lastOrdinal + 1,
    Math.max(found.lastSequence, acknowledged) + 1,
  );
  const segments = new Segments(found.segments);
  const directoryFd = fs.openSync(directory, 'r');
  const sync: GroupSync = new GroupSync({
    disk,
    directory: directoryFd,
    written: () => ({
      mark: { ordinal: writer.current.ordinal, offset: writer.current.size },
      fd: writer.fd,
    }),
    interval: options.syncInterval ?? 200,
    synced: () => {
      spool.synced();
    },
    failed: (cause) => {
      spool.failed(cause);
    },
  });
  const admission = new Admission({
    maxBytes,
    used: () => segments.bytes + writer.current.size + writer.pending,
    pending: () => writer.pending,
  });
  const spool = new Spool({
    directory,
    directoryFd,
    proxyId: options.proxyId,
    version: options.version,
    unlock,
    now,
    random: options.random ?? Math.random,
    utilization: options.utilization ?? loopUtilization(),
    failed: options.failed ?? (() => undefined),
    freshId,
    ids,
    writer,
    sync,
    admission,
    segments,
    statements: new StatementRecords(options.rememberedStatementBytes ?? 8 * 1024 * 1024),
    live,
    spoolId: id,
    acknowledged,
  });
  for (const { reason } of found.damage) spool.gap(0, reason);
  for (const session of found.sessions) endInterrupted(session, found, { writer, ids, now });
  interrupted.clear();
  // Said durably first, mended then: a crash between the two says it twice, never not at all.
  await spool.durable();
  for (const { mend } of found.damage) mend();
  segments.release(acknowledged);
  syncDirectory(directory);
  return spool;
}

const liveOf = (session: Interrupted): LiveSession => ({
  id: session.id.toString('hex'),
  next: session.next,
  last: Buffer.from(session.last ?? '', 'latin1').toString('hex'),
  statements: session.statements,
  intents: [...session.intents.values()],
});

const openStatements = (session: Interrupted, found: Recovered): StatementEntry[] =>
  [...session.intents.values()].flatMap(({ digest }) => {
    const entry = found.statements.get(digest.slice(0, 16));
    return entry === undefined ? [] : [entry];
  });

function endInterrupted(
  session: Interrupted,
  found: Recovered,
  parts: { readonly writer: SegmentWriter; readonly ids: Uuid7; readonly now: () => number },
): void {
  const chain = new Chain(parts, session.id, session.next, session.last);
  for (const { ordinal, digest } of session.intents.values()) {
    const entry = found.statements.get(digest.slice(0, 16));
    // Its record may have been damaged: then what is known of the digest is said.
    const record = entry?.digest ?? Buffer.concat([Buffer.from(digest, 'hex')], 32);
    chain.appendStatement(
      {
        record,
        outcome: outcomeNumber.unknown,
        duration: 0,
        rows: 0,
        bytes: 0,
        affectedRows: 0,
        sqlstate: '',
        ...{ detected: undefined, findings: undefined },
      },
      ordinal,
    );
  }
  const statements = session.statements + session.intents.size;
  chain.append(eventKind.sessionEnd, encodeSessionEnd('interrupted', statements));
}
