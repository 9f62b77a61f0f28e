import type { Socket } from 'node:net';
import { joinAddress } from '../address.js';
import type { Database, Endpoint } from '../control/assignment.js';
import { connectUpstream, UpstreamError } from '../upstream/connect.js';
import { type EndpointRoles, suits } from '../upstream/roles.js';
import type { BackendKeyData } from '../wire/backend/backend-key-data.js';
import { encodeStartup, type StartupMessage } from '../wire/startup.js';
import { type LoginResult, relayLogin } from './authentication.js';
import { Rejection } from './rejection.js';
import { roleOf } from './server-role.js';
import { sqlstate } from './refusal.js';

export interface AttachOptions {
  readonly client: Socket;
  readonly clientEncrypted: boolean;
  readonly startup: StartupMessage;
  /** bytes the client sent behind its start-up packet */
  readonly early: Buffer;
  readonly database: Database;
  readonly roles: EndpointRoles;
  /** milliseconds */
  readonly timeouts: { readonly login: number; readonly connect: number };
  /** Gives the client a key of ours for the server's. */
  readonly issueKey: (server: BackendKeyData, endpoint: Endpoint) => BackendKeyData;
}

export interface Attached {
  readonly server: Socket;
  readonly login: Extract<LoginResult, { readonly kind: 'ready' }>;
}

export type AttachResult =
  | { readonly kind: 'attached'; readonly attached: Attached }
  | Extract<LoginResult, { readonly kind: 'refused' }>
  /** nobody is there any more to be told */
  | { readonly kind: 'gone' };

/**
 * Connects a client to the first server that will do and relays its log-in there. Another server is
 * tried as long as the client has not said its password, which it says only once.
 *
 * @throws Rejection | UpstreamError | ProtocolError
 */
export async function attach(options: AttachOptions): Promise<AttachResult> {
  const { database, client } = options;
  const attrs = database.targetSessionAttrs;
  const endpoints = options.roles.order(database.endpoints, attrs);
  let failure: unknown = new UpstreamError(
    'unreachable',
    `Database ${database.id} names no endpoint`,
  );
  let { early } = options;
  for (const [i, endpoint] of endpoints.entries()) {
    const last = i === endpoints.length - 1;
    let server: Socket;
    let encrypted: boolean;
    try {
      ({ socket: server, encrypted } = await connectUpstream({
        endpoint,
        tls: database.tls,
        timeout: options.timeouts.connect,
      }));
    } catch (cause) {
      failure = cause;
      continue;
    }
    // The client may have gone while we were connecting; then its 'close' is over.
    if (client.destroyed || client.writableEnded) {
      server.destroy();
      client.destroy();
      return { kind: 'gone' };
    }
    const goneToo = (): void => {
      server.destroy();
    };
    client.once('close', goneToo);
    server.write(encodeStartup(options.startup));
    const login = await relayLogin({
      client,
      server,
      clientEncrypted: options.clientEncrypted,
      serverEncrypted: encrypted,
      early,
      issueKey: (key) => options.issueKey(key, endpoint),
      timeout: options.timeouts.login,
      hold: attrs !== 'any',
      another: !last,
    });
    const dismiss = (cause: unknown): void => {
      client.off('close', goneToo);
      server.destroy();
      failure = cause;
    };
    switch (login.kind) {
      case 'ready': {
        if (attrs === 'any') return { kind: 'attached', attached: { server, login } };
        const role = await roleOf(login.parameters, server, options.timeouts.login);
        options.roles.remember(endpoint, role);
        // of several that prefer, the last one has to do
        if (suits(attrs, role) || (attrs === 'prefer-standby' && (last || login.authenticated))) {
          return { kind: 'attached', attached: { server, login } };
        }
        dismiss(notWhatIsWanted(attrs, endpoint, login.authenticated && !last));
        if (login.authenticated) throw failure;
        early = login.fromClient;
        break;
      }
      case 'unavailable':
        dismiss(new Rejection(login.sqlstate, login.message, 'No endpoint is ready.'));
        early = login.fromClient;
        break;
      case 'refused':
        server.destroy();
        return login;
      case 'closed':
        if (login.by === 'client') {
          server.destroy();
          client.destroy();
          return { kind: 'gone' };
        }
        throw new Rejection(
          sqlstate.connectionFailure,
          'the server closed the connection during log-in',
          "Look at the server's log.",
        );
      case 'bound-elsewhere':
        server.destroy();
        throw new Rejection(
          sqlstate.invalidAuthorization,
          "SCRAM channel binding cannot reach through Postern: the client binds to Postern's certificate, not to the server's",
          'Connect with channel_binding=disable.',
        );
      default:
        login satisfies never;
    }
  }
  throw failure;
}

const notWhatIsWanted = (attrs: string, endpoint: Endpoint, another: boolean): Rejection =>
  new Rejection(
    sqlstate.cannotConnectNow,
    `${joinAddress(endpoint)} is not a server for targetSessionAttrs ${attrs}`,
    another
      ? 'Connect again: Postern now knows, and tries the others first.'
      : 'No endpoint of the Database object is.',
  );
