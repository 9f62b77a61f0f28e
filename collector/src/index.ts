/** The public face of the package: a proxy's side of the record, for tests of other packages. */
export { encodeStatement, SampleSession, traffic, uuidOf } from './testing/events.js';
export { openProxyStream, type ProxyStream } from './testing/proxy.js';
