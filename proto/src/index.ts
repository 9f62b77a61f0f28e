import './numbers.js';

export { postern } from '../generated/messages.js';
export {
  auditService,
  type Method,
  policyDistributionService,
  timelineService,
} from './services.js';
export { type Checkpoint, openCheckpoint, signCheckpoint } from './proof/checkpoint.js';
export { Frontier } from './proof/frontier.js';
export {
  consistencyProof,
  emptyRoot,
  type Hash,
  inclusionProof,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from './proof/merkle.js';
export { NoteError, openNote, parseVerifierKey, type Signer, signer, type Verifier } from './proof/note.js';
