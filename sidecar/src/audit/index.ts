export type * from './sink.js';
export { SpoolError, type SpoolErrorCode } from './errors.js';
export type { ForwardingTarget } from './forwarder.js';
export { openSpool, type SpoolOptions } from './open.js';
export type { Spool } from './spool.js';
export type { SpoolMetrics } from './spool-parts.js';
