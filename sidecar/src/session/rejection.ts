import { UpstreamError } from '../upstream/connect.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { type Refusal, sqlstate } from './refusal.js';

/** Why a connection did not become a session, in the client's words. */
export class Rejection extends Error {
  readonly sqlstate: string;
  readonly hint: string;

  constructor(state: string, message: string, hint: string) {
    super(message);
    this.name = 'Rejection';
    this.sqlstate = state;
    this.hint = hint;
  }
}

/** What a client is told of whatever kept its connection from becoming a session. */
export function inWords(
  cause: unknown,
): Refusal & { readonly hint: string; readonly stage: 'analysis' } {
  if (cause instanceof Rejection) {
    const { sqlstate: state, message, hint } = cause;
    return { sqlstate: state, message, hint, stage: 'analysis' };
  }
  if (cause instanceof ProtocolError) {
    return {
      sqlstate: sqlstate.protocolViolation,
      message: cause.message,
      hint: 'Speak PostgreSQL protocol 3.',
      stage: 'analysis',
    };
  }
  if (cause instanceof UpstreamError) {
    return {
      sqlstate: sqlstate.cannotConnect,
      message: `Postern cannot reach the database: ${cause.message}`,
      hint: upstreamHints[cause.code],
      stage: 'analysis',
    };
  }
  return {
    sqlstate: sqlstate.internalError,
    message: 'internal error in Postern',
    hint: "See the proxy's log.",
    stage: 'analysis',
  };
}

const upstreamHints: Readonly<Record<UpstreamError['code'], string>> = {
  unreachable: 'Is the server up, and are host and port in the Database object right?',
  timeout: 'Is the server reachable from here (network policy, firewall)?',
  'no-tls': 'Enable TLS on the server, or set tls.mode in the Database object.',
  certificate:
    "Check tls.mode and tls.caSecretRef in the Database object against the server's certificate.",
  protocol: 'Is a PostgreSQL server listening at that endpoint?',
};
