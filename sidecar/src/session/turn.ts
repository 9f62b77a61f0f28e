/** What writes its output once a turn. */
export interface Flushable {
  flush(): void;
  /** The record could not be written: nothing that depends on it may go out. */
  abandon(cause: unknown): void;
}

/**
 * One turn of the event loop. All that sessions want to send during a turn is held until its end; then
 * the audit buffer is written with one write(2), and only then do the bytes go out (ADR 0004).
 */
export class Turn {
  private readonly commit: () => void;
  private dirty: Flushable[] = [];
  private scheduled = false;

  constructor(commit: () => void) {
    this.commit = commit;
  }

  touch(session: Flushable): void {
    this.dirty.push(session);
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.end);
  }

  private readonly end = (): void => {
    const dirty = this.dirty;
    this.dirty = [];
    this.scheduled = false;
    try {
      this.commit();
    } catch (cause) {
      for (const session of dirty) session.abandon(cause);
      return;
    }
    for (const session of dirty) session.flush();
  };
}
