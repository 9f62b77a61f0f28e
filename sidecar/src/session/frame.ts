import { Body } from '../wire/body.js';
import { Query } from '../wire/frontend/query.js';
import { headerLength } from '../wire/framer.js';
import { Writer } from '../wire/writer.js';
import type { ForwardVerdict } from '../enforcement/verdict.js';

/** One whole client message, or a piece of a streamed one. */
export interface Frame {
  readonly type: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  /** a piece of a message that is longer than the piece */
  readonly fragment: boolean;
  /** the piece begins with the header */
  readonly first: boolean;
}

export const bodyOf = (frame: Frame): Body =>
  new Body(frame.buffer, frame.start + headerLength, frame.end);

export function encodeQuery(sql: string): Buffer {
  const out = new Writer();
  Query.encode({ kind: 'Query', sql }, out);
  return out.finish();
}

/** Maps positions in what the server was sent back to the client's text; undefined: they are the same. */
export const originalOf = (verdict: ForwardVerdict): ForwardVerdict['toOriginal'] | undefined =>
  verdict.rewritten === undefined ? undefined : verdict.toOriginal;
