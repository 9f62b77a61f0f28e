/** What writes its output once a turn. */
export interface Flushable {
  /** Writes what goes to the server, before anybody's `flush`. */
  flushServer?(): void;
  /** Writes the rest. */
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
    // Servers first: they work while the clients are answered, and a client with several connections,
    // once woken, finds all its answers.
    for (const session of dirty) session.flushServer?.();
    for (const session of dirty) session.flush();
  };
}
