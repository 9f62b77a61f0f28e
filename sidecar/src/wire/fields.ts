import type { Body } from './body.js';
import { ProtocolError } from './protocol-error.js';
import type { Writer } from './writer.js';

/** How a value is written: 0 text, 1 binary. Protocol 3.0, "Formats and Format Codes". */
export type Format = 0 | 1;

/**
 * The message, once nothing is left of its body.
 *
 * @param message decoded from `body`
 */
export function whole<T>(body: Body, message: T): T {
  if (body.remaining !== 0) throw new ProtocolError('malformed', 'invalid message format');
  return message;
}

/**
 * `count` items. A count the rest of the body has no room for is refused before anything is read.
 *
 * @param least bytes the smallest item takes
 */
export function items<T>(body: Body, count: number, least: number, read: () => T): T[] {
  if (count < 0 || count * least > body.remaining) {
    throw new ProtocolError('malformed', 'insufficient data left in message');
  }
  const list: T[] = [];
  for (let i = 0; i < count; i += 1) list.push(read());
  return list;
}

/** Int16 as a signed number; counts are read unsigned, as the server does. */
export const int16 = (body: Body): number => (body.uint16() << 16) >> 16;

export const writeInt16 = (w: Writer, value: number): Writer => w.uint16(value & 0xffff);

export const writeUint32 = (w: Writer, value: number): Writer => w.int32(value | 0);

export const format = (code: number): Format => {
  if (code !== 0 && code !== 1) {
    throw new ProtocolError('malformed', `unsupported format code ${String(code)}`);
  }
  return code;
};

/** Int16 count, then an Int16 each. */
export const formats = (body: Body): Format[] =>
  items(body, body.uint16(), 2, () => format(body.uint16()));

export function writeFormats(w: Writer, codes: readonly Format[]): Writer {
  w.uint16(codes.length);
  for (const code of codes) w.uint16(code);
  return w;
}

/** Int32 length, then that many bytes, a view; length -1: NULL, and no bytes. */
export function value(body: Body): Buffer | null {
  const length = body.int32();
  return length === -1 ? null : body.bytes(length);
}

export const writeValue = (w: Writer, bytes: Uint8Array | null): Writer =>
  bytes === null ? w.int32(-1) : w.int32(bytes.length).bytes(bytes);

/** Int16 count, then the values. */
export const values = (body: Body): (Buffer | null)[] =>
  items(body, body.uint16(), 4, () => value(body));

export function writeValues(w: Writer, list: readonly (Uint8Array | null)[]): Writer {
  w.uint16(list.length);
  for (const bytes of list) writeValue(w, bytes);
  return w;
}

/** No codes: all text; one: for all values; otherwise one a value. */
export function matching(codes: readonly Format[], count: number): void {
  if (codes.length > 1 && codes.length !== count) {
    throw new ProtocolError(
      'malformed',
      `message has ${String(codes.length)} formats but ${String(count)} values`,
    );
  }
}

/** A message without a body. */
export interface Bodyless<K extends string> {
  readonly kind: K;
}

/** @returns the codec of a message without a body */
export const bodyless = <K extends string>(kind: K, type: number) => ({
  type,
  decode: (body: Body): Bodyless<K> => whole(body, { kind }),
  encode: (_m: Bodyless<K>, out: Writer): void => {
    out.message(type, () => undefined);
  },
});
