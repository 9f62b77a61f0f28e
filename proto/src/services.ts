import { postern } from '../generated/messages.js';

const { audit, policy } = postern;

/** One message type as grpc-js wants it. */
interface Codec<T, I> {
  encode(message: I): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** What `grpc.Server.addService` and `grpc.makeGenericClientConstructor` need of one method. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (message: Request) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (message: Response) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

type Streams = 'unary' | 'server' | 'both';

const toBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const method = <Request extends RequestIn, Response extends ResponseIn, RequestIn, ResponseIn>(
  path: string,
  streams: Streams,
  request: Codec<Request, RequestIn>,
  response: Codec<Response, ResponseIn>,
): Method<RequestIn, ResponseIn> => ({
  path,
  requestStream: streams === 'both',
  responseStream: streams !== 'unary',
  requestSerialize: (message) => toBuffer(request.encode(message).finish()),
  requestDeserialize: (bytes) => request.decode(bytes),
  responseSerialize: (message) => toBuffer(response.encode(message).finish()),
  responseDeserialize: (bytes) => response.decode(bytes),
});

/** `postern.audit.v1.Audit`: proxies to collector. */
export const auditService = {
  stream: method(
    '/postern.audit.v1.Audit/Stream',
    'both',
    audit.v1.StreamRequest,
    audit.v1.StreamResponse,
  ),
} as const;

/** `postern.audit.v1.Timeline`: reading the record. */
export const timelineService = {
  search: method(
    '/postern.audit.v1.Timeline/Search',
    'unary',
    audit.v1.SearchRequest,
    audit.v1.SearchResponse,
  ),
  tail: method('/postern.audit.v1.Timeline/Tail', 'server', audit.v1.SearchRequest, audit.v1.Entry),
  get: method('/postern.audit.v1.Timeline/Get', 'unary', audit.v1.GetRequest, audit.v1.Entry),
  export: method(
    '/postern.audit.v1.Timeline/Export',
    'server',
    audit.v1.ExportRequest,
    audit.v1.ExportChunk,
  ),
} as const;

/** `postern.policy.v1.PolicyDistribution`: operator (or `postern dev`) to proxies. */
export const policyDistributionService = {
  subscribe: method(
    '/postern.policy.v1.PolicyDistribution/Subscribe',
    'both',
    policy.v1.ProxyMessage,
    policy.v1.ControlMessage,
  ),
} as const;
