import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { auditService, type postern, timelineService } from '@postern/proto';
import type { Logger } from 'pino';
import { CollectorError } from '../errors.js';
import type { Record } from '../record.js';

type Upload = ServerDuplexStream<postern.audit.v1.IStreamRequest, postern.audit.v1.IStreamResponse>;
type Search = postern.audit.v1.ISearchRequest;

const maxMessage = 16 * 1024 * 1024;

/** Serves Audit and Timeline. @returns where it listens */
export async function serveGrpc(
  record: Record,
  log: Logger,
  address: string,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const server = new Server({ 'grpc.max_receive_message_length': maxMessage });
  server.addService(auditService, { stream: (call: Upload) => receive(call, record, log) });
  server.addService(timelineService, {
    search: unary((request: Search) => record.search(request)),
    get: unary((request: postern.audit.v1.IGetRequest) => record.get(request.id ?? '')),
    tail: (call: ServerWritableStream<Search, postern.audit.v1.IEntry>) => {
      const end = new AbortController();
      call.on('cancelled', () => {
        end.abort();
      });
      send(call, record.tail(call.request, end.signal));
    },
    export: (call: ServerWritableStream<object, postern.audit.v1.IExportChunk>) => {
      send(call, record.export());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (cause, bound) => {
      if (cause === null) resolve(bound);
      else reject(new CollectorError('config', `cannot listen on ${address}`, cause));
    });
  });
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        const forced = setTimeout(() => server.forceShutdown(), 500);
        server.tryShutdown(() => {
          clearTimeout(forced);
          resolve();
        });
      }),
  };
}

/** One proxy's stream: batches are stored in order and acknowledged once durable. */
function receive(call: Upload, record: Record, log: Logger): void {
  let spoolId: Uint8Array | undefined;
  let work: Promise<void> = Promise.resolve();
  let failed = false;
  // After a failure nothing more of this stream is stored: a later batch would be acknowledged over it.
  const fail = (cause: unknown): void => {
    if (failed) return;
    failed = true;
    log.error({ err: cause }, 'batch not stored');
    call.emit('error', asStatus(cause));
  };
  const handle = async (message: postern.audit.v1.IStreamRequest): Promise<void> => {
    if (failed || call.cancelled) return;
    if (message.hello != null) {
      spoolId = message.hello.spoolId ?? new Uint8Array();
      if (spoolId.length !== 16) throw new CollectorError('request', 'spool_id must have 16 bytes');
      log.info({ proxy: message.hello.proxyId }, 'proxy connected');
      call.write({ welcome: { acknowledgedSequence: await record.acknowledged(spoolId) } });
    } else if (message.batch != null) {
      if (spoolId === undefined) throw new CollectorError('request', 'Hello comes first');
      call.write({ acknowledgement: { sequence: await record.ingest(spoolId, message.batch) } });
    }
  };
  call.on('data', (message: postern.audit.v1.IStreamRequest) => {
    // A proxy has a bounded number of batches under way; reading on is bounded with it.
    work = work.then(() => handle(message)).catch(fail);
  });
  call.on('end', () => {
    work.finally(() => call.end()).catch(fail);
  });
}

const unary =
  <Request, Response>(answer: (request: Request) => Promise<Response>) =>
  (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    answer(call.request).then(
      (response) => callback(null, response),
      (cause: unknown) => callback(asStatus(cause)),
    );
  };

/** Writes as fast as the reader reads. */
function send<T>(call: ServerWritableStream<unknown, T>, items: AsyncGenerator<T>): void {
  let wake: (() => void) | undefined;
  const proceed = (): void => wake?.();
  call.on('drain', proceed);
  call.on('cancelled', proceed);
  const run = async (): Promise<void> => {
    for await (const item of items) {
      if (call.cancelled) break;
      if (call.write(item)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    call.end();
  };
  run().catch((cause: unknown) => call.emit('error', asStatus(cause)));
}

const codes: Readonly<{ [K in CollectorError['code']]: status }> = {
  config: status.INTERNAL,
  storage: status.UNAVAILABLE,
  request: status.INVALID_ARGUMENT,
  'not-found': status.NOT_FOUND,
  'log-key': status.INTERNAL,
  'rolled-back': status.DATA_LOSS,
};

/** What a caller is told; the cause of an internal failure stays in our log. */
const asStatus = (cause: unknown): { readonly code: status; readonly details: string } =>
  cause instanceof CollectorError
    ? { code: codes[cause.code], details: cause.message }
    : { code: status.UNAVAILABLE, details: "the collector's database does not answer; try again" };
