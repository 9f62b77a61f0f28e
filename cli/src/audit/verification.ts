import {
  type Checkpoint,
  eventHash,
  Frontier,
  formatUuid,
  type Hash,
  leafHash,
  NoteError,
  openCheckpoint,
  parseVerifierKey,
  postern,
} from '@postern/proto';
import { type Finding, type Place, placeText } from './finding.js';
import { Links } from './links.js';
import { StatementRecords } from './records.js';
import type { ExportChunk } from './timeline.js';

export type Verdict =
  | {
      readonly kind: 'verified';
      readonly events: number;
      readonly sessions: number;
      readonly statementRecords: number;
      readonly checkpoint: Checkpoint;
      readonly signer: string;
    }
  | { readonly kind: 'tampered'; readonly finding: Finding; readonly checked: number }
  /** events came in while the log was read, which the checkpoint does not cover yet: read again */
  | { readonly kind: 'moving'; readonly beyond: number }
  | { readonly kind: 'incomplete'; readonly why: string };

/** leaf hashes kept back until the checkpoint says how many it covers */
const window = 4096;

/**
 * Checks an exported log, chunk by chunk: memory grows with open sessions and statement records, not
 * with events. RFC 6962 tree, C2SP tlog-checkpoint, session chains as in audit.proto.
 */
export class Verification {
  readonly #pinned: string | undefined;
  readonly #covered: number;
  readonly #records = new StatementRecords();
  readonly #links = new Links();
  readonly #frontier = new Frontier();
  readonly #recent: Hash[] = [];
  #key: string | undefined;
  #checkpoint: string | undefined;
  #expected = 0;
  #before: Place | undefined;
  #found: Finding | undefined;

  /**
   * @param pinned   verifier key text that must have signed; undefined: the one of the export
   * @param covered  leaves that were seen before, which the checkpoint must cover
   */
  constructor(pinned: string | undefined, covered = 0) {
    this.#pinned = pinned;
    this.#covered = covered;
  }

  /** @returns false once something is found: the rest need not be read */
  take(chunk: ExportChunk): boolean {
    if (chunk.verifierKey != null) this.#key ??= chunk.verifierKey;
    if (chunk.statementRecord != null) this.#records.add(chunk.statementRecord);
    if (chunk.checkpoint != null) this.#checkpoint = chunk.checkpoint;
    if (chunk.entry != null) this.#found ??= this.#entry(chunk.entry);
    return this.#found === undefined;
  }

  verdict(): Verdict {
    const pinned = this.#pinned;
    const key = this.#key;
    if (key === undefined) return { kind: 'incomplete', why: 'the export names no key' };
    if (pinned !== undefined && pinned.trim() !== key.trim()) {
      return this.#no('key', undefined, `the log is signed by ${key}, not by ${pinned.trim()}`);
    }
    const chain = this.#links.first();
    const found = chain ?? this.#found;
    if (found !== undefined) return { kind: 'tampered', finding: found, checked: this.#expected };
    if (this.#checkpoint === undefined) {
      return { kind: 'incomplete', why: 'the export ended before its checkpoint' };
    }
    const opened = open(this.#checkpoint, key);
    if ('why' in opened) return this.#no('checkpoint', undefined, opened.why);
    return this.#against(opened.checkpoint, key);
  }

  #against(checkpoint: Checkpoint, key: string): Verdict {
    const { size, root } = checkpoint;
    if (this.#expected < size) {
      const after = this.#before === undefined ? '' : ` after ${placeText(this.#before)}`;
      const which =
        size - this.#expected === 1 ? 'is' : `and ${size - this.#expected - 1} more are`;
      return this.#no(
        'missing',
        undefined,
        `leaf ${this.#expected} ${which} missing at the end${after}: the checkpoint covers ${size} events`,
      );
    }
    const beyond = this.#expected - size;
    if (this.#covered > size) {
      return this.#no(
        'inserted',
        undefined,
        `leaf ${size} was not logged: the database holds it, but the checkpoint covers ${size} events only`,
      );
    }
    if (beyond > this.#recent.length) return { kind: 'moving', beyond: this.#expected };
    const tree = this.#treeOf(size);
    if (!tree.root().equals(root)) {
      return this.#no(
        'root',
        undefined,
        `the log's root is ${tree.root().toString('hex')}, but ${root.toString('hex')} was signed: ` +
          'an event and its leaf hash were replaced together',
      );
    }
    // read again once; what is there then and beyond came in since
    if (beyond > 0 && this.#covered === 0) return { kind: 'moving', beyond: this.#expected };
    const unused = this.#records.firstBad();
    if (unused !== undefined) return this.#no('statement-record', undefined, unused);
    return {
      kind: 'verified',
      events: size,
      sessions: this.#links.sessions,
      statementRecords: this.#records.size,
      checkpoint,
      signer: key,
    };
  }

  #no(code: Finding['code'], place: Place | undefined, message: string): Verdict {
    return { kind: 'tampered', finding: { code, place, message }, checked: this.#expected };
  }

  #treeOf(size: number): Frontier {
    const tree = new Frontier(this.#frontier.size, this.#frontier.state);
    for (const leaf of this.#recent.slice(0, size - tree.size)) tree.append(leaf);
    return tree;
  }

  #entry(entry: postern.audit.v1.ILogEntry): Finding | undefined {
    const leaf = entry.leafIndex ?? 0;
    const bytes = entry.event ?? new Uint8Array();
    const event = bytes.length === 0 ? undefined : decode(bytes);
    const place: Place | undefined =
      event === undefined
        ? undefined
        : {
            leaf,
            id: formatUuid(event.id),
            session: formatUuid(event.sessionId),
            sequence: event.sequence,
          };
    const found = (code: Finding['code'], message: string): Finding => ({ code, place, message });
    const recorded = Buffer.from(entry.leafHash ?? new Uint8Array());

    if (leaf > this.#expected) return this.#gap(leaf, place);
    if (leaf < this.#expected) return found('inserted', `there is another event at leaf ${leaf}`);
    if (bytes.length === 0) {
      const after = this.#before === undefined ? '' : `, after ${placeText(this.#before)}`;
      return found('missing', `the event of leaf ${leaf} is missing${after}`);
    }
    if (recorded.length === 0) return found('inserted', 'the log has no such leaf');
    if (!leafHash(bytes).equals(recorded)) {
      return found('content', 'content does not match its leaf hash');
    }
    if (event === undefined || place === undefined) {
      return found('content', `the bytes of leaf ${leaf} are not an event`);
    }
    const altered = entry.altered ?? [];
    if (altered.length > 0) {
      return found('columns', `searched by ${list(altered)}, which its content does not say`);
    }
    const record = event.statement?.record;
    const bad = record == null ? undefined : this.#records.refer(record);
    if (bad !== undefined) return found('statement-record', bad);
    const broken = this.#links.take(place, event, eventHash(bytes));
    if (broken !== undefined) return broken;

    this.#remember(recorded);
    this.#before = place;
    this.#expected += 1;
    return undefined;
  }

  #gap(leaf: number, place: Place | undefined): Finding {
    const last = leaf - 1;
    const which =
      last === this.#expected
        ? `leaf ${last} is missing`
        : `leaves ${this.#expected} to ${last} are missing`;
    const around = [
      ...(this.#before === undefined ? [] : [`after ${placeText(this.#before)}`]),
      ...(place === undefined ? [] : [`before ${placeText(place)}`]),
    ];
    return { code: 'missing', place: undefined, message: [which, ...around].join(', ') };
  }

  #remember(leaf: Hash): void {
    this.#recent.push(leaf);
    if (this.#recent.length < 2 * window) return;
    for (const old of this.#recent.splice(0, window)) this.#frontier.append(old);
  }
}

const decode = (bytes: Uint8Array): postern.audit.v1.Event | undefined => {
  try {
    return postern.audit.v1.Event.decode(bytes);
  } catch {
    // said by the caller, with its place
    return undefined;
  }
};

const open = (
  note: string,
  key: string,
): { readonly checkpoint: Checkpoint } | { readonly why: string } => {
  try {
    return { checkpoint: openCheckpoint(note, parseVerifierKey(key)) };
  } catch (thrown) {
    if (thrown instanceof NoteError)
      return { why: `the checkpoint does not hold: ${thrown.message}` };
    throw thrown;
  }
};

const list = (names: readonly string[]): string => [...names].join(', ');
