/** First packets that are none. */
import { int32, protocol3, startupOf, whoAsks } from './conversation.js';
import { say } from './raw-client.js';
import type { WrongCase } from './wrong-case.js';

const packet = (length: number, body: Buffer | string = ''): Buffer =>
  Buffer.concat([int32(length), Buffer.from(body as string)]);

const version = (major: number, minor: number): Buffer => startupOf((major << 16) | minor, whoAsks);
const cases: readonly Omit<WrongCase, 'begins'>[] = [
  { name: 'garbage', says: [Buffer.from([0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4, 5])] },
  { name: 'a length of 0', says: [packet(0)] },
  { name: 'a length of 4', says: [packet(4)] },
  { name: 'a length of 7', says: [packet(7, 'abc')] },
  { name: 'a negative length', says: [packet(-1)] },
  { name: '10,001 bytes', says: [packet(10_001, Buffer.alloc(9_997, 'x'))] },
  { name: '10,004 bytes', says: [packet(10_004, Buffer.alloc(10_000, 'x'))] },
  { name: '10,005 bytes', says: [packet(10_005, Buffer.alloc(10_001, 'x'))] },
  {
    name: 'no terminator',
    says: [packet(18, Buffer.concat([int32(protocol3), Buffer.from('user\0postg')]))],
  },
  { name: 'only the version', says: [packet(8, int32(protocol3))] },
  { name: 'no parameters', says: [packet(9, Buffer.concat([int32(protocol3), Buffer.from([0])]))] },
  {
    name: 'a name without a value',
    says: [packet(14, Buffer.concat([int32(protocol3), Buffer.from('user\0\0')]))],
  },
  {
    name: 'bytes behind the terminator',
    says: [
      packet(
        31,
        Buffer.concat([int32(protocol3), Buffer.from('user\0postgres\0\0more in it')]).subarray(
          0,
          27,
        ),
      ),
    ],
  },
  { name: 'no user', says: [startupOf(protocol3, { database: 'postgres' })] },
  {
    name: 'a user without a name',
    says: [startupOf(protocol3, { user: '', database: 'postgres' })],
  },
  {
    name: 'a user that is nobody',
    says: [startupOf(protocol3, { user: 'nobody', database: 'postgres' })],
  },
  {
    name: 'a database that is none',
    says: [startupOf(protocol3, { user: 'postgres', database: 'none' })],
  },
  { name: 'a parameter that is none', says: [startupOf(protocol3, { ...whoAsks, nonsense: '1' })] },
  {
    name: 'a parameter with a wrong value',
    says: [startupOf(protocol3, { ...whoAsks, work_mem: 'a lot' })],
  },
  {
    name: 'options that are none',
    says: [startupOf(protocol3, { ...whoAsks, options: '-c nonsense' })],
  },
  {
    name: 'an encoding that is none',
    says: [startupOf(protocol3, { ...whoAsks, client_encoding: 'none' })],
  },
  {
    name: 'a replication that is neither',
    says: [startupOf(protocol3, { ...whoAsks, replication: 'maybe' })],
  },
  { name: 'protocol 0.0', says: [version(0, 0)] },
  { name: 'protocol 1.0', says: [version(1, 0)] },
  { name: 'protocol 2.0', says: [version(2, 0)] },
  { name: 'protocol 4.0', says: [version(4, 0)] },
  { name: 'protocol 3.1', says: [version(3, 1)] },
  { name: 'protocol 3.2', says: [version(3, 2)] },
  { name: 'protocol 3.9999', says: [version(3, 9999)] },
  {
    name: 'an option of the protocol',
    says: [startupOf(protocol3, { ...whoAsks, '_pq_.nonsense': '1' })],
  },
  { name: 'two start-up packets at once', says: [version(3, 0), version(3, 0)] },
  { name: 'a Query behind the start-up packet', says: [version(3, 0), say.query('SELECT 1')] },
  {
    name: 'a CancelRequest of nobody',
    says: [packet(16, Buffer.concat([int32(80877102), int32(1), int32(1)]))],
  },
  { name: 'a CancelRequest without a key', says: [packet(8, int32(80877102))] },
  {
    name: 'a CancelRequest without an end',
    says: [packet(12, Buffer.concat([int32(80877102), int32(1)]))],
  },
  { name: 'HTTP', says: [Buffer.from('GET / HTTP/1.1\r\nHost: db\r\n\r\n')] },
  { name: 'TLS', says: [Buffer.from('16030100c8010000c403030102030405', 'hex')] },
  { name: 'SSH', says: [Buffer.from('SSH-2.0-OpenSSH_9.6\r\n')] },
  { name: 'a Query first', says: [say.query('SELECT 1')] },
  { name: 'a password first', says: [say.raw('p', 'secret\0')] },
  { name: 'a password with nobody asking', says: [version(3, 0), say.raw('p', 'secret\0')] },
];

export const wrongStarts: readonly WrongCase[] = cases.map((one) => ({ ...one, begins: true }));
