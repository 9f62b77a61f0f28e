import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Checkpoint,
  Frontier,
  openCheckpoint,
  parseVerifierKey,
  type Signer,
  signCheckpoint,
} from '@postern/proto';
import type { Kysely } from 'kysely';
import { CollectorError } from '../errors.js';
import type { Tables } from '../storage/schema.js';
import { logName } from './log-key.js';
import { splitHashes } from './stored-hashes.js';

/**
 * Signs what the log is. The last checkpoint is kept in the data directory, outside the database: a
 * database that was rolled back or rewritten is not signed again.
 */
export class Checkpoints {
  private readonly db: Kysely<Tables>;
  private readonly signer: Signer;
  private readonly path: string;
  private last: { readonly note: string; readonly checkpoint: Checkpoint } | undefined;

  constructor(db: Kysely<Tables>, signer: Signer, directory: string) {
    this.db = db;
    this.signer = signer;
    this.path = join(directory, 'checkpoint');
    this.last = this.readLast();
  }

  get verifierKey(): string {
    return this.signer.verifierKey;
  }

  /**
   * The checkpoint of the log as it is now, signed.
   * @throws CollectorError `rolled-back` when the database holds less, or another, than was signed before
   */
  async current(): Promise<string> {
    const state = await this.db
      .selectFrom('log_state')
      .selectAll()
      .where('id', '=', 1)
      .executeTakeFirstOrThrow();
    const log = new Frontier(state.size, splitHashes(state.frontier));
    const checkpoint: Checkpoint = { origin: logName, size: log.size, root: log.root() };
    const { last } = this;
    if (last !== undefined) {
      if (last.checkpoint.size === checkpoint.size && last.checkpoint.root.equals(checkpoint.root))
        return last.note;
      if (last.checkpoint.size >= checkpoint.size) {
        throw new CollectorError(
          'rolled-back',
          `the database holds a log of ${String(checkpoint.size)} events, but one of ${String(last.checkpoint.size)} was signed before; it was rolled back or rewritten`,
        );
      }
    }
    const note = signCheckpoint(checkpoint, this.signer);
    writeFileSync(`${this.path}.new`, note, { flush: true });
    renameSync(`${this.path}.new`, this.path);
    this.last = { note, checkpoint };
    return note;
  }

  private readLast(): { readonly note: string; readonly checkpoint: Checkpoint } | undefined {
    let note: string;
    try {
      note = readFileSync(this.path, 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      throw new CollectorError('storage', `cannot read ${this.path}`, cause);
    }
    return { note, checkpoint: openCheckpoint(note, parseVerifierKey(this.signer.verifierKey)) };
  }
}
