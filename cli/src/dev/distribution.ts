import {
  Server,
  ServerCredentials,
  status,
  type ServerDuplexStream,
  type StatusObject,
} from '@grpc/grpc-js';
import { policyDistributionService, type postern } from '@postern/proto';
import { timingSafeEqual } from 'node:crypto';

type ProxyMessage = postern.policy.v1.IProxyMessage;
type Call = ServerDuplexStream<ProxyMessage, postern.policy.v1.IControlMessage>;

/** What the proxy enforces; sent whole to every subscriber, at first and whenever it changes. */
export interface Distributed {
  readonly assignment: postern.policy.v1.IAssignment;
  readonly bundle: postern.policy.v1.IBundle;
}

export interface DistributionEvents {
  listening(database: string, address: string): void;
  /** @param error empty when the bundle is enforced */
  acknowledged(digest: string, error: string): void;
}

/**
 * The policy distribution that the operator serves in a cluster, for one proxy on this machine.
 * A proxy that does not know the token is turned away.
 */
export class Distribution {
  readonly #server = new Server({ 'grpc.max_receive_message_length': 1 << 20 });
  readonly #token: Buffer;
  readonly #events: DistributionEvents;
  readonly #subscribers = new Set<Call>();
  #current: Distributed;

  constructor(token: string, first: Distributed, events: DistributionEvents) {
    this.#token = Buffer.from(token);
    this.#current = first;
    this.#events = events;
    this.#server.addService(policyDistributionService, {
      subscribe: (call: Call) => {
        this.#serve(call);
      },
    });
  }

  /** @returns host:port it serves on, loopback */
  async listen(): Promise<string> {
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (thrown, bound) => {
        if (thrown) reject(thrown);
        else resolve(bound);
      });
    });
    return `127.0.0.1:${port}`;
  }

  publish(next: Distributed): void {
    this.#current = next;
    for (const call of this.#subscribers) this.#push(call);
  }

  /** For whoever subscribes from now on; those who are there know it already. */
  remember(next: Distributed): void {
    this.#current = next;
  }

  close(): void {
    this.#server.forceShutdown();
  }

  #serve(call: Call): void {
    let admitted = false;
    call.on('data', (message: ProxyMessage) => {
      if (message.hello) {
        if (!this.#knows(message.hello.token ?? '')) {
          refuse(call, status.UNAUTHENTICATED, 'unknown token');
          return;
        }
        admitted = true;
        this.#subscribers.add(call);
        this.#push(call);
        return;
      }
      if (!admitted) {
        refuse(call, status.FAILED_PRECONDITION, 'the first message is Hello');
        return;
      }
      if (message.listening) {
        this.#events.listening(message.listening.database ?? '', message.listening.address ?? '');
      }
      if (message.acknowledgement) {
        const { bundleDigest, error } = message.acknowledgement;
        this.#events.acknowledged(bundleDigest ?? '', error ?? '');
      }
    });
    const gone = (): void => {
      this.#subscribers.delete(call);
    };
    call.on('end', () => {
      gone();
      call.end();
    });
    call.on('cancelled', gone);
    call.on('error', gone);
  }

  #knows(token: string): boolean {
    const given = Buffer.from(token);
    return given.length === this.#token.length && timingSafeEqual(given, this.#token);
  }

  #push(call: Call): void {
    call.write({ assignment: this.#current.assignment });
    call.write({ bundle: this.#current.bundle });
  }
}

const refuse = (call: Call, code: status, details: string): void => {
  const why: Partial<StatusObject> = { code, details };
  call.emit('error', why);
};
