import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { AuditSink } from '../audit/index.js';
import type { Database } from '../control/assignment.js';
import type { DatabaseGovernance } from '../enforcement/database-governance.js';
import type { Governance } from '../enforcement/governance.js';
import { SessionGovernance, type SessionLogin } from '../enforcement/session-governance.js';
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
import { checkReplication, Replication } from './replication.js';
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
  readonly opened: (session: Attended) => void;
  readonly closed: (session: Attended) => void;
}

/** A client's session, as far as the end of the process concerns it. */
export interface Attended {
  /** Ends it as soon as nothing runs. */
  drain(): void;
  /** Ends it. */
  terminate(): void;
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
  const { replicates, ...who } = checkStartup(startup, database);
  if (replicates) checkReplication(governance.replication(databaseId, who));
  let cancel: () => Promise<void> = () => Promise.resolve();
  let cancelRequested = (): Promise<void> => cancel();
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
      const issued = parts.keys.issue(serverKey, () => cancelRequested());
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
  const audit = parts.sink.openSession({
    identity: governance.identity,
    claims: governance.claims,
    workload: governance.workload,
    database: databaseId,
    environment: database.facts.environment ?? '',
    region: database.facts.region ?? '',
    ...who,
    clientAddress: address,
    bundleDigest: governance.bundleDigest,
    serverVersion: greeting.parameters.get('server_version') ?? '',
  });
  const log = parts.log.child({ session: audit.id });
  const open = (session: Attended & { start(client: Buffer, server: Buffer): void }): void => {
    parts.opened(session);
    for (const held of greeting.held) client.write(held);
    client.write(greeting.ready);
    session.start(greeting.fromClient, greeting.fromServer);
  };
  if (replicates) {
    const replication: Replication = new Replication({
      ...{ client, server, audit, log, sink: parts.sink },
      verdict: () => (parts.governance() ?? governance).replication(databaseId, who),
      closed: () => {
        revoke();
        parts.closed(replication);
      },
    });
    open(replication);
    return;
  }
  const serverVersion = greeting.parameters.get('server_version') ?? '';
  const sessionGovernance = new SessionGovernance(
    governingOf(
      () => parts.governance() ?? governance,
      databaseId,
      who.databaseName,
      serverVersion,
    ),
    who,
    parts.now,
  );
  for (const [name, value] of greeting.parameters) sessionGovernance.parameterChanged(name, value);
  const session: Session = new Session({
    ...{ client, server, audit, log, cancel },
    governance: sessionGovernance,
    ...{ sink: parts.sink, turn: parts.turn, now: parts.now, held: parts.held },
    closed: () => {
      revoke();
      parts.closed(session);
    },
  });
  cancelRequested = () => session.cancelRequested();
  open(session);
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
): SessionLogin & { readonly replicates: boolean } {
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
  // As a bool of the server's, or `database` for logical replication (postmaster.c).
  const replication = startup.parameters.get('replication');
  const replicates = replication !== undefined && !/^(0|f|false|n|no|off)$/i.test(replication);
  const databaseName = startup.parameters.get('database') ?? user;
  const { databaseNames } = database;
  // Physical replication is of the whole server.
  const named = !replicates || replication === 'database';
  if (named && databaseNames.length > 0 && !databaseNames.includes(databaseName)) {
    throw new Rejection(
      '3D000',
      `database "${databaseName}" is not governed here`,
      `Database ${database.id} names: ${databaseNames.join(', ')}.`,
    );
  }
  const applicationName = startup.parameters.get('application_name') ?? '';
  return { user, databaseName, applicationName, replicates };
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
