import type { postern } from '@postern/proto';
import type { Kysely } from 'kysely';
import { acknowledgedSequence, ingest } from './ingest/ingest.js';
import type { Checkpoints } from './log/checkpoints.js';
import { exportLog } from './search/export.js';
import type { SearchRequest } from './search/filters.js';
import { get, search } from './search/search.js';
import type { Tables } from './storage/schema.js';

type IEntry = postern.audit.v1.IEntry;

/** The record of one collector: what its gRPC and HTTP servers share. */
export class Record {
  private readonly db: Kysely<Tables>;
  private readonly checkpoints: Checkpoints;
  private readonly watchers = new Set<() => void>();
  /** Batches are stored one after the other; the log's row would make them wait all the same. */
  private work: Promise<unknown> = Promise.resolve();
  stored = 0;

  constructor(db: Kysely<Tables>, checkpoints: Checkpoints) {
    this.db = db;
    this.checkpoints = checkpoints;
  }

  acknowledged(spoolId: Uint8Array): Promise<number> {
    return acknowledgedSequence(this.db, spoolId);
  }

  /** @returns the spool sequence up to which everything is durable */
  async ingest(spoolId: Uint8Array, batch: postern.audit.v1.IBatch): Promise<number> {
    const mine = this.work.then(() => ingest(this.db, spoolId, batch));
    this.work = mine.catch(() => undefined);
    const { acknowledged, events } = await mine;
    this.stored += events;
    if (events > 0) for (const watcher of this.watchers) watcher();
    return acknowledged;
  }

  search(request: SearchRequest): Promise<{ readonly entries: IEntry[]; readonly next: string }> {
    return search(this.db, request);
  }

  get(id: string): Promise<IEntry> {
    return get(this.db, id);
  }

  checkpoint(): Promise<string> {
    return this.checkpoints.current();
  }

  get verifierKey(): string {
    return this.checkpoints.verifierKey;
  }

  export(): AsyncGenerator<postern.audit.v1.IExportChunk> {
    return exportLog(this.db, this.checkpoints);
  }

  /** What matches, from now on, in the order of the log; ends when `signal` does. */
  async *tail(request: SearchRequest, signal: AbortSignal): AsyncGenerator<IEntry> {
    const newest = await this.search({ limit: 1 });
    let after = String(newest.entries[0]?.leafIndex ?? -1);
    const aborted = (): boolean => signal.aborted;
    while (!aborted()) {
      const arrived = this.nextStored(signal);
      const cursor = after === '-1' ? {} : { after };
      const { entries } = await this.search({
        ...request,
        ...cursor,
        ascending: true,
        limit: 1000,
      });
      for (const entry of entries) {
        after = String(entry.leafIndex ?? 0);
        yield entry;
      }
      if (entries.length === 0) await arrived;
    }
  }

  /** Is the database there? */
  async ping(): Promise<void> {
    await this.db.selectFrom('log_state').select('size').executeTakeFirstOrThrow();
  }

  private nextStored(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(done);
        resolve();
      };
      // Another replica may have stored something of which we are not told.
      const timer = setTimeout(done, 1000);
      this.watchers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
