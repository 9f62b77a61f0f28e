import type { Body } from '../body.js';
import { ProtocolError } from '../protocol-error.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { whole } from '../fields.js';

/**
 * The Authentication messages, which share a type and differ in the Int32 that follows. Protocol
 * 3.0, "Message Formats". `authentication.ts` has what the relay has to tell apart.
 */
export type AuthenticationRequest =
  | { readonly kind: 'Ok' }
  /** no server since 9.3 asks for it */
  | { readonly kind: 'KerberosV5' }
  | { readonly kind: 'CleartextPassword' }
  /** 4 bytes */
  | { readonly kind: 'MD5Password'; readonly salt: Buffer }
  | { readonly kind: 'GSS' }
  /** GSSAPI or SSPI data */
  | { readonly kind: 'GSSContinue'; readonly data: Buffer }
  | { readonly kind: 'SSPI' }
  /** in the server's order of preference; names are not empty, since an empty one ends the list */
  | { readonly kind: 'SASL'; readonly mechanisms: readonly string[] }
  /** what it means depends on the mechanism */
  | { readonly kind: 'SASLContinue'; readonly data: Buffer }
  | { readonly kind: 'SASLFinal'; readonly data: Buffer };

const codes = {
  Ok: 0,
  KerberosV5: 2,
  CleartextPassword: 3,
  MD5Password: 5,
  GSS: 7,
  GSSContinue: 8,
  SSPI: 9,
  SASL: 10,
  SASLContinue: 11,
  SASLFinal: 12,
} as const satisfies Record<AuthenticationRequest['kind'], number>;

export const AuthenticationRequest = {
  type: backendType.authentication,
  decode: (body: Body): AuthenticationRequest => whole(body, decodeRequest(body)),
  encode: (m: AuthenticationRequest, out: Writer): void => {
    out.message(backendType.authentication, (w) => {
      encodeFields(m, w.int32(codes[m.kind]));
    });
  },
};

function decodeRequest(body: Body): AuthenticationRequest {
  const code = body.int32();
  switch (code) {
    case codes.Ok:
      return { kind: 'Ok' };
    case codes.KerberosV5:
      return { kind: 'KerberosV5' };
    case codes.CleartextPassword:
      return { kind: 'CleartextPassword' };
    case codes.MD5Password:
      return { kind: 'MD5Password', salt: body.bytes(4) };
    case codes.GSS:
      return { kind: 'GSS' };
    case codes.GSSContinue:
      return { kind: 'GSSContinue', data: body.rest() };
    case codes.SSPI:
      return { kind: 'SSPI' };
    case codes.SASL:
      return { kind: 'SASL', mechanisms: decodeMechanisms(body) };
    case codes.SASLContinue:
      return { kind: 'SASLContinue', data: body.rest() };
    case codes.SASLFinal:
      return { kind: 'SASLFinal', data: body.rest() };
    default:
      throw new ProtocolError('malformed', `unknown authentication request ${String(code)}`);
  }
}

function encodeFields(m: AuthenticationRequest, w: Writer): void {
  switch (m.kind) {
    case 'MD5Password':
      w.bytes(m.salt);
      return;
    case 'SASL':
      for (const mechanism of m.mechanisms) w.cstring(mechanism);
      w.uint8(0);
      return;
    case 'GSSContinue':
    case 'SASLContinue':
    case 'SASLFinal':
      w.bytes(m.data);
      return;
    default:
  }
}

function decodeMechanisms(body: Body): string[] {
  const mechanisms: string[] = [];
  for (;;) {
    const mechanism = body.cstring();
    if (mechanism === '') return mechanisms;
    mechanisms.push(mechanism);
  }
}
