import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { BackendKeyData } from '../wire/backend/backend-key-data.js';

/**
 * The cancel keys handed to clients. The process id stays the backend's, since clients compare it with
 * `pg_backend_pid()`; the secret is ours, so that a key is worth nothing at the server itself.
 */
export class CancelKeys {
  private readonly sessions = new Map<number, Set<Entry>>();

  /** @returns what the client gets in the place of the server's key, and how to forget it */
  issue(
    server: BackendKeyData,
    cancel: () => Promise<void>,
  ): { key: BackendKeyData; revoke: () => void } {
    const key: BackendKeyData = { ...server, secretKey: randomBytes(server.secretKey.length) };
    const entry: Entry = { secretKey: key.secretKey, cancel };
    const entries = this.sessions.get(key.processId) ?? new Set();
    entries.add(entry);
    this.sessions.set(key.processId, entries);
    return {
      key,
      revoke: () => {
        entries.delete(entry);
        if (entries.size === 0) this.sessions.delete(key.processId);
      },
    };
  }

  /** A wrong key is answered with silence, as the server does. */
  async cancel(processId: number, secretKey: Uint8Array): Promise<void> {
    for (const entry of this.sessions.get(processId) ?? []) {
      if (entry.secretKey.length !== secretKey.length) continue;
      if (timingSafeEqual(entry.secretKey, secretKey)) await entry.cancel();
    }
  }
}

interface Entry {
  readonly secretKey: Buffer;
  readonly cancel: () => Promise<void>;
}
