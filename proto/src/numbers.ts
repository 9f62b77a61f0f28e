import protobuf from 'protobufjs/minimal.js';

/**
 * 64-bit fields are plain numbers everywhere: sequences, rows, bytes and microseconds stay far below
 * 2^53 (microseconds reach it in the year 2255). Without Long, protobufjs reads and writes numbers.
 */
// The property is optional in fact; the typings of protobufjs do not say so.
Reflect.set(protobuf.util, 'Long', undefined);
protobuf.configure();

export { protobuf };
