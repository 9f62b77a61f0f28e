import type { FramerOptions } from './framer.js';
import { backendType, frontendType } from './types.js';

/** PostgreSQL's PQ_LARGE_MESSAGE_LIMIT (MaxAllocSize - 1). */
const large = 0x3fffffff - 1;
/** PostgreSQL's PQ_SMALL_MESSAGE_LIMIT, for messages that carry names only. */
const small = 10_000;

/** Ceiling for a message that has to be held whole, bytes. */
export const heldMessageLimit = 64 * 1024 * 1024;

/** Statements up to this size are held whole to be analysed; a longer one is none that would be, bytes. */
export const heldStatementLimit = 5 * 1024 * 1024;

/** Messages up to this size are held without asking for room: as much as one read brings, bytes. */
export const heldFree = 64 * 1024;

/** Bind and FunctionCall messages up to this size are held whole, which costs less than pieces, bytes. */
const heldBindLimit = 64 * 1024;
/** Of a longer one the names, two of at most this size together, are in the first piece, bytes. */
const bindHead = 16 * 1024;

const frontendLimits = new Uint32Array(256);
frontendLimits[frontendType.bind] = large;
frontendLimits[frontendType.parse] = large;
frontendLimits[frontendType.query] = large;
frontendLimits[frontendType.functionCall] = large;
frontendLimits[frontendType.copyData] = large;
for (const type of [
  'close',
  'describe',
  'execute',
  'flush',
  'sync',
  'terminate',
  'copyDone',
  'copyFail',
] as const) {
  frontendLimits[frontendType[type]] = small;
}
/** PG_MAX_AUTH_TOKEN_LENGTH; only during the log-in, bytes */
export const passwordLimit = 65_535;

const backendLimits = new Uint32Array(256);
for (const type of Object.values(backendType)) backendLimits[type] = heldMessageLimit;
backendLimits[backendType.dataRow] = large;
backendLimits[backendType.copyData] = large;

/** A client message longer than this is passed on, or dropped, in pieces; 0: always. */
const frontendStreams = new Uint32Array(256).fill(0xffffffff);
frontendStreams[frontendType.copyData] = 0;
frontendStreams[frontendType.bind] = heldBindLimit;
frontendStreams[frontendType.functionCall] = heldBindLimit;
frontendStreams[frontendType.parse] = heldStatementLimit;
frontendStreams[frontendType.query] = heldStatementLimit;

/** What a client may send. */
export const frontendFraming: FramerOptions = {
  from: 'frontend',
  streams: (type, length) => length >= (frontendStreams[type] ?? 0xffffffff),
  head: bindHead,
  free: heldFree,
  limit: (type) => frontendLimits[type] ?? 0,
};

/** What a server may send. */
export const backendFraming: FramerOptions = {
  from: 'backend',
  streams: (type) => type === backendType.dataRow || type === backendType.copyData,
  free: heldFree,
  limit: (type) => backendLimits[type] ?? 0,
};
