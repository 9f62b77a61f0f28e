import { Flush } from '../wire/frontend/signals.js';
import { headerLength } from '../wire/framer.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { frontendType } from '../wire/types.js';
import { ExtendedQuery } from './extended-query.js';
import type { Frame } from './frame.js';
import { owe } from './owed.js';
import { Redecision } from './redecision.js';
import { refusals } from './refusal.js';
import type { Session } from './session.js';
import { SimpleQuery } from './simple-query.js';
import { StandIns } from './stand-ins.js';

/** Messages whose dealing may have to wait. */
const decided = new Set<number>([
  ...[frontendType.query, frontendType.functionCall, frontendType.parse],
  ...[frontendType.bind, frontendType.execute, frontendType.describe, frontendType.close],
]);

/**
 * What became of a message. `wait`: nothing later is looked at until the session knows what it needs to
 * decide it. `quiet`: until the server owes nothing. `count`: until the server's counters have been read.
 */
export type Dealt = 'done' | Waits;
export type Waits = 'wait' | 'quiet' | 'count';

/** What the client says, in order. Each handler deals with its message at once, or says for what it waits. */
export class ClientMessages {
  readonly redecision: Redecision;
  readonly standIns: StandIns;
  private readonly session: Session;
  private readonly simple: SimpleQuery;
  private readonly extended: ExtendedQuery;
  /** What became of the first piece of a streamed message becomes of the others. */
  private passing = false;

  constructor(session: Session) {
    this.session = session;
    this.redecision = new Redecision(session);
    this.standIns = new StandIns(session);
    this.simple = new SimpleQuery(session, this);
    this.extended = new ExtendedQuery(session, this);
  }

  handle(frame: Frame): Dealt {
    const { session } = this;
    if (frame.fragment && !frame.first) return this.passing ? this.pass(frame) : 'done';
    this.passing = false;
    this.standIns.inPlaceOf = frame.type;
    // The server would drop it unread and unanswered; so it need not be decided.
    if (
      (session.owed.skipping || this.standIns.doomed) &&
      frame.type !== frontendType.sync &&
      frame.type !== frontendType.terminate
    ) {
      return 'done';
    }
    if (session.copyIn.running && decided.has(frame.type)) return this.amidCopy(frame.type);
    if (session.limitedRuns.mustWait(frame.type)) return 'quiet';
    try {
      return this.dispatch(frame);
    } catch (cause) {
      if (cause instanceof ProtocolError && cause.code === 'malformed')
        return this.malformed(frame, cause);
      throw cause;
    }
  }

  /** While the server waits for the data of a COPY it takes none of these, and answers no question. */
  amidCopy(type: number): 'done' {
    this.standIns.inPlaceOf = type;
    const refusal = refusals.amidCopy(type);
    if (type === frontendType.query || type === frontendType.functionCall)
      return this.standIns.forQuery([], '', refusal);
    return this.standIns.forMessage(refusal);
  }

  /** Its body cannot be read: an error to the server, after which the session goes on. */
  private malformed(frame: Frame, cause: ProtocolError): 'done' {
    const refusal = refusals.malformed(cause.message);
    switch (frame.type) {
      case frontendType.query:
      case frontendType.functionCall:
        return this.standIns.forQuery([], '', refusal);
      case frontendType.parse:
      case frontendType.bind:
      case frontendType.execute:
      case frontendType.describe:
      case frontendType.close:
      case frontendType.flush:
        return this.standIns.forMessage(refusal);
      default:
        throw cause;
    }
  }

  private dispatch(frame: Frame): Dealt {
    const { session } = this;
    switch (frame.type) {
      case frontendType.query:
        return this.simple.query(frame);
      case frontendType.parse:
        return this.extended.parse(frame);
      case frontendType.bind:
        return this.extended.bind(frame);
      case frontendType.execute:
        return this.extended.execute(frame);
      case frontendType.describe:
        return this.extended.describe(frame);
      case frontendType.close:
        return this.extended.close(frame);
      case frontendType.sync:
        this.standIns.doomed = false;
        if (session.copyIn.running) {
          session.copyIn.sync();
        } else {
          session.batchOpen = false;
          session.owed.push(owe('sync'));
        }
        return this.pass(frame);
      case frontendType.flush:
        // To the server it begins what ends with a Sync, but only if it is faulty.
        if (frame.end - frame.start > headerLength)
          throw new ProtocolError('malformed', 'invalid message format');
        return this.pass(frame);
      case frontendType.copyData:
        return this.pass(frame);
      case frontendType.copyDone:
      case frontendType.copyFail:
        session.copyEnded();
        this.pass(frame);
        // Without a Flush the server would keep the end of a staged COPY to itself.
        if (session.isStaging) session.toServer.write(Flush);
        return 'done';
      case frontendType.functionCall:
        return this.simple.functionCall(frame);
      case frontendType.terminate:
        this.pass(frame);
        session.ending.clientTerminated();
        return 'done';
      default:
        throw new ProtocolError(
          'invalid-type',
          `invalid frontend message type ${String(frame.type)}`,
        );
    }
  }

  /** Forwards it as it is. */
  pass(frame: Frame): 'done' {
    this.passing = true;
    this.session.toServer.pass(frame.buffer, frame.start, frame.end);
    return 'done';
  }
}
