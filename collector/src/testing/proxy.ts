import { Client, credentials } from '@grpc/grpc-js';
import { auditService, type postern } from '@postern/proto';

type FromCollector = postern.audit.v1.IStreamResponse;

/** A proxy's stream to a collector, for tests. */
export interface ProxyStream {
  /** what the collector held already */
  readonly welcomed: number;
  send(batch: postern.audit.v1.IBatch): void;
  /** Resolves once everything up to this spool sequence is acknowledged; rejects when the stream ends. */
  acknowledged(sequence: number): Promise<void>;
  /** highest acknowledged sequence */
  readonly highest: number;
  close(): void;
}

export const openProxyStream = (address: string, spoolId: Uint8Array): Promise<ProxyStream> => {
  const client = new Client(address, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = auditService.stream;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  return new Promise((resolve, reject) => {
    let highest = 0;
    let over: Error | undefined;
    const waiting = new Set<() => void>();
    const fail = (cause: Error): void => {
      over = cause;
      reject(cause);
      for (const look of waiting) look();
    };
    call.on('error', fail);
    call.on('end', () => {
      fail(new Error('the collector closed the stream'));
    });
    call.on('data', ({ welcome, acknowledgement }: FromCollector) => {
      highest = acknowledgement?.sequence ?? welcome?.acknowledgedSequence ?? highest;
      for (const look of waiting) look();
      if (welcome == null) return;
      resolve({
        welcomed: highest,
        send: (batch) => {
          call.write({ batch });
        },
        acknowledged: (sequence) =>
          new Promise((done, failed) => {
            const look = (): void => {
              if (over === undefined && highest < sequence) return;
              waiting.delete(look);
              if (highest >= sequence) done();
              else failed(over ?? new Error('not acknowledged'));
            };
            waiting.add(look);
            look();
          }),
        get highest() {
          return highest;
        },
        close: () => {
          call.cancel();
          client.close();
        },
      });
    });
    call.write({ hello: { spoolId, proxyId: 'test', version: '0', token: '' } });
  });
};
