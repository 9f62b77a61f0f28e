/** For tests: every message of both directions, and arbitrary ones of each. */
import fc from 'fast-check';
import { AuthenticationRequest } from './backend/authentication-requests.js';
import { BackendKeyData } from './backend/backend-key-data.js';
import { CommandComplete } from './backend/command-complete.js';
import * as completions from './backend/completions.js';
import { CopyData as BackendCopyData } from './backend/copy-data.js';
import { CopyBothResponse, CopyInResponse, CopyOutResponse } from './backend/copy-response.js';
import { DataRow } from './backend/data-row.js';
import { ErrorResponse, NoticeResponse } from './backend/error-response.js';
import { FunctionCallResponse } from './backend/function-call-response.js';
import { NegotiateProtocolVersion } from './backend/negotiate-protocol-version.js';
import { NotificationResponse } from './backend/notification-response.js';
import { ParameterDescription } from './backend/parameter-description.js';
import { ParameterStatus } from './backend/parameter-status.js';
import { ReadyForQuery } from './backend/ready-for-query.js';
import { RowDescription } from './backend/row-description.js';
import { Body } from './body.js';
import { Bind } from './frontend/bind.js';
import { BindValues } from './frontend/bind-values.js';
import { Close } from './frontend/close.js';
import { CopyData } from './frontend/copy-data.js';
import { CopyDone } from './frontend/copy-done.js';
import { CopyFail } from './frontend/copy-fail.js';
import { Describe } from './frontend/describe.js';
import { Execute } from './frontend/execute.js';
import { FunctionCall } from './frontend/function-call.js';
import { GSSResponse } from './frontend/gss-response.js';
import { Parse } from './frontend/parse.js';
import { PasswordMessage } from './frontend/password-message.js';
import { Query } from './frontend/query.js';
import { SASLInitialResponse } from './frontend/sasl-initial-response.js';
import { SASLResponse } from './frontend/sasl-response.js';
import { frontendType } from './types.js';
import { Writer } from './writer.js';

export interface Codec<T> {
  readonly type: number;
  decode: (body: Body) => T;
  encode: (m: T, out: Writer) => void;
}

/**
 * How a body ends. exact: at its last field; rest: the last field is whatever is left, so that a
 * shorter body is another message; lax: at its last field, and what follows is not looked at.
 */
export type End = 'exact' | 'rest' | 'lax';

/** A message with its type forgotten. */
export interface Entry {
  readonly name: string;
  readonly type: number;
  readonly end: End;
  readonly messages: fc.Arbitrary<unknown>;
  encode: (m: unknown) => Buffer;
  decode: (bytes: Buffer) => unknown;
}

export const header = 5;

/** In the middle of other bytes, zeros behind it: a read past the end would find something. */
export function bodyOf(bytes: Buffer): Body {
  const around = Buffer.concat([Buffer.from('before'), bytes, Buffer.alloc(16)]);
  return new Body(around, 6, 6 + bytes.length);
}

export const entry = <T>(
  name: string,
  codec: Codec<T>,
  messages: fc.Arbitrary<T>,
  end: End = 'exact',
): Entry => ({
  name,
  type: codec.type,
  end,
  messages,
  encode: (m) => {
    const out = new Writer();
    codec.encode(m as T, out);
    return out.finish();
  },
  decode: (bytes) => codec.decode(bodyOf(bytes)),
});

const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((string) => string.replaceAll('\0', ''));
/** bytes, one a character */
const name = fc
  .uint8Array({ min: 1, maxLength: 12 })
  .map((array) => Buffer.from(array).toString('latin1'));
const someText = text.filter((string) => string !== '');
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
const value = fc.option(bytes);
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int16 = fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 });
const uint16 = fc.nat({ max: 0xffff });
const oid = fc.nat({ max: 0xffffffff });
const format = fc.constantFrom<(0 | 1)[]>(0, 1);
const formats = fc.array(format, { maxLength: 6 });
const target = {
  of: fc.constantFrom<('statement' | 'portal')[]>('statement', 'portal'),
  name,
};
const errorFields = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...Array.from('SVCMDHPpqWstcdnFLR')), text), {
    selector: ([letter]) => letter,
  })
  .map((pairs): ReadonlyMap<string, string> => new Map(pairs));
/** Values with no format, one for all, or one each. */
const formatted = fc
  .array(value, { maxLength: 6 })
  .chain((values) =>
    fc.tuple(
      fc.oneof(
        ...[0, 1, values.length].map((n) => fc.array(format, { minLength: n, maxLength: n })),
      ),
      fc.constant(values),
    ),
  );

const record = <K extends string, T>(
  kind: K,
  model: { [P in keyof T]: fc.Arbitrary<T[P]> },
): fc.Arbitrary<T & { readonly kind: K }> =>
  fc.record<T>(model).map((fields) => ({ kind, ...fields }));

const alone = <K extends string>(kind: K): fc.Arbitrary<{ readonly kind: K }> =>
  fc.constant({ kind });

const copyResponse = { format, columns: formats };

export const frontend: readonly Entry[] = [
  entry('Bind', Bind, record('Bind', { portal: name, statement: name, values: bytes }), 'rest'),
  entry('Close', Close, record('Close', target), 'lax'),
  entry('CopyData', CopyData, record('CopyData', { data: bytes }), 'rest'),
  entry('CopyDone', CopyDone, alone('CopyDone')),
  entry('CopyFail', CopyFail, record('CopyFail', { reason: text })),
  entry('Describe', Describe, record('Describe', target)),
  entry('Execute', Execute, record('Execute', { portal: name, maxRows: int32 }), 'lax'),
  entry(
    'FunctionCall',
    FunctionCall,
    fc.tuple(oid, formatted, format).map(([callee, [codes, values], resultFormat]) => ({
      kind: 'FunctionCall' as const,
      function: callee,
      formats: codes,
      arguments: values,
      resultFormat,
    })),
  ),
  entry('GSSResponse', GSSResponse, record('GSSResponse', { data: bytes }), 'rest'),
  entry(
    'Parse',
    Parse,
    record('Parse', { statement: name, sql: text, parameterTypes: bytes }),
    'rest',
  ),
  entry('PasswordMessage', PasswordMessage, record('PasswordMessage', { password: text })),
  entry('Query', Query, record('Query', { sql: text }), 'lax'),
  entry(
    'SASLInitialResponse',
    SASLInitialResponse,
    record('SASLInitialResponse', { mechanism: text, response: value }),
  ),
  entry('SASLResponse', SASLResponse, record('SASLResponse', { data: bytes }), 'rest'),
];

export const backend: readonly Entry[] = [
  entry(
    'Authentication',
    AuthenticationRequest,
    fc.oneof<fc.Arbitrary<AuthenticationRequest>[]>(
      fc.constantFrom(
        { kind: 'Ok' },
        { kind: 'KerberosV5' },
        { kind: 'CleartextPassword' },
        { kind: 'GSS' },
        { kind: 'SSPI' },
      ),
      record('MD5Password', {
        salt: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((array) => Buffer.from(array)),
      }),
      record('SASL', { mechanisms: fc.array(someText, { maxLength: 4 }) }),
    ),
  ),
  entry(
    'Authentication with data',
    AuthenticationRequest,
    fc.oneof<fc.Arbitrary<AuthenticationRequest>[]>(
      record('GSSContinue', { data: bytes }),
      record('SASLContinue', { data: bytes }),
      record('SASLFinal', { data: bytes }),
    ),
    'rest',
  ),
  entry(
    'BackendKeyData',
    {
      ...BackendKeyData,
      encode: (m: BackendKeyData, out) => {
        out.bytes(BackendKeyData.encode(m));
      },
    },
    record('BackendKeyData', { processId: int32, secretKey: bytes }),
    'rest',
  ),
  entry('BindComplete', completions.BindComplete, alone('BindComplete')),
  entry('CloseComplete', completions.CloseComplete, alone('CloseComplete')),
  entry('CommandComplete', CommandComplete, record('CommandComplete', { tag: text })),
  entry('CopyBothResponse', CopyBothResponse, record('CopyBothResponse', copyResponse)),
  entry('CopyData', BackendCopyData, record('CopyData', { data: bytes }), 'rest'),
  entry('CopyDone', completions.CopyDone, alone('CopyDone')),
  entry('CopyInResponse', CopyInResponse, record('CopyInResponse', copyResponse)),
  entry('CopyOutResponse', CopyOutResponse, record('CopyOutResponse', copyResponse)),
  entry('DataRow', DataRow, record('DataRow', { values: fc.array(value, { maxLength: 6 }) })),
  entry('EmptyQueryResponse', completions.EmptyQueryResponse, alone('EmptyQueryResponse')),
  entry('ErrorResponse', ErrorResponse, record('ErrorResponse', { fields: errorFields })),
  entry('FunctionCallResponse', FunctionCallResponse, record('FunctionCallResponse', { value })),
  entry(
    'NegotiateProtocolVersion',
    NegotiateProtocolVersion,
    record('NegotiateProtocolVersion', {
      major: uint16,
      minor: uint16,
      unrecognized: fc.array(text, { maxLength: 5 }),
    }),
  ),
  entry('NoData', completions.NoData, alone('NoData')),
  entry('NoticeResponse', NoticeResponse, record('NoticeResponse', { fields: errorFields })),
  entry(
    'NotificationResponse',
    NotificationResponse,
    record('NotificationResponse', { processId: int32, channel: text, payload: text }),
  ),
  entry(
    'ParameterDescription',
    ParameterDescription,
    record('ParameterDescription', { types: fc.array(oid, { maxLength: 6 }) }),
  ),
  entry('ParameterStatus', ParameterStatus, record('ParameterStatus', { name: text, value: text })),
  entry('ParseComplete', completions.ParseComplete, alone('ParseComplete')),
  entry('PortalSuspended', completions.PortalSuspended, alone('PortalSuspended')),
  entry(
    'ReadyForQuery',
    ReadyForQuery,
    record('ReadyForQuery', { status: fc.constantFrom<('I' | 'T' | 'E')[]>('I', 'T', 'E') }),
  ),
  entry(
    'RowDescription',
    RowDescription,
    record('RowDescription', {
      fields: fc.array(
        fc.record({
          name: text,
          table: oid,
          attribute: int16,
          dataType: oid,
          size: int16,
          modifier: int32,
          format,
        }),
        { maxLength: 4 },
      ),
    }),
  ),
];

/** The values of Bind, as the body of a message. */
export const bindValues = entry(
  'values of Bind',
  {
    type: frontendType.bind,
    decode: (body) => BindValues.decode(body.rest()),
    encode: (m: BindValues, out) => {
      out.message(frontendType.bind, (w) => w.bytes(BindValues.encode(m)));
    },
  },
  fc
    .tuple(formatted, formats)
    .map(([[codes, values], resultFormats]) => ({ formats: codes, values, resultFormats })),
);
