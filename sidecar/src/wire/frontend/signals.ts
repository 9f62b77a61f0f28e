import { frontendType } from '../types.js';
import { Writer } from '../writer.js';

const bodyless = (type: number): Buffer => new Writer().message(type, () => undefined).finish();

/** Messages without a body. Protocol 3.0, "Message Formats". */
export const Sync: Buffer = bodyless(frontendType.sync);
export const Flush: Buffer = bodyless(frontendType.flush);
export const Terminate: Buffer = bodyless(frontendType.terminate);
