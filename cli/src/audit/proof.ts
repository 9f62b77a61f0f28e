import {
  type Checkpoint,
  eventHash,
  type Hash,
  inclusionProof,
  leafHash,
  openCheckpoint,
  parseVerifierKey,
  verifyInclusion,
} from '@postern/proto';
import { CliError } from '../errors.js';
import type { Timeline } from './timeline.js';

/** That one event is in the signed log; checkable with nothing but the event's bytes and the key. */
export interface Inclusion {
  readonly proved: boolean;
  readonly leafIndex: number;
  readonly leafHash: Hash;
  /** SHA-256 of the event's bytes, which the next event of its session holds */
  readonly eventHash: Hash;
  /** encoded Event */
  readonly event: Buffer;
  /** sibling hashes from the leaf up, RFC 6962 */
  readonly path: readonly Hash[];
  readonly checkpoint: Checkpoint;
  /** the signed note itself */
  readonly note: string;
  readonly verifierKey: string;
}

/**
 * Takes the leaf hashes from an export and proves the leaf from them, not from what the collector says.
 *
 * @returns undefined when the checkpoint does not cover the leaf yet
 * @throws  CliError `log-rolled-back`; NoteError
 */
export const proveInclusion = async (
  timeline: Timeline,
  leafIndex: number,
): Promise<Inclusion | undefined> => {
  const leaves: Hash[] = [];
  let event = Buffer.alloc(0);
  let verifierKey = '';
  let note: string | undefined;
  for await (const { entry, checkpoint, verifierKey: key } of timeline.export()) {
    if (key != null) verifierKey = key;
    if (checkpoint != null) note = checkpoint;
    if (entry == null) continue;
    const at = entry.leafIndex ?? 0;
    leaves[at] = Buffer.from(entry.leafHash ?? new Uint8Array());
    if (at === leafIndex) event = Buffer.from(entry.event ?? new Uint8Array());
  }
  if (note === undefined) {
    throw new CliError('log-rolled-back', 'the export ended before its checkpoint', 'try again');
  }
  const checkpoint = openCheckpoint(note, parseVerifierKey(verifierKey));
  if (leafIndex >= checkpoint.size) return undefined;
  const own = leafHash(event);
  const covered = leaves.slice(0, checkpoint.size);
  const path =
    covered.length === checkpoint.size && covered.every((leaf) => leaf.length === 32)
      ? inclusionProof(covered, leafIndex)
      : [];
  return {
    proved: verifyInclusion(own, leafIndex, checkpoint.size, path, checkpoint.root),
    leafIndex,
    leafHash: own,
    eventHash: eventHash(event),
    event,
    path,
    checkpoint,
    note,
    verifierKey,
  };
};
