import type { Script } from './conversation.js';

/** Something sent to the server and through Postern, which must answer alike. */
export interface WrongCase extends Script {
  readonly name: string;
}

/** Postern answers otherwise than the server. */
export interface Otherwise {
  /** with good reason, or a fault that is known: remove it here when it is mended */
  readonly kind: 'differs' | 'finding';
  readonly why: string;
  /** `closed`: it ends so, after whatever was on its way */
  readonly hears: readonly string[] | 'closed';
}
