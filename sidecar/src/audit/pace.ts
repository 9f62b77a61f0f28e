import { performance, type EventLoopUtilization } from 'node:perf_hooks';

/** Share of its time that the process may work before forwarding waits. */
const busy = 0.5;
/** milliseconds over which that share is taken */
const span = 100;
/** The first of records after a quiet time: likewise, so that the quiet does not hide what begins. */
const firstSpan = 20;
/** Milliseconds that forwarding waits for a quieter moment; then it sends all there is. */
export const longestWait = 10_000;

export interface PaceParts {
  /** the spool has not room enough to wait */
  readonly pressing: () => boolean;
  /** milliseconds, monotonic */
  readonly now: () => number;
  /** 0 to 1, since the last call */
  readonly utilization: () => number;
}

/**
 * When to forward. A record is safe once it is in the spool, whereas a statement that waits is felt: a
 * proxy with much to do keeps sending for later, for a bounded time.
 */
export class Pace {
  private readonly parts: PaceParts;
  /** when the share is taken next */
  private due = Number.NEGATIVE_INFINITY;
  private isBusy = false;
  /** forwarding waits since then */
  private since: number | undefined;
  /** It has waited long enough: it goes on until everything is sent. */
  private catchingUp = false;

  constructor(parts: PaceParts) {
    this.parts = parts;
  }

  /** Records begin to wait for company: how busy the process is counts from here. */
  begins(): void {
    const now = this.parts.now();
    if (now < this.due) return;
    this.parts.utilization();
    this.due = now + firstSpan;
  }

  /** May the next records go now? */
  allows(): boolean {
    const now = this.parts.now();
    if (now >= this.due) {
      this.due = now + span;
      this.isBusy = this.parts.utilization() > busy;
    }
    if (this.catchingUp || this.parts.pressing()) return true;
    if (!this.isBusy) {
      this.since = undefined;
      return true;
    }
    this.since ??= now;
    this.catchingUp = now - this.since >= longestWait;
    return this.catchingUp;
  }

  /** Nothing is left to send. */
  caughtUp(): void {
    this.catchingUp = false;
    this.since = undefined;
  }
}

/** How busy this thread's event loop was since the last call. */
export function loopUtilization(): () => number {
  let last: EventLoopUtilization = performance.eventLoopUtilization();
  return () => {
    const current = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(current, last);
    last = current;
    return utilization;
  };
}
