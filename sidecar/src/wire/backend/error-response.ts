import type { Body } from '../body.js';
import { backendType } from '../types.js';
import { Writer } from '../writer.js';
import { whole } from '../fields.js';

/**
 * ErrorResponse and NoticeResponse share this body. Protocol 3.0, "Error and Notice Message Fields".
 * Keys are the field letters: S severity, V severity untranslated, C SQLSTATE, M message, D detail,
 * H hint, P position, p internal position, q internal query, W where, s schema, t table, c column,
 * d data type, n constraint, F file, L line, R routine.
 */
export type ErrorFields = ReadonlyMap<string, string>;

export function decodeErrorFields(body: Body): ErrorFields {
  const fields = new Map<string, string>();
  for (;;) {
    const letter = body.uint8();
    if (letter === 0) return fields;
    fields.set(String.fromCharCode(letter), body.cstring());
  }
}

const encodeFields = (type: number, fields: ErrorFields): Buffer =>
  new Writer()
    .message(type, (w) => {
      for (const [letter, text] of fields) w.uint8(letter.charCodeAt(0)).cstring(text);
      w.uint8(0);
    })
    .finish();

export const encodeErrorResponse = (fields: ErrorFields): Buffer =>
  encodeFields(backendType.errorResponse, fields);

export const encodeNoticeResponse = (fields: ErrorFields): Buffer =>
  encodeFields(backendType.noticeResponse, fields);

/** ErrorResponse. Protocol 3.0, "Message Formats". */
export interface ErrorResponse {
  readonly kind: 'ErrorResponse';
  readonly fields: ErrorFields;
}

export const ErrorResponse = {
  type: backendType.errorResponse,
  decode: (body: Body): ErrorResponse =>
    whole(body, { kind: 'ErrorResponse', fields: decodeErrorFields(body) }),
  encode: (m: ErrorResponse, out: Writer): void => {
    out.bytes(encodeErrorResponse(m.fields));
  },
};

/** NoticeResponse. Protocol 3.0, "Message Formats". */
export interface NoticeResponse {
  readonly kind: 'NoticeResponse';
  readonly fields: ErrorFields;
}

export const NoticeResponse = {
  type: backendType.noticeResponse,
  decode: (body: Body): NoticeResponse =>
    whole(body, { kind: 'NoticeResponse', fields: decodeErrorFields(body) }),
  encode: (m: NoticeResponse, out: Writer): void => {
    out.bytes(encodeNoticeResponse(m.fields));
  },
};
