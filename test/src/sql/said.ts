import { analyze, parse, SqlError } from '@postern/sql';
import { describe } from '../oracle/describe.js';
import type { Court } from '../oracle/judge.js';

/** Why a statement is refused. */
export interface Said {
  readonly sqlstate: string | undefined;
  readonly message: string;
  /** characters, from 1 */
  readonly position: number | undefined;
  readonly hint: string | undefined;
}

/** What the analysis says of a statement whose parameters nobody declares; undefined when it understands it. */
export const saidByAnalysis = (court: Court, sql: string): Said | undefined => {
  try {
    for (const statement of parse(sql)) analyze(statement, court.whole, court.settings, []);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    const { sqlstate, message, position, hint } = thrown;
    return { sqlstate, message, position, hint };
  }
};

/** What the server says of it; undefined when it takes it. */
export const saidByServer = async (court: Court, sql: string): Promise<Said | undefined> => {
  const { error } = await describe(court.client, sql);
  if (!error) return undefined;
  const position = error.position === undefined ? undefined : Number(error.position);
  return { sqlstate: error.code, message: error.message, position, hint: error.hint };
};
