/** Why values could not be looked at; closed list. */
export type DetectionErrorCode = 'row-too-long' | 'unsupported-copy' | 'copy-failed';

/** Rows that cannot be looked at. Nothing of them was given out; the COPY has to be ended. */
export class DetectionError extends Error {
  readonly code: DetectionErrorCode;

  constructor(code: DetectionErrorCode, message: string) {
    super(message);
    this.name = 'DetectionError';
    this.code = code;
  }
}

export const rowTooLong = (limit: number): DetectionError =>
  new DetectionError(
    'row-too-long',
    `a row of the COPY is longer than the ${limit} bytes that are held to look for unclassified values`,
  );
