/** Why the collector cannot do what was asked; closed list. */
export type CollectorErrorCode =
  'config' | 'storage' | 'request' | 'not-found' | 'log-key' | 'rolled-back';

export class CollectorError extends Error {
  readonly code: CollectorErrorCode;

  constructor(code: CollectorErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CollectorError';
    this.code = code;
  }
}
