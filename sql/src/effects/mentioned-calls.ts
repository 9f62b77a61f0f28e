import type { CreateTrigStmt, Node } from '@pgsql/types';
import { SqlError } from '../errors.js';
import { text, texts, walk } from '../parse/nodes.js';
import { callsFunction, type Resolver } from '../resolve/resolver.js';
import { judgeOperator, judgeRoutine } from '../resolve/routines.js';
import { functionName } from './outcome.js';

const listed = (value: unknown): readonly Node[] | undefined =>
  Array.isArray(value) ? (value as readonly Node[]) : undefined;

/**
 * Functions and operators in the expressions of a statement that resolves no columns: of indexes, defaults,
 * constraints, policies. The server applies them to rows that are there, or to all that come.
 */
export const mentionedCalls = (r: Resolver, tree: unknown): void => {
  const judge = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      // What the server does not find either, or what the statement itself makes.
      if (!(error instanceof SqlError)) throw error;
    }
  };
  walk(tree, (kind, content) => {
    const location = Number(content['location'] ?? 0);
    if (kind === 'FuncCall') {
      const names = texts(listed(content['funcname']));
      judge(() => judgeRoutine(r, names, argumentsOf(content), location, 'expression'));
    } else if (kind === 'A_Expr')
      judge(() => judgeOperator(r, texts(listed(content['name'])), location));
    else if (kind === 'CreateTrigStmt') triggered(r, content);
    // What a body says is looked at where the function is made.
    return kind !== 'CreateFunctionStmt';
  });
};

const argumentsOf = (call: Readonly<Record<string, unknown>>): number =>
  call['func_variadic'] === true ? -1 : (listed(call['args'])?.length ?? 0);

/** A trigger's function runs when rows are written, not now. */
const triggered = (r: Resolver, { funcname }: CreateTrigStmt): void => {
  if (!funcname || text(funcname.at(-1)) === '') return;
  const name = functionName(r, texts(funcname));
  r.calls.set(`${name.schema}.${name.name}`, name);
  callsFunction(r, name);
};
