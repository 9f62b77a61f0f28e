import type { Endpoint, Tls } from '../control/assignment.js';
import type { BackendKeyData } from '../wire/backend/backend-key-data.js';
import { encodeCancelRequest } from '../wire/startup.js';
import { connectUpstream } from './connect.js';

/**
 * Asks the server to cancel what runs in a session. Protocol 3.0, "Canceling Requests in Progress".
 * Resolves when the server has closed the connection, which is when the signal has been sent.
 */
export async function cancelUpstream(
  target: { readonly endpoint: Endpoint; readonly tls: Tls; readonly timeout: number },
  key: BackendKeyData,
): Promise<void> {
  const { socket } = await connectUpstream(target);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), target.timeout);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
    socket.write(encodeCancelRequest(key.processId, key.secretKey));
  });
}
