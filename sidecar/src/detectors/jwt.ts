import { isBase64url, type Text } from './bytes.js';

/** The longest header that is read, bytes as encoded. */
const longestHeader = 4096;

function partEnd(t: Text, from: number): number {
  let i = from;
  while (isBase64url(t.at(i))) i += 1;
  return i;
}

/**
 * A JSON Web Token: three parts of base64url, the first a JSON object that names an algorithm. RFC 7519, RFC 7515
 * section 7.1. The third part is empty where nothing is signed.
 *
 * @param from where a word begins with `eyJ`
 * @returns end of the token, or how far its first part reaches that is none
 */
export function jwtAt(t: Text, from: number): { readonly found: boolean; readonly end: number } {
  const header = partEnd(t, from);
  if (t.at(header) !== 0x2e || header - from > longestHeader) return { found: false, end: header };
  const payload = partEnd(t, header + 1);
  if (payload === header + 1 || t.at(payload) !== 0x2e || !namesAlgorithm(t, from, header)) {
    return { found: false, end: header };
  }
  return { found: true, end: partEnd(t, payload + 1) };
}

function namesAlgorithm(t: Text, from: number, to: number): boolean {
  const encoded = Buffer.from(t.bytes.buffer, t.bytes.byteOffset + from, to - from);
  const text = Buffer.from(encoded.toString('latin1'), 'base64url').toString('utf8');
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header !== 'object' || header === null || !('alg' in header)) return false;
    return typeof header.alg === 'string';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Keeps the first three characters and the dots. */
export function maskJwt(out: Uint8Array, from: number, to: number): void {
  for (let i = from + 3; i < to; i += 1) if (out[i] !== 0x2e) out[i] = 0x2a;
}
