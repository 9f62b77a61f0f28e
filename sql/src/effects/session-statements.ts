import type { DiscardMode, TransactionStmtKind, VariableSetStmt } from '@pgsql/types';
import type { SessionEffect } from '../analysis.js';
import { as } from '../parse/nodes.js';
import { harmlessSetting } from '../resolve/harmless-settings.js';
import type { Outcome } from './outcome.js';

type Verb = Extract<SessionEffect, { readonly kind: 'transaction' }>['verb'];

const transactions: { readonly [K in TransactionStmtKind]: readonly [string, Verb] } = {
  TRANS_STMT_BEGIN: ['BEGIN', 'begin'],
  TRANS_STMT_START: ['START TRANSACTION', 'begin'],
  TRANS_STMT_COMMIT: ['COMMIT', 'commit'],
  TRANS_STMT_ROLLBACK: ['ROLLBACK', 'rollback'],
  TRANS_STMT_SAVEPOINT: ['SAVEPOINT', 'savepoint'],
  TRANS_STMT_RELEASE: ['RELEASE', 'other'],
  TRANS_STMT_ROLLBACK_TO: ['ROLLBACK', 'other'],
  TRANS_STMT_PREPARE: ['PREPARE TRANSACTION', 'other'],
  TRANS_STMT_COMMIT_PREPARED: ['COMMIT PREPARED', 'other'],
  TRANS_STMT_ROLLBACK_PREPARED: ['ROLLBACK PREPARED', 'other'],
};

export const transaction = (kind: TransactionStmtKind | undefined): Outcome => {
  const [command, verb] = transactions[kind ?? 'TRANS_STMT_BEGIN'];
  return { command, session: [{ kind: 'transaction', verb }] };
};

const discards: { readonly [K in DiscardMode]: string } = {
  DISCARD_ALL: 'DISCARD ALL',
  DISCARD_PLANS: 'DISCARD PLANS',
  DISCARD_SEQUENCES: 'DISCARD SEQUENCES',
  DISCARD_TEMP: 'DISCARD TEMP',
};

/** Prepared statements, cursors and settings go with all of it, and with no part. */
export const discard = (mode: DiscardMode = 'DISCARD_ALL'): Outcome => ({
  command: discards[mode],
  session: [
    ...(mode === 'DISCARD_ALL' ? [{ kind: 'discard' } as const] : []),
    ...(mode === 'DISCARD_ALL' || mode === 'DISCARD_TEMP'
      ? [{ kind: 'catalogue', temporary: true } as const]
      : []),
  ],
});

const isHarmless = (name: string, values: readonly string[]): boolean => {
  if (name === 'standard_conforming_strings')
    return values.every((v) => /^(on|true|yes|1)$/i.test(v));
  // Other encodings may have a backslash or quote inside a character: the server would read another statement.
  if (name === 'client_encoding') return values.every((v) => /^(utf-?8|unicode|default)$/i.test(v));
  return harmlessSetting(name);
};

export const setVariable = (stmt: VariableSetStmt): Outcome => {
  if (stmt.kind === 'VAR_RESET_ALL')
    return { command: 'RESET', session: [{ kind: 'settings', names: ['*'] }] };
  const name = (stmt.name ?? '').toLowerCase();
  const session: readonly SessionEffect[] = [{ kind: 'settings', names: [name] }];
  if (stmt.kind === 'VAR_RESET') return { command: 'RESET', session };
  if (stmt.kind === 'VAR_SET_MULTI')
    return name === 'transaction snapshot'
      ? { command: 'SET', session: [{ kind: 'transaction', verb: 'other' }] }
      : {
          command: 'SET',
          session: [
            {
              kind: 'settings',
              names: ['transaction_isolation', 'transaction_read_only', 'transaction_deferrable'],
            },
          ],
        };
  const values = (stmt.args ?? []).map((arg) => as(arg, 'A_Const')?.sval?.sval ?? '');
  if (stmt.kind === 'VAR_SET_DEFAULT' || isHarmless(name, values))
    return { command: 'SET', session };
  return { command: 'SET', session, deeds: [{ action: 'config' }], readOnly: false };
};
