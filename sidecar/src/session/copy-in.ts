/**
 * COPY FROM STDIN of the extended protocol, in which the server ignores Sync and Flush. Protocol 3.0,
 * "COPY Operations".
 */
export class CopyIn {
  /** The server waits for data. */
  running = false;
  /** Syncs amid the data. */
  private syncs = 0;

  /** @param endAlreadySent the end of the data went out before the server asked for it */
  started(endAlreadySent: boolean): void {
    this.running = !endAlreadySent;
    this.syncs = 0;
  }

  /** The server ended the copy itself and skips what is sent until a Sync. */
  failed(): void {
    this.running = false;
  }

  /** CopyDone or CopyFail. @returns false when no copy runs */
  ended(): boolean {
    const { running } = this;
    this.running = false;
    return running;
  }

  /** A Sync amid the data, which is ignored unless the copy has failed before it. */
  sync(): void {
    this.syncs += 1;
  }

  /** @returns whether a ReadyForQuery that is not owed answers such a Sync */
  answersSync(): boolean {
    if (this.syncs === 0) return false;
    this.syncs -= 1;
    return true;
  }
}
