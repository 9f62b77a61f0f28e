/** One event as messages name it. */
export interface Place {
  readonly leaf: number;
  /** UUID text */
  readonly id: string;
  readonly session: string;
  readonly sequence: number;
}

/** The first thing that is wrong. */
export interface Finding {
  readonly code:
    | 'key'
    | 'content'
    | 'columns'
    | 'missing'
    | 'inserted'
    | 'chain'
    | 'statement-record'
    | 'checkpoint'
    | 'root';
  /** where it shows; undefined: not at one event */
  readonly place: Place | undefined;
  readonly message: string;
}

export const placeText = ({ id, leaf, session, sequence }: Place): string =>
  `event ${id} (leaf ${leaf}, session ${session}, sequence ${sequence})`;
