import { type ClientDuplexStream, Client, credentials } from '@grpc/grpc-js';
import { policyDistributionService, type postern } from '@postern/proto';
import type { Logger } from 'pino';

type FromProxy = postern.policy.v1.IProxyMessage;
type FromControl = postern.policy.v1.IControlMessage;

export interface ControlParts {
  /** host:port */
  readonly address: string;
  /** read anew for each connection: projected tokens are rotated */
  readonly token: () => Promise<string>;
  readonly proxyId: string;
  readonly version: string;
  /** digest of the bundle in force, empty before the first */
  readonly digest: () => string;
  readonly receive: (message: FromControl) => Promise<void>;
  readonly log: Logger;
  readonly random: () => number;
}

const firstPause = 200;
const longestPause = 15_000;

/**
 * The one stream a proxy keeps to the policy distribution service. It comes back after every loss,
 * with jitter; what was received last stays in force meanwhile.
 */
export class ControlStream {
  private readonly parts: ControlParts;
  private readonly client: Client;
  private stream: ClientDuplexStream<FromProxy, FromControl> | undefined;
  private readonly listening = new Map<string, string>();
  private pause = firstPause;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  /** messages are dealt with one after the other */
  private work: Promise<void> = Promise.resolve();

  constructor(parts: ControlParts) {
    this.parts = parts;
    this.client = new Client(parts.address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': 64 * 1024 * 1024,
      'grpc.keepalive_time_ms': 20_000,
    });
  }

  get connected(): boolean {
    return this.stream !== undefined;
  }

  start(): void {
    this.parts.token().then(
      (token) => this.open(token),
      (cause: unknown) => this.lost(cause),
    );
  }

  /** Tells the control plane where a database's clients are accepted; said again after a reconnect. */
  announce(database: string, address: string): void {
    this.listening.set(database, address);
    this.stream?.write({ listening: { database, address } });
  }

  acknowledge(digest: string, error: string): void {
    this.stream?.write({ acknowledgement: { bundleDigest: digest, error } });
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.stream?.end();
    this.client.close();
  }

  private open(token: string): void {
    if (this.stopped) return;
    const { subscribe } = policyDistributionService;
    const stream = this.client.makeBidiStreamRequest<FromProxy, FromControl>(
      subscribe.path,
      subscribe.requestSerialize,
      subscribe.responseDeserialize,
    );
    this.stream = stream;
    const { proxyId, version } = this.parts;
    stream.write({ hello: { token, proxyId, version, bundleDigest: this.parts.digest() } });
    for (const [database, address] of this.listening)
      stream.write({ listening: { database, address } });
    stream.on('data', (message: FromControl) => {
      this.pause = firstPause;
      this.work = this.work
        .then(() => this.parts.receive(message))
        .catch((cause: unknown) =>
          this.parts.log.error({ err: cause }, 'message from the control plane'),
        );
    });
    stream.once('error', (cause) => this.lost(cause));
    stream.once('end', () => this.lost(new Error('the control plane closed the stream')));
  }

  private lost(cause: unknown): void {
    if (this.stopped || this.timer !== undefined) return;
    this.stream?.removeAllListeners('end');
    this.stream?.on('error', () => undefined);
    this.stream = undefined;
    this.parts.log.warn({ err: cause }, 'policy stream lost; the last bundle stays in force');
    const delay = this.pause * (0.5 + this.parts.random());
    this.pause = Math.min(this.pause * 2, longestPause);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.start();
    }, delay);
  }
}
