import type { Hash, postern } from '@postern/proto';
import { type Finding, type Place, placeText } from './finding.js';

interface Head {
  readonly place: Place;
  readonly hash: Hash;
}

/** Two neighbours that do not fit; the event after them tells which of the two was changed. */
interface Doubt {
  readonly first: Head;
  readonly second: Head;
}

/**
 * The chains of all sessions: sequences from 0 without gaps, each event holding the hash of the one
 * before. When a link is broken, either side may be the changed one: the next event of the session
 * still holds the true hash of the second.
 */
export class Links {
  readonly #heads = new Map<string, Head>();
  #doubt: Doubt | undefined;
  #sessions = 0;

  get sessions(): number {
    return this.#sessions;
  }

  /** @returns what is wrong at this event itself, or was found to be wrong at an earlier one */
  take(place: Place, event: postern.audit.v1.Event, hash: Hash): Finding | undefined {
    const doubt = this.#doubt;
    if (doubt?.first.place.session === place.session) {
      this.#doubt = undefined;
      return accuse(doubt, doubt.second.hash.equals(event.previousHash) ? 'first' : 'second');
    }
    const head = this.#heads.get(place.session);
    const next = head === undefined ? 0 : head.place.sequence + 1;
    if (place.sequence !== next) {
      return {
        code: 'chain',
        place,
        message:
          place.sequence > next
            ? `sequence ${next} of its session is missing before it`
            : `sequence ${place.sequence} of its session came before`,
      };
    }
    if (head === undefined) {
      this.#sessions += 1;
      if (event.previousHash.length > 0) {
        return {
          code: 'chain',
          place,
          message: 'the first event of a session names one before it',
        };
      }
    } else if (!head.hash.equals(event.previousHash) && this.#doubt === undefined) {
      this.#doubt = { first: head, second: { place, hash } };
    }
    if (event.sessionEnd == null) this.#heads.set(place.session, { place, hash });
    else this.#heads.delete(place.session);
    return undefined;
  }

  /** What is in doubt to the end: the earlier of the two is named. */
  first(): Finding | undefined {
    return this.#doubt === undefined ? undefined : accuse(this.#doubt, 'first');
  }
}

const accuse = ({ first, second }: Doubt, which: 'first' | 'second'): Finding =>
  which === 'first'
    ? {
        code: 'chain',
        place: first.place,
        message: `content is not what ${placeText(second.place)} was chained to`,
      }
    : {
        code: 'chain',
        place: second.place,
        message: `content does not hold the hash of ${placeText(first.place)}`,
      };
