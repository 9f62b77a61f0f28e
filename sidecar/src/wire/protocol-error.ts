/** What a peer did wrong on the wire; closed list. */
export type ProtocolErrorCode =
  | 'invalid-length'
  | 'message-too-large'
  | 'invalid-type'
  | 'malformed'
  | 'unexpected'
  | 'invalid-startup';

/** A violation of the protocol by the peer. The session that meets it ends with 08P01. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
  }
}
