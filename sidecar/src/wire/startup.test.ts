import { describe, expect, test } from '@jest/globals';
import { ProtocolError } from './protocol-error.js';
import {
  decodeStartup,
  encodeCancelRequest,
  encodeSslRequest,
  encodeStartup,
  startupLength,
} from './startup.js';

test('a StartupMessage survives the round trip, in order', () => {
  const parameters = new Map([
    ['user', 'ann'],
    ['database', 'shop'],
    ['options', '-c search_path=x'],
  ]);
  const packet = encodeStartup({ kind: 'StartupMessage', major: 3, minor: 2, parameters });
  expect(startupLength(packet)).toBe(packet.length);
  expect(decodeStartup(packet)).toEqual({ kind: 'StartupMessage', major: 3, minor: 2, parameters });
});

test('a CancelRequest carries keys of any length', () => {
  const secretKey = Buffer.from('0123456789abcdef0123456789abcdef');
  expect(decodeStartup(encodeCancelRequest(42, secretKey))).toEqual({
    kind: 'CancelRequest',
    processId: 42,
    secretKey,
  });
});

test('SSLRequest', () => {
  expect(decodeStartup(encodeSslRequest())).toEqual({ kind: 'SSLRequest' });
});

test('an unknown major version is told apart without reading its fields', () => {
  const packet = Buffer.from([0, 0, 0, 8, 0, 2, 0, 0]);
  expect(decodeStartup(packet)).toMatchObject({ kind: 'StartupMessage', major: 2 });
});

describe('refused', () => {
  test.each([
    { name: 'over 10,000 bytes', packet: Buffer.from([0, 0, 0x27, 0x15]) },
    { name: 'shorter than a header', packet: Buffer.from([0, 0, 0, 7]) },
    { name: 'HTTP', packet: Buffer.from('GET / HTTP/1.1') },
  ])('length: $name', ({ packet }) => {
    expect(() => startupLength(packet)).toThrow(ProtocolError);
  });

  test.each([
    { name: 'no terminator', body: 'user\0ann\0' },
    { name: 'a name without a value', body: 'user\0' },
    { name: 'bytes behind the terminator', body: 'user\0ann\0\0x' },
    { name: 'an unterminated name', body: 'user' },
  ])('layout: $name', ({ body }) => {
    const packet = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 3, 0, 0]), Buffer.from(body)]);
    packet.writeInt32BE(packet.length, 0);
    expect(() => decodeStartup(packet)).toThrow(ProtocolError);
  });
});
