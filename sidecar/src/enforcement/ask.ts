/** Asks the server over a session; all values as text. See `session/questions.ts`. */
export interface Ask {
  ask(sql: string, how?: How): Promise<readonly (readonly (string | null)[])[]>;
  /** Resolves once nothing is owed, so that the transaction status is known. */
  quiet(): Promise<void>;
}

export interface How {
  /**
   * For a reading of the catalogue: not compiled, which its estimated cost could make it, for seconds;
   * and never long in the way of those who change the schema. `patient`: it may wait for them.
   */
  readonly reading?: 'brief' | 'patient';
  /** also in a failed transaction block, of which it is the way out */
  readonly failed?: true;
}

/** The settings of a reading, for the transaction or savepoint that it is alone in. */
export const readingSettings = (reading: 'brief' | 'patient'): string =>
  // well below deadlock_timeout: who waits longer could be given up in our place
  `SELECT pg_catalog.set_config('jit', 'off', true), pg_catalog.set_config('lock_timeout', '${reading === 'brief' ? '100ms' : '0'}', true)`;
