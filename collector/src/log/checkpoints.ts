import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Checkpoint,
  emptyRoot,
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

interface Signed {
  readonly note: string;
  readonly checkpoint: Checkpoint;
  /** the tree it was signed for; undefined after a start, until it is computed from the leaves */
  readonly tree: Frontier | undefined;
}

/** leaves read at once */
const pageSize = 10_000;

/**
 * Signs what the log is. The last checkpoint is kept in the data directory, outside the database, and
 * what is signed next must begin with it: a database that was rolled back or rewritten is not signed
 * again.
 */
export class Checkpoints {
  private readonly db: Kysely<Tables>;
  private readonly signer: Signer;
  private readonly path: string;
  private last: Signed | undefined;
  private work: Promise<unknown> = Promise.resolve();

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
  current(): Promise<string> {
    const mine = this.work.then(() => this.sign());
    this.work = mine.catch(() => undefined);
    return mine;
  }

  /**
   * Where the database is not what was signed: what was signed, and the trouble.
   * @throws CollectorError when nothing was signed, or for any other reason
   */
  async currentOrLast(): Promise<{
    readonly checkpoint: string;
    readonly trouble: CollectorError | undefined;
  }> {
    try {
      return { checkpoint: await this.current(), trouble: undefined };
    } catch (cause) {
      const { last } = this;
      if (
        !(cause instanceof CollectorError) ||
        cause.code !== 'rolled-back' ||
        last === undefined
      ) {
        throw cause;
      }
      return { checkpoint: last.note, trouble: cause };
    }
  }

  private async sign(): Promise<string> {
    const state = await this.db
      .selectFrom('log_state')
      .selectAll()
      .where('id', '=', 1)
      .executeTakeFirst();
    if (state === undefined) throw rolledBack('the database has lost the state of its log');
    const { size } = state;
    const { last } = this;
    if (last?.checkpoint.size === size && last.tree !== undefined) return last.note;
    const tree = await this.grown(last, size);
    const claimed = new Frontier(size, splitHashes(state.frontier));
    if (!tree.root().equals(claimed.root())) {
      throw rolledBack(
        `the leaves in the database are not those of its log of ${String(size)} events`,
      );
    }
    const checkpoint: Checkpoint = { origin: logName, size, root: tree.root() };
    const isSame = last?.checkpoint.size === size;
    const note = isSame ? last.note : signCheckpoint(checkpoint, this.signer);
    if (!isSame) this.write(note);
    this.last = { note, checkpoint, tree };
    return note;
  }

  /** The tree of the first `size` leaves in the database, which begins with the one signed last. */
  private async grown(last: Signed | undefined, size: number): Promise<Frontier> {
    const signed = last?.checkpoint ?? { size: 0, root: emptyRoot };
    if (size < signed.size) {
      throw rolledBack(
        `the database holds a log of ${String(size)} events, but one of ${String(signed.size)} was signed`,
      );
    }
    const tree =
      last?.tree === undefined
        ? await this.extend(new Frontier(), signed.size)
        : new Frontier(last.tree.size, last.tree.state);
    if (tree.size !== signed.size || !tree.root().equals(signed.root)) {
      throw rolledBack(
        `the first ${String(signed.size)} leaves in the database are not those that were signed`,
      );
    }
    return this.extend(tree, size);
  }

  private async extend(tree: Frontier, size: number): Promise<Frontier> {
    while (tree.size < size) {
      const leaves = await this.db
        .selectFrom('leaves')
        .selectAll()
        .where('leaf_index', '>=', tree.size)
        .where('leaf_index', '<', size)
        .orderBy('leaf_index')
        .limit(pageSize)
        .execute();
      for (const { leaf_index, leaf_hash } of leaves) {
        if (leaf_index === tree.size) tree.append(Buffer.from(leaf_hash));
      }
      const reached = leaves.at(-1)?.leaf_index;
      if (reached === undefined || reached !== tree.size - 1) {
        throw rolledBack(`leaf ${String(tree.size)} is missing in the database`);
      }
    }
    return tree;
  }

  private write(note: string): void {
    writeFileSync(`${this.path}.new`, note, { flush: true });
    renameSync(`${this.path}.new`, this.path);
  }

  /** @throws CollectorError `storage` | `log-key` */
  private readLast(): Signed | undefined {
    let note: string;
    try {
      note = readFileSync(this.path, 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      throw new CollectorError('storage', `cannot read ${this.path}`, cause);
    }
    try {
      const checkpoint = openCheckpoint(note, parseVerifierKey(this.signer.verifierKey));
      return { note, checkpoint, tree: undefined };
    } catch (cause) {
      throw new CollectorError(
        'log-key',
        `${this.path} is not signed by the key beside it; restore both from one backup`,
        cause,
      );
    }
  }
}

const rolledBack = (why: string): CollectorError =>
  new CollectorError('rolled-back', `${why}; it was rolled back or rewritten`);
