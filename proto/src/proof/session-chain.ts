import { postern } from '../../generated/messages.js';
import { eventHash } from './merkle.js';

/** What is wrong at one event of a session. */
export interface ChainFault {
  /** session id, hexadecimal */
  readonly session: string;
  /** sequence of the event at which it shows */
  readonly sequence: number;
  readonly kind:
    /** the bytes are not an event */
    | 'malformed'
    /** one or more events before it are not there */
    | 'missing'
    /** an event of this sequence was there already */
    | 'repeated'
    /** it does not carry the hash of the event before it */
    | 'broken';
  readonly message: string;
}

/** Follows the events of many sessions, each in its order, and says where a chain does not hold. */
export class SessionChains {
  private readonly heads = new Map<string, { readonly next: number; readonly hash: Buffer }>();

  /**
   * Takes the next event of its session.
   *
   * @param bytes  the encoded Event
   * @returns      undefined when it continues its chain
   */
  take(bytes: Uint8Array): ChainFault | undefined {
    let event: postern.audit.v1.Event;
    try {
      event = postern.audit.v1.Event.decode(bytes);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      return { session: '', sequence: -1, kind: 'malformed', message: `not an event: ${why}` };
    }
    const session = Buffer.from(event.sessionId).toString('hex');
    const head = this.heads.get(session);
    const next = head?.next ?? 0;
    const fault = faultOf(event, session, next, head?.hash ?? Buffer.alloc(0));
    // After a fault the chain is taken up anew, so that one fault is not told of every later event.
    if (event.sequence >= next) {
      this.heads.set(session, { next: event.sequence + 1, hash: eventHash(bytes) });
    }
    return fault;
  }
}

function faultOf(
  event: postern.audit.v1.Event,
  session: string,
  next: number,
  previous: Buffer,
): ChainFault | undefined {
  const { sequence } = event;
  const at = { session, sequence };
  if (sequence > next) {
    const message = `events ${String(next)} to ${String(sequence - 1)} are missing before it`;
    return { ...at, kind: 'missing', message };
  }
  if (sequence < next) {
    return { ...at, kind: 'repeated', message: 'an event of this sequence came before' };
  }
  if (previous.equals(event.previousHash)) return undefined;
  return { ...at, kind: 'broken', message: 'it does not carry the hash of the event before it' };
}
