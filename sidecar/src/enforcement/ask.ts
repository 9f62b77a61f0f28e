/** Asks the server over a session; all values as text. See `session/questions.ts`. */
export interface Ask {
  /** @param how `jit` off: for a query whose estimated cost would have it compiled, which takes seconds */
  ask(
    sql: string,
    how?: { readonly jit?: 'off' },
  ): Promise<readonly (readonly (string | null)[])[]>;
  /** Resolves once nothing is owed, so that the transaction status is known. */
  quiet(): Promise<void>;
}
