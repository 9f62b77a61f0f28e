/**
 * - `bad-bundle`: what was received is not what its digest says, or is for another library version
 * - `bad-module`: the Wasm does not load
 * - `opa`: the opa program cannot be run or fails for a reason outside the policies
 */
export type PolicyErrorCode = 'bad-bundle' | 'bad-module' | 'opa';

export class PolicyError extends Error {
  readonly code: PolicyErrorCode;

  constructor(code: PolicyErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PolicyError';
    this.code = code;
  }
}

/** opa-wasm throws strings. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
