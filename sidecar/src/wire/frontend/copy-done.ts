import { bodyless, type Bodyless } from '../fields.js';
import { frontendType } from '../types.js';

/** CopyDone, without a body. Protocol 3.0, "Message Formats". */
export type CopyDone = Bodyless<'CopyDone'>;
export const CopyDone = bodyless('CopyDone', frontendType.copyDone);
