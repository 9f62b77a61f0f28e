import fs from 'node:fs';
import type { Disk } from './directory.js';
import { SpoolError } from './errors.js';

/** A place in the spool: all segments before `ordinal`, and `offset` bytes of that one. */
export interface Mark {
  readonly ordinal: number;
  readonly offset: number;
}

export interface SyncParts {
  readonly disk: Disk;
  /** what has been written so far, and the file it ends in */
  readonly written: () => { readonly mark: Mark; readonly fd: number | undefined };
  /** the directory's own descriptor: synced when a file is new in it */
  readonly directory: number;
  /** milliseconds within which what was written is on stable storage without anyone waiting */
  readonly interval: number;
  readonly synced: () => void;
  readonly failed: (cause: SpoolError) => void;
}

interface Waiter {
  readonly mark: Mark;
  readonly resolve: () => void;
  readonly reject: (cause: SpoolError) => void;
}

const reached = (mark: Mark, by: Mark): boolean =>
  mark.ordinal < by.ordinal || (mark.ordinal === by.ordinal && mark.offset <= by.offset);

/** Group commit: one fdatasync at a time, shared by all who wait for what it covers. */
export class GroupSync {
  /** on stable storage */
  mark: Mark = { ordinal: 0, offset: 0 };
  private readonly parts: SyncParts;
  private readonly retired: number[] = [];
  private waiters: Waiter[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private stopped = false;
  private idle: (() => void) | undefined;

  constructor(parts: SyncParts) {
    this.parts = parts;
  }

  /** Something was written: it will be synced within the interval. */
  wrote(): void {
    if (this.timer !== undefined || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.start();
    }, this.parts.interval);
    this.timer.unref();
  }

  /** A file that gets no more writes: closed after the next sync. */
  retire(fd: number): void {
    this.retired.push(fd);
  }

  /** Resolves once everything written by now is on stable storage. */
  durable(): Promise<void> {
    const { mark } = this.parts.written();
    if (reached(mark, this.mark)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiters.push({ mark, resolve, reject });
      this.start();
    });
  }

  /** Resolves once nothing is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.running) await new Promise<void>((resolve) => (this.idle = resolve));
    for (const fd of this.retired.splice(0)) fs.closeSync(fd);
  }

  private start(): void {
    if (this.running || this.stopped) return;
    const { mark, fd } = this.parts.written();
    const closing = this.retired.splice(0);
    const fds = fd === undefined ? closing.slice() : [...closing, fd];
    if (fds.length === 0) return;
    if (mark.ordinal > this.mark.ordinal) fds.push(this.parts.directory);
    this.running = true;
    let left = fds.length;
    let failure: Error | undefined;
    for (const one of fds) {
      this.parts.disk.sync(one, (cause) => {
        failure ??= cause ?? undefined;
        left -= 1;
        if (left > 0) return;
        for (const done of closing) fs.closeSync(done);
        this.finish(mark, failure);
      });
    }
  }

  private finish(mark: Mark, failure: Error | undefined): void {
    this.running = false;
    this.idle?.();
    if (failure !== undefined) {
      const error = SpoolError.from(failure, 'cannot sync the spool');
      const waiters = this.waiters;
      this.waiters = [];
      this.parts.failed(error);
      for (const waiter of waiters) waiter.reject(error);
      this.wrote();
      return;
    }
    this.mark = mark;
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) {
      if (reached(waiter.mark, mark)) waiter.resolve();
      else this.waiters.push(waiter);
    }
    this.parts.synced();
    if (this.waiters.length > 0) this.start();
  }
}
