export {
  type ColumnFindings,
  type CopyFormat,
  copyMasker,
  detect,
  Detection,
  type DetectorId,
  detectorIds,
  type Finding,
  looksOf,
  maskValue,
  needsLook,
  RowMasker,
} from './detectors/index.js';
