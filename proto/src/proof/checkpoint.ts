import type { Hash } from './merkle.js';
import { NoteError, openNote, type Signer, type Verifier } from './note.js';

/** State of a log at one size. C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** unique name of the log */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

export const signCheckpoint = (checkpoint: Checkpoint, by: Signer): string =>
  by.sign(
    `${checkpoint.origin}\n${String(checkpoint.size)}\n${checkpoint.root.toString('base64')}\n`,
  );

/** @throws NoteError */
export function openCheckpoint(note: string, verifier: Verifier): Checkpoint {
  const [origin, size, root] = openNote(note, verifier).split('\n');
  const hash = Buffer.from(root ?? '', 'base64');
  if (
    origin === undefined ||
    size === undefined ||
    !/^(0|[1-9]\d*)$/.test(size) ||
    hash.length !== 32
  ) {
    throw new NoteError('malformed', 'not a checkpoint (C2SP tlog-checkpoint)');
  }
  return { origin, size: Number(size), root: hash };
}
