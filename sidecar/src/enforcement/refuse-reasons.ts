import type { Words } from '@postern/policy';
import type { SqlError } from '@postern/sql';
import { type Refusal, sqlstate } from '../session/refusal.js';

/** What is told for a statement that is understood and may not run, or not so. */
export const refusalOf = (words: Words): Refusal => ({ ...words, stage: 'analysis' });

/** The statement does not parse, or a name in it is unknown: the server's own words. */
export const sqlRefusal = (error: SqlError, stage: Refusal['stage']): Refusal =>
  error.message.startsWith(atExecution)
    ? { sqlstate: sqlstate.invalidParameterValue, message: error.message, stage }
    : {
        sqlstate: error.sqlstate,
        message: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        ...(error.position === undefined ? {} : { position: error.position }),
        stage,
      };

/** Errors of the parser that servers before 16 have at execution only, with another code and no position. */
const atExecution = 'unrecognized partitioning strategy';

export const lexingRefusal = (message: string, hint: string): Refusal => ({
  sqlstate: sqlstate.featureNotSupported,
  message,
  detail: 'reason=lexing',
  hint,
  stage: 'analysis',
});
