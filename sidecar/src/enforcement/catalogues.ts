import type { Catalogue, Classification } from '@postern/sql';
import { QuestionError } from '../session/questions.js';
import type { Ask } from './ask.js';

export interface Loaded {
  readonly catalogue: Catalogue;
  readonly classification: Classification;
}

export interface CatalogueSource {
  /**
   * @param version   what `fingerprint` said just before
   * @param committed the session has nothing that may still be rolled back
   */
  load(ask: Ask, version: string, committed: boolean): Promise<Loaded>;
  /** one short text that changes when any schema object does */
  fingerprint(ask: Ask): Promise<string>;
}

/** How long a catalogue is believed without asking, milliseconds. */
export const believedFor = 2000;

/**
 * The catalogue of one database, shared by all its sessions; read over whichever session needs it
 * first. Re-checked every two seconds of use, and at once after DDL seen in any session.
 */
export class SharedCatalogue {
  current: Loaded | undefined;
  /** epoch milliseconds from which it must be checked before it is believed */
  recheckAt = 0;
  checkedAt = 0;
  /** grows whenever what was handed out before may be out of date */
  generation = 0;

  private readonly source: CatalogueSource;
  private readonly now: () => number;
  private doubts = 0;
  private fingerprint = '';
  private refreshing: Promise<void> | undefined;

  constructor(source: CatalogueSource, now: () => number) {
    this.source = source;
    this.now = now;
  }

  /** Something changed it: nobody believes it before it was checked. */
  doubt(): void {
    this.doubts += 1;
    this.recheckAt = 0;
  }

  /** Is it to be checked before it is believed? After a clock was set back, too. */
  isDue(): boolean {
    const now = this.now();
    return now >= this.recheckAt || now < this.checkedAt;
  }

  /** Brings it up to date over this session; sessions that come meanwhile wait for the same answer. */
  async refresh(ask: Ask): Promise<void> {
    if (this.refreshing !== undefined) {
      // When the session that asks dies, the next one asks itself.
      await this.refreshing.catch(() => undefined);
      if (this.current !== undefined && !this.isDue()) return;
    }
    if (this.refreshing !== undefined) return this.refresh(ask);
    this.refreshing = this.check(ask);
    try {
      await this.refreshing;
    } finally {
      this.refreshing = undefined;
    }
  }

  /** Reads it for one session alone: its own temporary objects and uncommitted changes included. */
  async loadFor(ask: Ask): Promise<Loaded> {
    return again(ask, async (asking) =>
      this.source.load(asking, await this.source.fingerprint(asking), false),
    );
  }

  /** Does this session still see what a catalogue was read from? */
  async isAsRead(loaded: Loaded, ask: Ask): Promise<boolean> {
    return (await this.source.fingerprint(ask)) === loaded.catalogue.data.version;
  }

  private async check(ask: Ask): Promise<void> {
    const started = this.now();
    const { doubts } = this;
    await again(ask, async (asking) => {
      const fingerprint = await this.source.fingerprint(asking);
      if (this.current !== undefined && fingerprint === this.fingerprint) return;
      this.current = await this.source.load(asking, fingerprint, true);
      this.fingerprint = fingerprint;
      this.generation += 1;
    });
    this.checkedAt = started;
    // What changed while it was being read may not be in it.
    this.recheckAt = doubts === this.doubts ? started + believedFor : 0;
  }
}

/** Of a reading that others disturb. Where many drop views at the same time, one in three fails. */
export const mostAttempts = 30;

/** What another session drops while it is being read fails to be read ("could not open relation"). */
async function again<T>(ask: Ask, read: (asking: Ask) => Promise<T>): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await read(n > briefAttempts ? patiently(ask) : ask);
    } catch (cause) {
      if (n === mostAttempts || !(cause instanceof QuestionError) || lasting.test(cause.sqlstate))
        throw cause;
    }
  }
}

/** Then it waits as long as it has to. */
export const briefAttempts = 10;

export const patiently = (ask: Ask): Ask => ({
  quiet: () => ask.quiet(),
  ask: (sql, how) =>
    ask.ask(sql, how?.reading === undefined ? how : { ...how, reading: 'patient' }),
});

/** The connection is lost, the transaction has failed, the server stops, or it was cancelled. */
const lasting = /^(?:08|25|57)/;
