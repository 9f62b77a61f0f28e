import { Client, type ClientReadableStream, credentials, status } from '@grpc/grpc-js';
import { type postern, timelineService } from '@postern/proto';
import { CliError, messageOf } from '../errors.js';
import type { SearchRequest } from './filters.js';

export type Entry = postern.audit.v1.IEntry;
export type SearchResponse = postern.audit.v1.ISearchResponse;
export type ExportChunk = postern.audit.v1.IExportChunk;

/** milliseconds until an answer that does not stream */
const patience = 30_000;

/** Reads the record at a collector. Errors are `CliError`s. */
export class Timeline {
  readonly #client: Client;
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
    });
  }

  search(request: SearchRequest): Promise<SearchResponse> {
    return this.#ask(timelineService.search, request);
  }

  get(id: string): Promise<Entry> {
    return this.#ask(timelineService.get, { id });
  }

  /** Until `signal` aborts or the collector ends. */
  async *tail(request: SearchRequest, signal: AbortSignal): AsyncGenerator<Entry> {
    yield* this.#stream<SearchRequest, Entry>(timelineService.tail, request, signal);
  }

  async *export(): AsyncGenerator<ExportChunk> {
    yield* this.#stream<object, ExportChunk>(timelineService.export, {}, undefined);
  }

  close(): void {
    this.#client.close();
  }

  #ask<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        { deadline: Date.now() + patience },
        (failure, response) => {
          if (failure !== null) reject(explained(failure, this.#address));
          else if (response !== undefined) resolve(response);
        },
      );
    });
  }

  async *#stream<Request, Response>(
    method: Method<Request, unknown>,
    request: Request,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Response> {
    const call = this.#client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
    ) as ClientReadableStream<Response>;
    const cancel = (): void => {
      call.cancel();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      for await (const item of call) yield item as Response;
    } catch (thrown) {
      if (signal?.aborted === true) return;
      throw explained(thrown, this.#address);
    } finally {
      signal?.removeEventListener('abort', cancel);
      // also when the reader stops early
      call.cancel();
    }
  }
}

interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (message: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

const explained = (thrown: unknown, address: string): CliError => {
  const code = field(thrown, 'code');
  const details = field(thrown, 'details');
  const said = typeof details === 'string' && details !== '' ? details : messageOf(thrown);
  const options = { cause: thrown };
  switch (code) {
    case status.INVALID_ARGUMENT:
      return new CliError(
        'bad-request',
        said,
        'postern audit search --help lists the filters',
        options,
      );
    case status.NOT_FOUND:
      return new CliError('no-event', said, 'postern audit search finds ids', options);
    case status.DATA_LOSS:
      return new CliError('log-rolled-back', said, 'compare with a backup or an export', options);
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
      return new CliError(
        'collector-unreachable',
        `the collector at ${address} does not answer: ${said}`,
        'is it running, and is this its gRPC address? postern dev prints it',
        options,
      );
    default:
      return new CliError(
        'collector-failed',
        `the collector at ${address}: ${said}`,
        undefined,
        options,
      );
  }
};

const field = (from: unknown, name: string): unknown =>
  typeof from === 'object' && from !== null ? (Reflect.get(from, name) as unknown) : undefined;
