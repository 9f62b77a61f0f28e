import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AuthenticationRequest } from './backend/authentication-requests.js';
import { CopyInResponse, CopyOutResponse } from './backend/copy-response.js';
import { DataRow } from './backend/data-row.js';
import { ErrorResponse } from './backend/error-response.js';
import { FunctionCallResponse } from './backend/function-call-response.js';
import { NegotiateProtocolVersion } from './backend/negotiate-protocol-version.js';
import { ParameterDescription } from './backend/parameter-description.js';
import { ReadyForQuery } from './backend/ready-for-query.js';
import { RowDescription } from './backend/row-description.js';
import type { Body } from './body.js';
import { BindValues } from './frontend/bind-values.js';
import { CopyDone } from './frontend/copy-done.js';
import { Describe } from './frontend/describe.js';
import { FunctionCall } from './frontend/function-call.js';
import { SASLInitialResponse } from './frontend/sasl-initial-response.js';
import { ProtocolError } from './protocol-error.js';
import { bindValues, bodyOf, type Codec, entry, header } from './message-table.testing.js';

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
