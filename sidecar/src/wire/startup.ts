import { Body } from './body.js';
import { ProtocolError } from './protocol-error.js';
import { Writer } from './writer.js';

/** MAX_STARTUP_PACKET_LENGTH of the server, and the length itself, which it does not count. */
export const maxStartupLength = 10_004;

const cancelCode = (1234 << 16) | 5678;
const sslCode = (1234 << 16) | 5679;
const gssCode = (1234 << 16) | 5680;

/** The first packet of a connection. Protocol 3.0, "Start-up" and "SSL Session Encryption". */
export type Startup =
  | { readonly kind: 'SSLRequest' }
  | { readonly kind: 'GSSENCRequest' }
  | CancelRequest
  | StartupMessage;

export interface CancelRequest {
  readonly kind: 'CancelRequest';
  readonly processId: number;
  /** 4 bytes in protocol 3.0, up to 256 in 3.2 */
  readonly secretKey: Buffer;
}

export interface StartupMessage {
  readonly kind: 'StartupMessage';
  readonly major: number;
  readonly minor: number;
  /** in the order sent */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Length of the packet at the front of `bytes`, or undefined while it is not known. */
export function startupLength(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined;
  const length = bytes.readInt32BE(0);
  if (length < 8 || length > maxStartupLength) {
    throw new ProtocolError('invalid-startup', 'invalid length of startup packet');
  }
  return length;
}

export function decodeStartup(packet: Buffer): Startup {
  const body = new Body(packet, 4, packet.length);
  const code = body.int32();
  switch (code) {
    case sslCode:
      return { kind: 'SSLRequest' };
    case gssCode:
      return { kind: 'GSSENCRequest' };
    case cancelCode:
      return { kind: 'CancelRequest', processId: body.int32(), secretKey: body.rest() };
    default:
      return decodeStartupMessage(code, body);
  }
}

function decodeStartupMessage(code: number, body: Body): StartupMessage {
  const major = code >>> 16;
  const minor = code & 0xffff;
  const parameters = new Map<string, string>();
  if (major !== 3) return { kind: 'StartupMessage', major, minor, parameters };
  for (;;) {
    if (body.remaining === 0) {
      throw new ProtocolError(
        'invalid-startup',
        'invalid startup packet layout: expected terminator as last byte',
      );
    }
    const name = text(body);
    if (name === '') break;
    parameters.set(name, text(body));
  }
  if (body.remaining !== 0) {
    throw new ProtocolError(
      'invalid-startup',
      'invalid startup packet layout: expected terminator as last byte',
    );
  }
  return { kind: 'StartupMessage', major, minor, parameters };
}

function text(body: Body): string {
  try {
    return body.cstring();
  } catch {
    throw new ProtocolError(
      'invalid-startup',
      'invalid startup packet layout: expected terminator as last byte',
    );
  }
}

export const encodeStartup = (m: StartupMessage): Buffer =>
  new Writer()
    .lengthPrefixed((w) => {
      w.int32((m.major << 16) | m.minor);
      for (const [name, value] of m.parameters) w.cstring(name).cstring(value);
      w.uint8(0);
    })
    .finish();

export const encodeSslRequest = (): Buffer =>
  new Writer().lengthPrefixed((w) => w.int32(sslCode)).finish();

export const encodeCancelRequest = (processId: number, secretKey: Uint8Array): Buffer =>
  new Writer()
    .lengthPrefixed((w) => w.int32(cancelCode).int32(processId).bytes(secretKey))
    .finish();
