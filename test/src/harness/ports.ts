import { createServer } from 'node:net';

/** A loopback port nobody listens on just now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const bound = probe.address();
      probe.close(() => {
        resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
      });
    });
  });
