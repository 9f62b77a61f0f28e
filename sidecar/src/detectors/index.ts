/** Finds and masks values that nobody classified. Pure: no sockets, clock or files. */
export { type CopyMasker } from './copy-rows.js';
export { copyMasker, longestRow, type CopyFormat, type CopyOptions } from './copy.js';
export { type Masked, RowMasker } from './data-row.js';
export { type ColumnFindings, Detection, type Found } from './detection.js';
export { DetectionError, type DetectionErrorCode } from './detection-error.js';
export { type DetectorId, detectorIds } from './kinds.js';
export { type ColumnShape, type Look, lookOf, looksOf, type OwnTypes } from './look.js';
export { type Treatment } from './rewriting.js';
export { needsLook } from './prefilter.js';
export { detect, type Finding, maskValue } from './value.js';
