import type { Admission } from './admission.js';
import type { Segments } from './segments.js';
import type { RecordedSession } from './session.js';
import type { StatementRecords } from './statements.js';
import type { GroupSync } from './sync.js';
import type { Uuid7 } from './uuid.js';
import type { SegmentWriter } from './writer.js';

/** What a spool is made of; `openSpool` puts it together. */
export interface SpoolParts {
  readonly directory: string;
  readonly directoryFd: number;
  readonly proxyId: string;
  readonly version: string;
  readonly unlock: () => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly utilization: () => number;
  readonly failed: (cause: unknown) => void;
  readonly freshId: () => Buffer;
  readonly ids: Uuid7;
  readonly writer: SegmentWriter;
  readonly sync: GroupSync;
  readonly admission: Admission;
  readonly segments: Segments;
  readonly statements: StatementRecords;
  readonly live: Set<RecordedSession>;
  readonly spoolId: Buffer;
  readonly acknowledged: number;
}

/** All numbers; `lastError` is apart because it is text. */
export interface SpoolMetrics {
  /** on disk and in memory */
  readonly bytes: number;
  readonly segments: number;
  /** sequence of the last record written */
  readonly written: number;
  /** sequence of the last record the collector has acknowledged */
  readonly acknowledged: number;
  /** records written and not acknowledged */
  readonly backlog: number;
  /** 1 while the collector's stream is up */
  readonly connected: number;
  readonly full: number;
  /** events not recorded that no Gap event tells of yet */
  readonly missed: number;
}
