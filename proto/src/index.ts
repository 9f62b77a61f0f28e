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
  eventHash,
  type Hash,
  inclusionProof,
  leafHash,
  merkleRoot,
  nodeHash,
} from './proof/merkle.js';
export { verifyConsistency, verifyInclusion } from './proof/verify.js';
export {
  consistencyRanges,
  fold,
  inclusionRanges,
  type Node,
  type NodeId,
  proofFrom,
  type Range,
  rootRange,
} from './proof/ranges.js';
export { type ChainFault, SessionChains } from './proof/session-chain.js';
export {
  NoteError,
  openNote,
  parseVerifierKey,
  type Signer,
  signer,
  type Verifier,
} from './proof/note.js';
export {
  entryJson,
  eventKinds,
  formatTime,
  formatUuid,
  kindOf,
  outcomeName,
} from './entry-json.js';
