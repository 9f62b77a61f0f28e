/** Asks the server over a session; all values as text. See `session/questions.ts`. */
export interface Ask {
  ask(sql: string, how?: How): Promise<readonly (readonly (string | null)[])[]>;
  /** Resolves once nothing is owed, so that the transaction status is known. */
  quiet(): Promise<void>;
}

export interface How {
  /** for a query whose estimated cost would have it compiled, which takes seconds */
  readonly jit?: 'off';
  /** also in a failed transaction block, of which it is the way out */
  readonly failed?: true;
}
