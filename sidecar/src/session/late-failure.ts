import { backendType } from '../wire/types.js';
import type { TransactionStatus } from '../wire/backend/ready-for-query.js';
import { encodeQuery } from './frame.js';
import { owe } from './owed.js';
import { standIn } from './refusal.js';
import type { Session } from './session.js';

/**
 * A result that was cut after the server had finished with it, and with what ends its cycle: for the client
 * its statement failed, so a transaction block must fail too before the client hears that the connection is
 * ready.
 */
export class LateFailure {
  private readonly session: Session;
  /** Its ReadyForQuery has not come yet. */
  due = false;

  constructor(session: Session) {
    this.session = session;
  }

  /** At the next ReadyForQuery. */
  arrange(): void {
    this.due = true;
  }

  /** @returns true when this ReadyForQuery is replaced by the one after a failing statement of ours */
  replaces(status: TransactionStatus): boolean {
    const fail = this.due && status === 'T';
    this.due = false;
    if (!fail) return false;
    const { session } = this;
    session.owed.push(
      owe('query', {
        own: {
          row: () => undefined,
          failed: () => undefined,
          ready: () => {
            session.toClient.write(
              Buffer.from([backendType.readyForQuery, 0, 0, 0, 5, session.status.charCodeAt(0)]),
            );
          },
        },
      }),
    );
    session.toServer.write(encodeQuery(standIn.analysis.sql));
    return true;
  }
}
