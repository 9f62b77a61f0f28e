export type SpoolErrorCode =
  /** no room: the size limit of the spool, or of the disk below it */
  | 'full'
  /** the file system failed or refused */
  | 'io'
  /** another process writes this spool */
  | 'locked'
  /** used after `close` */
  | 'closed';

/** What the audit spool can run into. */
export class SpoolError extends Error {
  readonly code: SpoolErrorCode;

  constructor(code: SpoolErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SpoolError';
    this.code = code;
  }

  /** Maps an error of node:fs. */
  static from(cause: unknown, doing: string): SpoolError {
    if (cause instanceof SpoolError) return cause;
    const code = errnoOf(cause);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return new SpoolError('full', `${doing}: the disk is full; free some room on it`, cause);
    }
    const hint =
      code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
        ? 'the spool directory must be writable'
        : 'look at the volume that holds the spool';
    return new SpoolError('io', `${doing}: ${code ?? String(cause)}; ${hint}`, cause);
  }
}

/** The errno name of an error of node:fs, e.g. `ENOENT`. */
export const errnoOf = (cause: unknown): string | undefined =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : undefined;
