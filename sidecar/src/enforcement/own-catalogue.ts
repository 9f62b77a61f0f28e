import { ownNames } from '../session/own-names.js';
import { QuestionError } from '../session/questions.js';
import { type Ask, readingSettings } from './ask.js';
import { briefAttempts, type Loaded, mostAttempts, type SharedCatalogue } from './catalogues.js';

/** The catalogue as one session alone sees it: with its temporary objects and uncommitted changes. */
export class OwnCatalogue {
  /** undefined: it sees what all do */
  loaded: Loaded | undefined;
  /** It has changed since it was read. */
  dirty = false;
  /** epoch milliseconds */
  readAt = 0;
  /** the shared catalogue when this was read */
  private base: Loaded | undefined;

  forget(): void {
    this.loaded = undefined;
    this.dirty = false;
  }

  /** Is it, or what others have changed since, to be read? */
  isStale(shared: SharedCatalogue): boolean {
    return this.dirty || (this.loaded !== undefined && this.base !== shared.current);
  }

  /**
   * Asks whether what the session sees has changed since it was read.
   *
   * @param inBlock the session is in a transaction block
   */
  async check(shared: SharedCatalogue, ask: Ask, inBlock: boolean): Promise<void> {
    const loaded = this.loaded ?? shared.current;
    if (loaded === undefined) return;
    if (inBlock) await ask.ask(`SAVEPOINT ${ownNames.savepoint}`);
    try {
      if (!(await shared.isAsRead(loaded, ask))) this.dirty = true;
    } catch (cause) {
      if (!inBlock || !(cause instanceof QuestionError) || cause.sqlstate.startsWith('08'))
        throw cause;
      this.dirty = true;
    }
    if (inBlock) await leaveSavepoint(ask);
  }

  /** @param inBlock the session is in a transaction block */
  async read(
    shared: SharedCatalogue,
    ask: Ask,
    inBlock: boolean,
    now: () => number,
  ): Promise<void> {
    this.loaded = inBlock ? await readInBlock(shared, ask) : await shared.loadFor(ask);
    this.base = shared.current;
    this.readAt = now();
    this.dirty = false;
  }
}

/**
 * What others drop while it is being read makes a question fail, and with it the client's transaction
 * block; so there it is asked within a savepoint.
 */
async function readInBlock(shared: SharedCatalogue, ask: Ask): Promise<Loaded> {
  for (let attempt = 1; ; attempt += 1) {
    await ask.ask(`SAVEPOINT ${ownNames.savepoint}`);
    await ask.ask(readingSettings(attempt > briefAttempts ? 'patient' : 'brief'));
    try {
      const loaded = await shared.loadFor(ask);
      // Gives up the locks that the definitions of views took.
      await leaveSavepoint(ask);
      return loaded;
    } catch (cause) {
      if (!(cause instanceof QuestionError) || attempt === mostAttempts) throw cause;
      await leaveSavepoint(ask);
    }
  }
}

async function leaveSavepoint(ask: Ask): Promise<void> {
  await ask.ask(`ROLLBACK TO SAVEPOINT ${ownNames.savepoint}`, { failed: true });
  await ask.ask(`RELEASE SAVEPOINT ${ownNames.savepoint}`);
}
