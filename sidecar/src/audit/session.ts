import type { Admission } from './admission.js';
import { Chain, type ChainParts } from './chain.js';
import { encodeSessionEnd, encodeSessionStart } from './bodies.js';
import { SpoolError } from './errors.js';
import { eventKind, outcomeNumber } from './event.js';
import { findingFields } from './findings.js';
import { recordType } from './segment.js';
import type {
  Intent,
  SessionAudit,
  SessionFacts,
  StatementHandle,
  StatementOutcome,
} from './sink.js';
import { intentLength, type LiveSession, writeIntent } from './snapshot.js';
import { StatementEntry } from './statements.js';
import { uuidText } from './uuid.js';

export interface SessionParts extends ChainParts {
  readonly admission: Admission;
  /** `performance.now()` */
  readonly clock: () => number;
  readonly proxyId: string;
  /** something was appended that must reach the file before what depends on it goes on */
  readonly depend: () => void;
  readonly ended: (session: RecordedSession) => void;
}

interface Open extends Intent {
  readonly statement: StatementEntry;
  readonly recorded: boolean;
  readonly whenFull: 'Refuse' | 'Gap';
}

/** The record of one session: intents, outcomes, and the chain of its events. */
export class RecordedSession implements SessionAudit {
  readonly id: string;
  readonly chain: Chain;
  private readonly parts: SessionParts;
  private readonly open = new Map<number, Open>();
  private readonly start: () => Uint8Array;
  private ordinal = 0;
  private statements = 0;
  private isEnded = false;

  constructor(parts: SessionParts, facts: SessionFacts) {
    this.parts = parts;
    this.chain = new Chain(parts, parts.ids.next());
    this.id = uuidText(this.chain.session);
    this.start = () => encodeSessionStart(facts, parts.proxyId);
    if (parts.admission.other()) this.begin();
  }

  /** The start waits for room when the spool was full at the beginning of the session. */
  private begin(): void {
    if (this.chain.sequence === 0) this.chain.append(eventKind.sessionStart, this.start());
  }

  intent(handle: StatementHandle, whenFull: 'Refuse' | 'Gap'): Intent {
    if (this.isEnded) throw new SpoolError('closed', 'the session has ended');
    const statement = entryOf(handle);
    const { admission, writer, clock } = this.parts;
    const recorded = admission.statement(whenFull) === 'record';
    const open: Open = {
      statement,
      startedAt: clock(),
      ordinal: this.ordinal,
      recorded,
      whenFull,
    };
    this.ordinal += 1;
    if (!recorded) return open;
    this.begin();
    writer.ensure(statement);
    const at = writer.reserve(intentLength);
    writeIntent(writer.buffer, at, this.chain.session, open.ordinal, statement.digest);
    writer.seal(recordType.intent, intentLength);
    this.open.set(open.ordinal, open);
    if (whenFull === 'Refuse') this.parts.depend();
    return open;
  }

  outcome(intent: Intent, outcome: StatementOutcome): void {
    const open = this.open.get(intent.ordinal);
    if (open === undefined) return;
    this.open.delete(intent.ordinal);
    this.statements += 1;
    this.parts.writer.ensure(open.statement);
    this.chain.appendStatement(
      {
        record: open.statement.digest,
        outcome: outcomeNumber[outcome.kind],
        duration: Math.max(0, Math.round((this.parts.clock() - open.startedAt) * 1000)),
        rows: outcome.rows,
        bytes: outcome.bytes,
        affectedRows: outcome.affectedRows,
        sqlstate: outcome.sqlstate,
        ...findingFields(outcome.findings),
      },
      open.ordinal,
    );
    if (open.whenFull === 'Refuse') this.parts.depend();
  }

  refuse(handle: StatementHandle, sqlstate: string): void {
    if (this.isEnded || !this.parts.admission.other()) return;
    const statement = entryOf(handle);
    this.begin();
    this.statements += 1;
    this.parts.writer.ensure(statement);
    this.chain.appendStatement(
      {
        record: statement.digest,
        outcome: outcomeNumber.refused,
        duration: 0,
        rows: 0,
        bytes: 0,
        affectedRows: 0,
        sqlstate,
        ...findingFields(),
      },
      undefined,
    );
  }

  end(reason: string): void {
    if (this.isEnded) return;
    this.isEnded = true;
    for (const open of [...this.open.values()]) {
      this.outcome(open, { kind: 'unknown', rows: 0, bytes: 0, affectedRows: 0, sqlstate: '' });
    }
    // A session whose start found no room is part of the gap as a whole.
    if (this.chain.sequence > 0) {
      this.chain.append(eventKind.sessionEnd, encodeSessionEnd(reason, this.statements));
    }
    this.parts.ended(this);
  }

  snapshot(): LiveSession {
    return {
      id: this.chain.session.toString('hex'),
      next: this.chain.sequence,
      last: Buffer.from(this.chain.previous ?? '', 'latin1').toString('hex'),
      statements: this.statements,
      intents: [...this.open.values()].map(({ ordinal, statement }) => ({
        ordinal,
        digest: statement.digest.toString('hex'),
      })),
    };
  }

  get openStatements(): StatementEntry[] {
    return [...this.open.values()].map((open) => open.statement);
  }
}

function entryOf(handle: StatementHandle): StatementEntry {
  if (handle instanceof StatementEntry) return handle;
  throw new TypeError('a statement handle comes from AuditSink.statementRecord');
}
