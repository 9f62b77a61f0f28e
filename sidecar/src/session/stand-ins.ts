import type { GovernedStatement, Piece, RefuseVerdict } from '../enforcement/verdict.js';
import { Close } from '../wire/frontend/close.js';
import { Parse } from '../wire/frontend/parse.js';
import { Sync } from '../wire/frontend/signals.js';
import { Writer } from '../wire/writer.js';
import { begin } from './begin.js';
import { encodeQuery } from './frame.js';
import { owe } from './owed.js';
import { ownNames } from './own-names.js';
import { type Refusal, standIn } from './refusal.js';
import type { Session } from './session.js';

export const noTypes = Buffer.from([0, 0]);

/**
 * What is sent in the place of a refused message: something that fails, so that the server itself goes
 * on from the error as it would have (ADR 0005).
 */
export class StandIns {
  /** One was sent in this batch: the server will skip what follows, up to the Sync. */
  doomed = false;

  /** Type of the client's message at hand. */
  inPlaceOf = 0;

  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /**
   * In the place of a Query or FunctionCall.
   *
   * @param before statements of it that run
   * @param prefix their text
   */
  forQuery(
    before: readonly GovernedStatement[],
    prefix: string,
    refusal: Refusal,
    record?: () => void,
  ): 'done' {
    const { session, inPlaceOf } = this;
    const executions = begin(session, before);
    if (!Array.isArray(executions)) return this.forQuery([], '', executions);
    record?.();
    session.owed.push(owe('query', { executions, refusal, inPlaceOf }));
    session.toServer.write(encodeQuery(prefix + standIn[refusal.stage].sql));
    return 'done';
  }

  /** As `forQuery`, if the server itself has no error for the text. Its Sync brings the one ReadyForQuery. */
  inServersWords({ record, refusal }: RefuseVerdict, words: Piece): 'done' {
    const { session } = this;
    session.executions.refuse(record, refusal);
    this.askServersWords(words, noTypes);
    this.forMessage(refusal);
    this.doomed = false;
    session.batchOpen = false;
    session.owed.push(owe('sync'));
    session.toServer.write(Sync);
    return 'done';
  }

  /**
   * A Parse of what cannot be decided: the server's error for it, if it has one, is the one the client
   * gets. If it has none, the stand-in that follows fails in its place.
   *
   * @param statement the name that it gives; a Query ends the unnamed statement as such a Parse does
   */
  askServersWords({ sql, toOriginal }: Piece, parameterTypes: Buffer, statement = ''): void {
    const { session, inPlaceOf } = this;
    const out = new Writer();
    if (statement === '') {
      session.owed.push(owe('close', { staged: true }));
      Close.encode({ kind: 'Close', of: 'statement', name: '' }, out);
    }
    session.owed.push(owe('parse', { staged: true, inPlaceOf, toOriginal }));
    session.owed.push(owe('close', { staged: true }));
    Parse.encode({ kind: 'Parse', statement: ownNames.words, sql, parameterTypes }, out);
    Close.encode({ kind: 'Close', of: 'statement', name: ownNames.words }, out);
    session.toServer.write(out.finish());
  }

  /**
   * Sends a Parse that fails in the place of a refused message of the extended protocol.
   *
   * @param statement the name that a refused Parse gives: if unnamed, the one before is no more
   */
  forMessage(refusal: Refusal, statement: string = ownNames.words): 'done' {
    const { session, inPlaceOf } = this;
    session.batchOpen = true;
    session.owed.push(owe('parse', { refusal, inPlaceOf }));
    const out = new Writer();
    const { sql } = standIn[refusal.stage];
    Parse.encode({ kind: 'Parse', statement, sql, parameterTypes: noTypes }, out);
    session.toServer.write(out.finish());
    this.doomed = true;
    return 'done';
  }
}
