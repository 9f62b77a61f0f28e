import type { Decision } from '@postern/policy';
import type { StatementHandle } from '../audit/index.js';
import type { Refusal } from '../session/refusal.js';
import { type DatabaseGovernance, textDigest } from './database-governance.js';
import { unanalysed } from './unanalysed.js';
import type { RefuseVerdict } from './verdict.js';

/** A text that is refused before policy was asked. */
export function refused(
  sql: string,
  database: DatabaseGovernance,
  refusal: Refusal,
  stage: Refusal['stage'],
): RefuseVerdict {
  return {
    kind: 'refuse',
    refusal: { ...refusal, stage },
    before: [],
    prefix: '',
    count: 1,
    record: recordOf(sql, database),
    audit: { mode: 'relaxed', whenFull: 'Refuse' },
    ...{ unresolved: false, serversWords: undefined },
    until: Infinity,
  };
}

/** What the record can say of a text that was not understood: nothing of its words, which may hold literals. */
export const recordOf = (sql: string, database: DatabaseGovernance): StatementHandle =>
  database.parts.sink.statementRecord({
    normalisedSql: '',
    fingerprint: `text:${textDigest(sql)}`,
    analysis: unanalysed('UNKNOWN'),
    tags: new Map(),
    decision: undecided,
    bundleDigest: database.parts.bundleDigest,
  });

const undecided: Decision = {
  version: 1,
  effect: 'deny',
  reasons: [
    {
      code: 'no-decision',
      policy: 'postern/proxy',
      rule: 'parse',
      message: 'the statement was not understood',
    },
  ],
  wouldHave: [],
  masks: [],
  rowFilters: [],
  limits: {},
  audit: { mode: 'relaxed', whenFull: 'Refuse' },
  cache: { dependsOn: [] },
};
