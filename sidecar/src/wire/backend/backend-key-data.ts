import type { Body } from '../body.js';
import { backendType } from '../types.js';
import { Writer } from '../writer.js';

/** BackendKeyData. The key has 4 bytes in protocol 3.0 and up to 256 in 3.2. */
export interface BackendKeyData {
  readonly kind: 'BackendKeyData';
  readonly processId: number;
  readonly secretKey: Buffer;
}

export const BackendKeyData = {
  type: backendType.backendKeyData,
  decode: (body: Body): BackendKeyData => ({
    kind: 'BackendKeyData',
    processId: body.int32(),
    secretKey: Buffer.from(body.rest()),
  }),
  encode: (m: BackendKeyData): Buffer =>
    new Writer()
      .message(backendType.backendKeyData, (w) => w.int32(m.processId).bytes(m.secretKey))
      .finish(),
};
