import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { format, formats, whole, writeFormats, type Format } from '../fields.js';

/** CopyInResponse, CopyOutResponse and CopyBothResponse. Protocol 3.0, "Message Formats". */
export interface CopyResponse<K extends string> {
  readonly kind: K;
  /** 0: rows are lines of text; 1: the binary copy format */
  readonly format: Format;
  /** one a column; all 0 where the whole is text */
  readonly columns: readonly Format[];
}

const copyResponse = <K extends string>(kind: K, type: number) => ({
  type,
  decode: (body: Body): CopyResponse<K> =>
    whole(body, { kind, format: format(body.uint8()), columns: formats(body) }),
  encode: (m: CopyResponse<K>, out: Writer): void => {
    out.message(type, (w) => writeFormats(w.uint8(m.format), m.columns));
  },
});

/** The client is to send data. */
export type CopyInResponse = CopyResponse<'CopyInResponse'>;
export const CopyInResponse = copyResponse('CopyInResponse', backendType.copyInResponse);

/** The server is about to send data. */
export type CopyOutResponse = CopyResponse<'CopyOutResponse'>;
export const CopyOutResponse = copyResponse('CopyOutResponse', backendType.copyOutResponse);

/** Both; streaming replication only. */
export type CopyBothResponse = CopyResponse<'CopyBothResponse'>;
export const CopyBothResponse = copyResponse('CopyBothResponse', backendType.copyBothResponse);
