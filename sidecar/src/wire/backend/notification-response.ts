import type { Body } from '../body.js';
import { backendType } from '../types.js';
import type { Writer } from '../writer.js';
import { whole } from '../fields.js';

/** NotificationResponse. Protocol 3.0, "Message Formats". */
export interface NotificationResponse {
  readonly kind: 'NotificationResponse';
  /** of the server process that notified */
  readonly processId: number;
  readonly channel: string;
  /** empty: NOTIFY gave none */
  readonly payload: string;
}

export const NotificationResponse = {
  type: backendType.notificationResponse,
  decode: (body: Body): NotificationResponse =>
    whole(body, {
      kind: 'NotificationResponse',
      processId: body.int32(),
      channel: body.cstring(),
      payload: body.cstring(),
    }),
  encode: (m: NotificationResponse, out: Writer): void => {
    out.message(backendType.notificationResponse, (w) =>
      w.int32(m.processId).cstring(m.channel).cstring(m.payload),
    );
  },
};
