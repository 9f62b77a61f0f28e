import type { SessionFacts } from '@postern/policy';
import type { Assignment } from '../control/assignment.js';
import type { SessionLogin } from './session-governance.js';

/** What policy hears of a session. */
export const sessionFactsOf = (
  { user, databaseName, applicationName }: SessionLogin,
  { claims, workload }: Pick<Assignment, 'claims' | 'workload'>,
): SessionFacts => ({
  ...{ user, databaseName, applicationName },
  ...(claims['purpose'] === undefined ? {} : { purpose: claims['purpose'] }),
  ...(workload.region === undefined ? {} : { region: workload.region }),
});
