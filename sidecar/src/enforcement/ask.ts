/** Asks the server over a session; all values as text. See `session/questions.ts`. */
export interface Ask {
  ask(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** Resolves once nothing is owed, so that the transaction status is known. */
  quiet(): Promise<void>;
}
