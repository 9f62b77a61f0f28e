import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { AuditSink } from '../audit/index.js';
import type { Database } from '../control/assignment.js';
import type { DatabaseGovernance } from '../enforcement/database-governance.js';
import type { Governance } from '../enforcement/governance.js';
import { SessionGovernance } from '../enforcement/session-governance.js';
import { cancelUpstream } from '../upstream/cancel.js';
import type { EndpointRoles } from '../upstream/roles.js';
import { encodeErrorResponse } from '../wire/backend/error-response.js';
import type { StartupMessage } from '../wire/startup.js';
import { attach } from './attach.js';
import type { CancelKeys } from './cancel-keys.js';
import type { ClientTls } from './client-tls.js';
import { type FirstPacket, readFirstPacket } from './first-packet.js';
import { inWords, Rejection } from './rejection.js';
import { refusalFields, sqlstate } from './refusal.js';
import { Session, type SessionParts } from './session.js';
import type { Turn } from './turn.js';

export interface ConnectionParts {
  /** undefined while there is no bundle: nobody gets in */
  readonly governance: () => Governance | undefined;
  readonly keys: CancelKeys;
  /** what the servers were found to be */
  readonly roles: EndpointRoles;
  readonly sink: AuditSink;
  readonly turn: Turn;
  readonly log: Logger;
  readonly now: () => number;
  /** the clients' leg of TLS; undefined: plain text, as within a pod */
  readonly clientTls: ClientTls | undefined;
  readonly held: SessionParts['held'];
  /** false: as many clients are connected as may be */
  readonly room: () => boolean;
  /** milliseconds */
  readonly timeouts: { readonly startup: number; readonly login: number; readonly connect: number };
  readonly opened: (session: Session) => void;
  readonly closed: (session: Session) => void;
}

/** Takes one accepted socket through start-up and log-in; then a Session has it. */
export async function acceptConnection(
  accepted: Socket,
  databaseId: string,
  parts: ConnectionParts,
): Promise<void> {
  accepted.setNoDelay(true);
  accepted.setKeepAlive(true, 30_000);
  accepted.on('error', () => undefined);
  let client = accepted;
  try {
    const tls = parts.clientTls;
    const first = await readFirstPacket(accepted, { tls, timeout: parts.timeouts.startup });
    if (first === undefined) {
      accepted.destroy();
      return;
    }
    const { startup } = first;
    client = first.client;
    if (startup.kind === 'CancelRequest') {
      await parts.keys.cancel(startup.processId, startup.secretKey);
      dismiss(client);
      return;
    }
    await login({ ...first, startup }, databaseId, parts);
  } catch (cause) {
    reject(client, databaseId, cause, parts);
  }
}

async function login(
  first: FirstPacket & { readonly startup: StartupMessage },
  databaseId: string,
  parts: ConnectionParts,
): Promise<void> {
  const { client, encrypted, startup, rest: early } = first;
  if (!parts.room()) {
    throw new Rejection(
      sqlstate.tooManyConnections,
      'sorry, too many clients already',
      'This is the limit of the proxy (POSTERN_MAX_CONNECTIONS); close idle connections or raise it.',
    );
  }
  if (parts.clientTls?.required === true && !encrypted) {
    throw new Rejection(
      sqlstate.invalidAuthorization,
      'Postern accepts encrypted connections only',
      'Connect with sslmode=require or stronger.',
    );
  }
  const governance = parts.governance();
  const database = governance?.database(databaseId);
  if (governance === undefined || database === undefined) {
    throw new Rejection(
      sqlstate.cannotConnectNow,
      'Postern has no policy bundle yet',
      'It refuses connections until one arrives; look at the operator (or `postern dev`).',
    );
  }
  const { user, databaseName } = checkStartup(startup, database);
  let cancel: () => Promise<void> = () => Promise.resolve();
  let revoke: () => void = () => undefined;
  const result = await attach({
    client,
    clientEncrypted: encrypted,
    startup,
    early,
    database,
    roles: parts.roles,
    timeouts: parts.timeouts,
    issueKey: (serverKey, endpoint) => {
      revoke();
      cancel = () =>
        cancelUpstream({ endpoint, tls: database.tls, timeout: parts.timeouts.connect }, serverKey);
      const issued = parts.keys.issue(serverKey, cancel);
      ({ revoke } = issued);
      return issued.key;
    },
  });
  const address = client.remoteAddress ?? '';
  switch (result.kind) {
    case 'gone':
      revoke();
      return;
    case 'refused':
      revoke();
      parts.sink.refused({
        database: databaseId,
        clientAddress: address,
        sqlstate: result.sqlstate,
        reason: 'server',
      });
      parts.turn.touch({ flush: () => undefined, abandon: () => undefined });
      dismiss(client);
      return;
    case 'attached':
      break;
    default:
      result satisfies never;
      return;
  }
  const { server, login: greeting } = result.attached;
  const applicationName = startup.parameters.get('application_name') ?? '';
  const audit = parts.sink.openSession({
    identity: governance.identity,
    claims: governance.claims,
    workload: governance.workload,
    database: databaseId,
    environment: database.facts.environment ?? '',
    region: database.facts.region ?? '',
    databaseName,
    user,
    applicationName,
    clientAddress: address,
    bundleDigest: governance.bundleDigest,
    serverVersion: greeting.parameters.get('server_version') ?? '',
  });
  const serverVersion = greeting.parameters.get('server_version') ?? '';
  const sessionGovernance = new SessionGovernance(
    governingOf(() => parts.governance() ?? governance, databaseId, databaseName, serverVersion),
    { user, databaseName, applicationName },
    parts.now,
  );
  for (const [name, value] of greeting.parameters) sessionGovernance.parameterChanged(name, value);
  const session: Session = new Session({
    client,
    server,
    governance: sessionGovernance,
    audit,
    sink: parts.sink,
    turn: parts.turn,
    log: parts.log.child({ session: audit.id }),
    now: parts.now,
    held: parts.held,
    cancel,
    closed: () => {
      revoke();
      parts.closed(session);
    },
  });
  parts.opened(session);
  for (const held of greeting.held) client.write(held);
  client.write(greeting.ready);
  session.start(greeting.fromClient, greeting.fromServer);
}

/** What governs a session now; worked out again only when bundle or assignment changed. */
function governingOf(
  current: () => Governance,
  databaseId: string,
  databaseName: string,
  serverVersion: string,
): () => DatabaseGovernance {
  let seen: Governance | undefined;
  let known: DatabaseGovernance | undefined;
  return () => {
    const governance = current();
    if (known === undefined || governance !== seen) {
      seen = governance;
      known = governance.governing(databaseId, databaseName, serverVersion);
    }
    return known;
  };
}

/** What the client asked for in its StartupMessage, checked against the Database object. */
function checkStartup(
  startup: StartupMessage,
  database: Database,
): { readonly user: string; readonly databaseName: string } {
  if (startup.major !== 3) {
    throw new Rejection(
      sqlstate.featureNotSupported,
      `unsupported frontend protocol ${String(startup.major)}.${String(startup.minor)}: server supports 3.0 to 3.2`,
      'Use a client that speaks protocol 3.',
    );
  }
  const user = startup.parameters.get('user');
  if (user === undefined || user === '') {
    throw new Rejection(
      sqlstate.invalidAuthorization,
      'no PostgreSQL user name specified in startup packet',
      'Name a user.',
    );
  }
  const replication = startup.parameters.get('replication');
  if (replication !== undefined && !/^(0|f|false|n|no|off)$/i.test(replication)) {
    throw new Rejection(
      sqlstate.insufficientPrivilege,
      'replication connections are not allowed through Postern',
      'Connect to the server itself for replication.',
    );
  }
  const databaseName = startup.parameters.get('database') ?? user;
  const { databaseNames } = database;
  if (databaseNames.length > 0 && !databaseNames.includes(databaseName)) {
    throw new Rejection(
      '3D000',
      `database "${databaseName}" is not governed here`,
      `Database ${database.id} names: ${databaseNames.join(', ')}.`,
    );
  }
  return { user, databaseName };
}

function reject(client: Socket, database: string, cause: unknown, parts: ConnectionParts): void {
  const refusal = inWords(cause);
  const { sqlstate: state, message } = refusal;
  parts.log.warn({ sqlstate: state, err: cause instanceof Rejection ? undefined : cause }, message);
  parts.sink.refused({
    database,
    clientAddress: client.remoteAddress ?? '',
    sqlstate: state,
    reason: message,
  });
  const fields = refusalFields(refusal, 'FATAL');
  parts.turn.touch({
    flush: () => dismiss(client, encodeErrorResponse(fields)),
    abandon: () => dismiss(client, encodeErrorResponse(fields)),
  });
}

/** How long a client that is told to go may keep its connection open, milliseconds. */
const patience = 1000;

function dismiss(client: Socket, lastWords: Buffer = Buffer.alloc(0)): void {
  client.end(lastWords);
  // Its end is seen only by reading on.
  client.resume();
  setTimeout(() => client.destroy(), patience).unref();
}
