import { leafHash, type Frontier } from '@postern/proto';
import { type DecodedEvent, sessionColumns, type SessionColumns } from './decoded.js';

/** Where the chain of one session stands. */
export interface Chain {
  next: number;
  hash: Buffer;
  start: SessionColumns | undefined;
}

/** Why an event does not fit the chain of its session. */
export type Flaw =
  | 'malformed'
  /** events before it were not seen */
  | 'missing-sequence'
  /** it does not hold the hash of the event before it */
  | 'previous-hash'
  /** later events of its session were stored before it */
  | 'late'
  /** another event has its place */
  | 'repeated-sequence';

export interface NewEvent {
  readonly leafIndex: number;
  readonly leafHash: Buffer;
  readonly event: DecodedEvent;
  readonly flaw: Flaw | null;
}

/** Key of a session in maps. */
export const sessionKey = (id: Uint8Array): string => Buffer.from(id).toString('hex');

/** Key of a place in a session. */
export const placeKey = (session: string, sequence: number): string =>
  `${session}/${String(sequence)}`;

/**
 * Decides what of a batch is new, and appends it to the log. Changes `chains` and `log`.
 *
 * @param stored hashes of the events stored before, by `placeKey`, of all events that come late
 */
export function append(
  events: readonly DecodedEvent[],
  chains: Map<string, Chain>,
  stored: ReadonlyMap<string, readonly Buffer[]>,
  log: Frontier,
): readonly NewEvent[] {
  const added: NewEvent[] = [];
  const seen = new Map<string, Buffer[]>([...stored].map(([key, hashes]) => [key, [...hashes]]));
  for (const event of events) {
    const session = sessionKey(event.sessionId);
    const place = placeKey(session, event.sequence);
    const before = seen.get(place) ?? [];
    // A proxy sends again what it did not see acknowledged.
    if (before.some((hash) => hash.equals(event.hash))) continue;
    seen.set(place, [...before, event.hash]);
    const flaw = event.kind === 'malformed' ? 'malformed' : link(event, session, before, chains);
    const hash = leafHash(event.bytes);
    added.push({ leafIndex: log.size, leafHash: hash, event, flaw });
    log.append(hash);
  }
  return added;
}

function link(
  event: DecodedEvent,
  session: string,
  before: readonly Buffer[],
  chains: Map<string, Chain>,
): Flaw | null {
  const chain = chains.get(session) ?? { next: 0, hash: Buffer.alloc(0), start: undefined };
  chains.set(session, chain);
  if (event.message.sessionStart != null) {
    chain.start ??= sessionColumns(event.message.sessionStart);
  }
  if (before.length > 0) return 'repeated-sequence';
  if (event.sequence < chain.next) return 'late';
  const flaw =
    event.sequence > chain.next
      ? 'missing-sequence'
      : chain.hash.equals(event.message.previousHash)
        ? null
        : 'previous-hash';
  chain.next = event.sequence + 1;
  chain.hash = event.hash;
  return flaw;
}
