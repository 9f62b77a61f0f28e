import { SpoolError } from './errors.js';

export interface AdmissionParts {
  /** limit of the spool's size in bytes */
  readonly maxBytes: number;
  /** bytes of all segments and of the buffer */
  readonly used: () => number;
  /** bytes in the buffer */
  readonly pending: () => number;
}

/** What the buffer may grow to while the disk takes nothing. */
const maxPendingWhileBlocked = 4 * 1024 * 1024;

/**
 * What may still be recorded. New statements stop at the size limit less a reserve; the first half of
 * the reserve is for refusals and session starts, the rest for outcomes and session ends, which are
 * always recorded: they are as many as what was admitted.
 */
export class Admission {
  /** the disk refused the last write */
  blocked: SpoolError | undefined;
  /** statements and other events that were not recorded, since the last Gap event */
  missed = 0;
  private readonly parts: AdmissionParts;
  private readonly reserve: number;

  constructor(parts: AdmissionParts) {
    this.parts = parts;
    this.reserve = Math.max(64 * 1024, Math.floor(parts.maxBytes / 16));
  }

  get full(): boolean {
    return this.blocked !== undefined || this.parts.used() >= this.parts.maxBytes - this.reserve;
  }

  /** Half of the room is taken: what can be sent away should be. */
  get pressing(): boolean {
    return this.blocked !== undefined || this.parts.used() >= this.parts.maxBytes / 2;
  }

  /** May a statement run? Under `Gap` it may, counted instead of recorded. */
  statement(whenFull: 'Refuse' | 'Gap'): 'record' | 'count' {
    if (!this.full) return 'record';
    if (whenFull === 'Gap') {
      this.missed += 1;
      return 'count';
    }
    const { blocked } = this;
    if (blocked !== undefined) throw new SpoolError('full', blocked.message, blocked);
    throw new SpoolError(
      'full',
      `the audit spool holds ${String(this.parts.used())} of ${String(this.parts.maxBytes)} bytes; ` +
        'bring the collector back or enlarge the spool',
    );
  }

  /** May something be recorded that no statement depends on? If not it is counted. */
  other(): boolean {
    const room =
      this.blocked === undefined
        ? this.parts.used() < this.parts.maxBytes - this.reserve / 2
        : this.parts.pending() < maxPendingWhileBlocked;
    if (!room) this.missed += 1;
    return room;
  }
}
