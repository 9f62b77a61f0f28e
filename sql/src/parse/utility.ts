import { kindOf, type NodeKind } from './nodes.js';
import type { Statement } from './statement.js';

/** `transformStmt` in parser/analyze.c analyses these. */
const analysed = [
  ...(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const),
  ...(['ReturnStmt', 'PLAssignStmt', 'DeclareCursorStmt', 'ExplainStmt'] as const),
  ...(['CreateTableAsStmt', 'CallStmt'] as const),
] as const;

/** `UtilityReturnsTuples` in tcop/utility.c: their columns are described before they run. */
const described = ['FetchStmt', 'ExecuteStmt', 'VariableShowStmt'] as const;

/** `IsTransactionExitStmt` in tcop/postgres.c: these are taken in a failed transaction. */
const exits = ['TransactionStmt'] as const;

const others = new Set<NodeKind>([...analysed, ...described, ...exits]);

/**
 * Does the server take the statement at Parse, Bind and Describe without a look at what it names, as one
 * without result columns? It is so with COPY, DDL and most other utility statements: whatever is wrong
 * with them is said at Execute. Of PostgreSQL 13 to 18.
 */
export const runsUnseen = ({ node }: Statement): boolean => {
  const kind = node.stmt === undefined ? undefined : kindOf(node.stmt);
  return kind !== undefined && !others.has(kind);
};
