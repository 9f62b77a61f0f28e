import { describe, expect, test } from '@jest/globals';
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
import { ProtocolError } from './protocol-error.js';
import { backendType, frontendType } from './types.js';
import { Writer } from './writer.js';

interface Codec<T> {
  readonly type: number;
  decode: (body: Body) => T;
  encode: (m: T, out: Writer) => void;
}

/**
 * How a body ends. exact: at its last field; rest: the last field is whatever is left, so that a
 * shorter body is another message; lax: at its last field, and what follows is not looked at.
 */
type End = 'exact' | 'rest' | 'lax';

/** A message with its type forgotten. */
interface Entry {
  readonly name: string;
  readonly type: number;
  readonly end: End;
  readonly messages: fc.Arbitrary<unknown>;
  encode: (m: unknown) => Buffer;
  decode: (bytes: Buffer) => unknown;
}

const header = 5;

/** In the middle of other bytes, zeros behind it: a read past the end would find something. */
function bodyOf(bytes: Buffer): Body {
  const around = Buffer.concat([Buffer.from('before'), bytes, Buffer.alloc(16)]);
  return new Body(around, 6, 6 + bytes.length);
}

const entry = <T>(
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

const frontend: readonly Entry[] = [
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

const backend: readonly Entry[] = [
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
const bindValues = entry(
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

test('the table has every message of both directions', () => {
  const types = (entries: readonly Entry[]): number[] =>
    [...new Set(entries.map(({ type }) => type))].sort((a, b) => a - b);
  // these three are constants and are never decoded
  const { sync: _sync, flush: _flush, terminate: _terminate, ...coded } = frontendType;
  expect(types(frontend)).toEqual(Object.values(coded).sort((a, b) => a - b));
  expect(types(backend)).toEqual(Object.values(backendType).sort((a, b) => a - b));
});

/** The message, or undefined where the body is refused; any other error passes through. */
function decoded(entry: Entry, body: Buffer): { message: unknown } | undefined {
  try {
    return { message: entry.decode(body) };
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    if (cause.code !== 'malformed') throw cause;
    return undefined;
  }
}

describe.each([
  ...frontend.map((e) => ({ of: `frontend ${e.name}`, e })),
  ...backend.map((e) => ({ of: `backend ${e.name}`, e })),
  { of: bindValues.name, e: bindValues },
])('$of', ({ e }) => {
  const forEach = (check: (m: unknown, encoded: Buffer, body: Buffer) => void): void => {
    fc.assert(
      fc.property(e.messages, (m) => {
        const encoded = e.encode(m);
        check(m, encoded, encoded.subarray(header));
      }),
    );
  };

  test('has its type and its length in front', () => {
    forEach((_m, encoded) => {
      expect(encoded[0]).toBe(e.type);
      expect(encoded.readInt32BE(1)).toBe(encoded.length - 1);
    });
  });

  test('is read as it was written', () => {
    forEach((m, _encoded, body) => {
      expect(e.decode(body)).toEqual(m);
    });
  });

  test('is written as it was read', () => {
    forEach((_m, encoded, body) => {
      expect(e.encode(e.decode(body)).equals(encoded)).toBe(true);
    });
  });

  test('is refused when cut short', () => {
    forEach((_m, _encoded, body) => {
      for (let length = 0; length < body.length; length += 1) {
        const cut = body.subarray(0, length);
        const found = decoded(e, cut);
        if (found === undefined) continue;
        // nothing but what is there was read
        const again = e.end === 'rest' && e.encode(found.message).subarray(header).equals(cut);
        if (!again) expect(`${length} of ${body.length} bytes`).toBe('refused');
      }
    });
  });

  test('is refused when something follows', () => {
    if (e.end !== 'exact') return;
    forEach((_m, _encoded, body) => {
      for (const byte of [0, 1, 0x41, 0xff]) {
        expect(decoded(e, Buffer.concat([body, Buffer.from([byte])]))).toBeUndefined();
      }
    });
  });

  test('is read or refused when bytes of it are changed', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1 });
    fc.assert(
      fc.property(e.messages, flips, (m, changes) => {
        const body = Buffer.from(e.encode(m).subarray(header));
        for (const [at, bits] of changes) {
          const i = at % Math.max(body.length, 1);
          const byte = body[i];
          if (byte !== undefined) body[i] = byte ^ bits;
        }
        decoded(e, body);
      }),
    );
  });

  test('is read or refused when it is noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        decoded(e, Buffer.from(noise));
      }),
    );
  });
});

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

const vector = <T>(name: string, codec: Codec<T>, digits: string, message: T) => ({
  digits,
  message: message as unknown,
  ...entry(name, codec, fc.constant(message)),
});

/** Written by hand from the text of "Message Formats". */
test.each([
  vector(
    'RowDescription: a column of a table, and a system column in binary',
    RowDescription,
    '54 00000032 0002' +
      '696400 00004001 0001 00000017 0004 ffffffff 0000' +
      '6374696400 00004001 ffff 0000001b 0006 ffffffff 0001',
    {
      kind: 'RowDescription',
      fields: [
        {
          name: 'id',
          table: 16385,
          attribute: 1,
          dataType: 23,
          size: 4,
          modifier: -1,
          format: 0,
        },
        {
          name: 'ctid',
          table: 16385,
          attribute: -1,
          dataType: 27,
          size: 6,
          modifier: -1,
          format: 1,
        },
      ],
    },
  ),
  vector(
    'DataRow: a value, NULL, and the empty value',
    DataRow,
    '44 00000013 0003 00000001 31 ffffffff 00000000',
    { kind: 'DataRow', values: [Buffer.from('1'), null, Buffer.alloc(0)] },
  ),
  vector('DataRow: no columns', DataRow, '44 00000006 0000', { kind: 'DataRow', values: [] }),
  vector('ErrorResponse', ErrorResponse, '45 00000016 53 4552524f5200 43 343250303100 4d 7800 00', {
    kind: 'ErrorResponse',
    fields: new Map([
      ['S', 'ERROR'],
      ['C', '42P01'],
      ['M', 'x'],
    ]),
  }),
  vector('CopyInResponse: text', CopyInResponse, '47 0000000b 00 0002 0000 0000', {
    kind: 'CopyInResponse',
    format: 0,
    columns: [0, 0],
  }),
  vector('CopyInResponse: binary', CopyInResponse, '47 00000009 01 0001 0001', {
    kind: 'CopyInResponse',
    format: 1,
    columns: [1],
  }),
  vector(
    'NegotiateProtocolVersion',
    NegotiateProtocolVersion,
    '76 00000013 00030000 00000001 5f70715f2e7800',
    { kind: 'NegotiateProtocolVersion', major: 3, minor: 0, unrecognized: ['_pq_.x'] },
  ),
  vector(
    'NegotiateProtocolVersion: 3.2, all parameters known',
    NegotiateProtocolVersion,
    '76 0000000c 00030002 00000000',
    { kind: 'NegotiateProtocolVersion', major: 3, minor: 2, unrecognized: [] },
  ),
  vector(
    'SASLInitialResponse',
    SASLInitialResponse,
    '70 0000001f 534352414d2d5348412d32353600 00000009 6e2c2c6e3d2c723d61',
    {
      kind: 'SASLInitialResponse',
      mechanism: 'SCRAM-SHA-256',
      response: Buffer.from('n,,n=,r=a'),
    },
  ),
  vector('SASLInitialResponse: none', SASLInitialResponse, '70 0000000e 504c41494e00 ffffffff', {
    kind: 'SASLInitialResponse',
    mechanism: 'PLAIN',
    response: null,
  }),
  vector('AuthenticationMD5Password', AuthenticationRequest, '52 0000000c 00000005 01020304', {
    kind: 'MD5Password',
    salt: hex('01020304'),
  }),
  vector(
    'AuthenticationSASL',
    AuthenticationRequest,
    '52 00000017 0000000a 534352414d2d5348412d32353600 00',
    { kind: 'SASL', mechanisms: ['SCRAM-SHA-256'] },
  ),
  vector(
    'FunctionCall: a number in binary and NULL',
    FunctionCall,
    '46 0000001c 00000540 0001 0001 0002 00000004 0000002a ffffffff 0001',
    {
      kind: 'FunctionCall',
      function: 1344,
      formats: [1],
      arguments: [hex('0000002a'), null],
      resultFormat: 1,
    },
  ),
  vector(
    'ParameterDescription: OIDs above 2^31',
    ParameterDescription,
    '74 0000000e 0002 00000017 ffffffff',
    { kind: 'ParameterDescription', types: [23, 0xffffffff] },
  ),
  vector('ReadyForQuery', ReadyForQuery, '5a 00000005 54', { kind: 'ReadyForQuery', status: 'T' }),
  vector('Describe', Describe, '44 00000008 53 733100', {
    kind: 'Describe',
    of: 'statement',
    name: 's1',
  }),
  vector('CopyDone', CopyDone, '63 00000004', { kind: 'CopyDone' }),
])('$name', ({ digits, message, encode, decode }) => {
  const expected = hex(digits);
  expect(encode(message).toString('hex')).toBe(expected.toString('hex'));
  expect(decode(expected.subarray(header))).toEqual(message);
});

describe('the values of Bind', () => {
  test.each([
    {
      name: 'one format for all; a value, NULL, and the empty value',
      digits: '0001 0001 0003 00000004 0000002a ffffffff 00000000 0002 0000 0001',
      values: {
        formats: [1],
        values: [hex('0000002a'), null, Buffer.alloc(0)],
        resultFormats: [0, 1],
      },
    },
    {
      name: 'no formats',
      digits: '0000 0001 00000001 37 0000',
      values: { formats: [], values: [Buffer.from('7')], resultFormats: [] },
    },
    {
      name: 'a format each',
      digits: '0002 0000 0001 0002 00000001 37 ffffffff 0001 0001',
      values: { formats: [0, 1], values: [Buffer.from('7'), null], resultFormats: [1] },
    },
    {
      name: 'one format, and no values',
      digits: '0001 0000 0000 0000',
      values: { formats: [0], values: [], resultFormats: [] },
    },
  ] satisfies { name: string; digits: string; values: BindValues }[])(
    '$name',
    ({ digits, values }) => {
      expect(BindValues.encode(values).toString('hex')).toBe(hex(digits).toString('hex'));
      expect(BindValues.decode(hex(digits))).toEqual(values);
    },
  );

  test('are views of the message', () => {
    const message = hex('0000 0001 00000001 37 0000');
    expect(BindValues.decode(message).values[0]?.buffer).toBe(message.buffer);
  });
});

describe('refused', () => {
  const of =
    (codec: { decode: (body: Body) => unknown }) =>
    (body: Buffer): unknown =>
      codec.decode(bodyOf(body));
  test.each([
    {
      name: 'Bind: two formats for three values',
      decode: bindValues.decode,
      digits: '0002 0000 0000 0003' + 'ffffffff'.repeat(3),
    },
    {
      name: 'Bind: two formats for no value',
      decode: bindValues.decode,
      digits: '0002 0000 0000 0000 0000',
    },
    {
      name: 'Bind: a format that is neither text nor binary',
      decode: bindValues.decode,
      digits: '0001 0002 0000 0000',
    },
    {
      name: 'Bind: more values than there is room for',
      decode: bindValues.decode,
      digits: '0000 ffff ffffffff 0000',
    },
    {
      name: 'Bind: a length below -1',
      decode: bindValues.decode,
      digits: '0000 0001 fffffffe 0000',
    },
    {
      name: 'Bind: a length past the end',
      decode: bindValues.decode,
      digits: '0000 0001 7fffffff 0000',
    },
    { name: 'RowDescription: 65535 columns', decode: of(RowDescription), digits: 'ffff 00' },
    {
      name: 'ParameterDescription: 65535 parameters',
      decode: of(ParameterDescription),
      digits: 'ffff 00000017',
    },
    {
      name: 'NegotiateProtocolVersion: a negative count',
      decode: of(NegotiateProtocolVersion),
      digits: '00030000 ffffffff',
    },
    {
      name: 'NegotiateProtocolVersion: 2^31-1 names',
      decode: of(NegotiateProtocolVersion),
      digits: '00030000 7fffffff 00',
    },
    { name: 'CopyInResponse: format 2', decode: of(CopyInResponse), digits: '02 0000' },
    { name: 'CopyOutResponse: 65535 columns', decode: of(CopyOutResponse), digits: '00 ffff 0000' },
    {
      name: 'FunctionCallResponse: a length below -1',
      decode: of(FunctionCallResponse),
      digits: '80000000',
    },
    { name: 'ReadyForQuery: no such status', decode: of(ReadyForQuery), digits: '58' },
    { name: 'Describe: neither statement nor portal', decode: of(Describe), digits: '51 00' },
    {
      name: 'Authentication: no such request',
      decode: of(AuthenticationRequest),
      digits: '000000ff',
    },
    {
      name: 'Authentication: mechanisms without an end',
      decode: of(AuthenticationRequest),
      digits: '0000000a 4100',
    },
    {
      name: 'Authentication: a salt of 3 bytes',
      decode: of(AuthenticationRequest),
      digits: '00000005 010203',
    },
  ])('$name', ({ decode, digits }) => {
    expect(() => decode(hex(digits))).toThrow(ProtocolError);
  });
});
