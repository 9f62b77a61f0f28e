import type { Socket } from 'node:net';
import { Authentication } from '../wire/backend/authentication.js';
import { BackendKeyData } from '../wire/backend/backend-key-data.js';
import { decodeErrorFields, type ErrorFields } from '../wire/backend/error-response.js';
import { Body } from '../wire/body.js';
import { Framer, headerLength } from '../wire/framer.js';
import { backendFraming, passwordLimit } from '../wire/limits.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { backendType, frontendType } from '../wire/types.js';
import { sqlstate } from './refusal.js';

const channelBound = 'SCRAM-SHA-256-PLUS';

/** How the server's side of a log-in went. */
export type LoginResult =
  | {
      readonly kind: 'ready';
      readonly parameters: ReadonlyMap<string, string>;
      /** The client has shown a password or the like, which it does only once. */
      readonly authenticated: boolean;
      /** What was held back from the client, AuthenticationOk first. */
      readonly held: readonly Buffer[];
      /** The first ReadyForQuery, not sent to the client yet. */
      readonly ready: Buffer;
      readonly fromClient: Buffer;
      readonly fromServer: Buffer;
    }
  /** The server refused; the client has been told in the server's words. */
  | { readonly kind: 'refused'; readonly sqlstate: string }
  /** The server takes nobody now, and another may be tried; the client has not been told. */
  | {
      readonly kind: 'unavailable';
      readonly sqlstate: string;
      readonly message: string;
      readonly fromClient: Buffer;
    }
  | { readonly kind: 'closed'; readonly by: 'client' | 'server' }
  /** The client insists on what two legs of TLS cannot give; it has not been told. */
  | { readonly kind: 'bound-elsewhere' };

export interface LoginOptions {
  readonly client: Socket;
  readonly server: Socket;
  readonly clientEncrypted: boolean;
  readonly serverEncrypted: boolean;
  /** bytes the client sent behind its start-up packet */
  readonly early: Buffer;
  /** Gives the client a key of ours for the server's. */
  readonly issueKey: (server: BackendKeyData) => BackendKeyData;
  /** milliseconds for the whole exchange */
  readonly timeout: number;
  /** Hold back what comes after the password, until it is known whether this server will do. */
  readonly hold: boolean;
  /** There is another server to try. */
  readonly another: boolean;
}

/**
 * Relays a client's own log-in byte for byte (cleartext, md5, SCRAM), up to the first ReadyForQuery.
 * What `p` means is between client and server; only the offer of channel binding is taken back, since
 * the client cannot bind to the server's certificate. An encrypted client then says that it could have
 * (RFC 5802, section 6: `y`), which a server that did offer it takes for an attack: such a client is told
 * what to do instead.
 *
 * @throws ProtocolError when either side leaves the protocol
 */
export function relayLogin(options: LoginOptions): Promise<LoginResult> {
  const { client, server } = options;
  return new Promise((resolve, reject) => {
    const fromClient = new Framer({
      from: 'frontend',
      streams: () => false,
      limit: (type) => (type === frontendType.password ? passwordLimit : 0),
    });
    const fromServer = new Framer({ ...backendFraming, streams: () => false });
    const parameters = new Map<string, string>();
    const held: Buffer[] = [];
    /** The server is content with the client. */
    let accepted = false;
    /** The server waits for an answer of the client. */
    let asked = false;
    /** The client has said something for that. */
    let authenticated = false;
    /** The server offered channel binding; the next `p` is the client's choice of a mechanism. */
    let offered = false;

    const timer = setTimeout(() => {
      stop();
      reject(new ProtocolError('unexpected', 'authentication did not finish in time'));
    }, options.timeout);
    const stop = (): void => {
      clearTimeout(timer);
      client.off('data', onClient);
      server.off('data', onServer);
      client.off('close', onClientClose);
      client.off('end', hearClient);
      server.off('close', onServerClose);
      client.pause();
      server.pause();
    };
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (cause) {
        stop();
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      }
    };
    const hearClient = (): void => {
      // After AuthenticationOk everything waits for the session, which decides it; what is no answer to
      // the server's question waits likewise, unless the server has asked one.
      while (!accepted && (asked || fromClient.nextType === frontendType.password)) {
        if (fromClient.nextType !== frontendType.password && fromClient.nextType !== undefined) {
          throw new ProtocolError(
            'unexpected',
            `expected password response, got message type ${String(fromClient.nextType)}`,
          );
        }
        if (!fromClient.next()) {
          // What was asked for will never come.
          if (asked && client.readableEnded) onClientClose();
          break;
        }
        asked = false;
        if (offered && options.clientEncrypted && insists(fromClient)) {
          stop();
          resolve({ kind: 'bound-elsewhere' });
          return;
        }
        offered = false;
        authenticated = true;
        server.write(fromClient.buffer.subarray(fromClient.start, fromClient.end));
      }
      if (accepted) client.pause();
    };
    const onClient = (chunk: Buffer): void =>
      attempt(() => {
        fromClient.push(chunk);
        hearClient();
      });
    const onClientClose = (): void => {
      stop();
      resolve({ kind: 'closed', by: 'client' });
    };
    const onServerClose = (): void => {
      stop();
      resolve(
        options.another && !authenticated
          ? unavailable(sqlstate.connectionFailure, 'the server closed the connection')
          : { kind: 'closed', by: 'server' },
      );
    };
    const onServer = (chunk: Buffer): void =>
      attempt(() => {
        fromServer.push(chunk);
        while (fromServer.next()) if (hearServer(fromServer)) return;
      });
    const tell = (bytes: Buffer): void => {
      if (accepted && options.hold) {
        held.push(Buffer.from(bytes));
        return;
      }
      for (const earlier of held.splice(0)) client.write(earlier);
      client.write(bytes);
    };
    /** @returns true when the log-in is over */
    const hearServer = (f: Framer): boolean => {
      const whole = f.buffer.subarray(f.start, f.end);
      const body = new Body(f.buffer, f.start + headerLength, f.end);
      switch (f.type) {
        case backendType.authentication: {
          const message = Authentication.decode(body);
          if (message.kind === 'Ok') accepted = true;
          else asked = message.kind === 'SASL' || message.kind === 'Step';
          offered =
            options.serverEncrypted &&
            message.kind === 'SASL' &&
            message.mechanisms.includes(channelBound);
          tell(offered && message.kind === 'SASL' ? withoutBinding(message.mechanisms) : whole);
          hearClient();
          return false;
        }
        case backendType.parameterStatus:
          parameters.set(body.cstring(), body.cstring());
          tell(whole);
          return false;
        case backendType.backendKeyData:
          tell(BackendKeyData.encode(options.issueKey(BackendKeyData.decode(body))));
          return false;
        case backendType.negotiateProtocolVersion:
          // Said once: the next server may say it too.
          if (options.hold) held.push(Buffer.from(whole));
          else client.write(whole);
          return false;
        case backendType.noticeResponse:
          tell(whole);
          return false;
        case backendType.errorResponse:
          stop();
          resolve(refusedWith(whole, decodeErrorFields(body)));
          return true;
        case backendType.readyForQuery:
          stop();
          resolve({
            kind: 'ready',
            parameters,
            authenticated,
            held,
            ready: Buffer.from(whole),
            fromClient: fromClient.takePending(),
            fromServer: f.takePending(),
          });
          return true;
        default:
          throw new ProtocolError(
            'unexpected',
            `server message type ${String(f.type)} during authentication`,
          );
      }
    };
    const unavailable = (state: string, message: string): LoginResult => ({
      kind: 'unavailable',
      sqlstate: state,
      message,
      fromClient: fromClient.takePending(),
    });
    const refusedWith = (whole: Buffer, fields: ErrorFields): LoginResult => {
      const state = fields.get('C') ?? 'XX000';
      if (state === sqlstate.cannotConnectNow && options.another && !authenticated)
        return unavailable(state, fields.get('M') ?? 'the server takes no connections now');
      for (const bytes of held) client.write(bytes);
      client.write(whole);
      return { kind: 'refused', sqlstate: state };
    };
    client.on('data', onClient);
    server.on('data', onServer);
    client.on('close', onClientClose);
    client.on('end', hearClient);
    server.on('close', onServerClose);
    if (options.early.length > 0) onClient(options.early);
    client.resume();
    server.resume();
  });
}

const withoutBinding = (mechanisms: readonly string[]): Buffer =>
  Authentication.encodeSasl(mechanisms.filter((name) => name !== channelBound));

/** Does a SASLInitialResponse say that the client could bind to the channel (gs2-cbind-flag `y`)? */
function insists(f: Framer): boolean {
  const body = new Body(f.buffer, f.start + headerLength, f.end);
  body.cstring();
  return body.int32() > 0 && body.uint8() === 0x79;
}
