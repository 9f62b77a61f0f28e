import { type ColumnKnowledge, type Decision, type Evaluator, toInput } from '@postern/policy';
import { fingerprint, noFormerNames, normalise, SqlError } from '@postern/sql';
import type { AuditSink, StatementHandle } from '../audit/index.js';
import type { Assignment, Database } from '../control/assignment.js';
import { textDigest } from './database-governance.js';
import { sessionFactsOf } from './session-facts.js';
import type { SessionLogin } from './session-governance.js';
import { unanalysed } from './unanalysed.js';

export interface ReplicationParts extends Pick<Assignment, 'identity' | 'claims' | 'workload'> {
  readonly database: Database;
  readonly evaluator: Evaluator;
  readonly bundleDigest: string;
  readonly sink: AuditSink;
}

/** What policy says of a replication connection, and what of it goes on record. */
export interface ReplicationVerdict {
  readonly decision: Decision;
  /** @param text of a command, or of a statement: a walsender takes both */
  record(text: string): StatementHandle;
}

/** Policy is asked once for the connection: what it carries is not looked into. */
export function decideReplication(
  parts: ReplicationParts,
  login: SessionLogin,
): ReplicationVerdict {
  const { identity, claims, workload, database, bundleDigest } = parts;
  const decision = parts.evaluator.evaluate(
    toInput(nothing, noColumns, {
      ...{ identity, claims, workload },
      session: sessionFactsOf(login, parts),
      database: database.facts,
      fingerprint: 'replication',
      grants: [],
      replication: true,
    }),
  );
  return {
    decision,
    record: (text) =>
      parts.sink.statementRecord({
        ...namesOf(text),
        analysis: nothing,
        tags: new Map(),
        ...{ decision, bundleDigest },
      }),
  };
}

const nothing = unanalysed('REPLICATION');

const noColumns: ColumnKnowledge = {
  tagsOf: () => [],
  originsOf: () => [],
  taggedRelations: [],
  former: noFormerNames,
};

/** The commands of src/backend/replication/repl_gram.y; SHOW is SQL too. */
const command =
  /^\s*(IDENTIFY_SYSTEM|BASE_BACKUP|START_REPLICATION|(?:CREATE|READ|ALTER|DROP)_REPLICATION_SLOT|TIMELINE_HISTORY|UPLOAD_MANIFEST)\b/i;

/** The command's name alone, since its options may hold literals; of SQL its normal form. */
function namesOf(text: string): { readonly normalisedSql: string; readonly fingerprint: string } {
  const [, name] = command.exec(text) ?? [];
  if (name !== undefined) return { normalisedSql: name.toUpperCase(), fingerprint: 'replication' };
  try {
    return { normalisedSql: normalise(text), fingerprint: fingerprint(text) };
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    return { normalisedSql: '', fingerprint: `text:${textDigest(text)}` };
  }
}
