const write = ['insert', 'update', 'delete', 'merge', 'truncate'] as const;
const rest = ['select', 'copy-in', 'copy-out', 'ddl', 'privilege', 'config', 'execute'] as const;

/** What a statement that touches nothing is said to do. */
export const statementAction = 'statement';

/** The protocol's FunctionCall: only a rule that says so allows it, `any` does not. */
export const functionCallAction = 'function-call';

/** A connection for replication: likewise. */
export const replicationAction = 'replication';

/** The words of a rule as actions of an access: `write` and `any` are several. */
export const expandActions = (actions: readonly string[]): ReadonlySet<string> => {
  const all = new Set<string>();
  for (const action of actions) {
    if (action === 'any') for (const each of [...write, ...rest, statementAction]) all.add(each);
    else if (action === 'write') for (const each of write) all.add(each);
    else all.add(action);
  }
  return all;
};
