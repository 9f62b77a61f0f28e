import { analyze, parse, SqlError } from '@postern/sql';
import type { Court, Judgement } from './judge.js';
import { describe } from './describe.js';

/** SQLSTATEs of names that mean nothing, or more than one thing. */
const ofNames = new Set(['42P01', '42703', '42702', '42712', '3F000', '42P10', '42883', '42725']);

interface Mistake {
  readonly sqlstate: string;
  readonly message: string;
  /** characters, from 1 */
  readonly position: number | undefined;
}

const inWords = ({ sqlstate, message, position }: Mistake): string =>
  `${sqlstate} at ${position ?? 'no place'}: ${message}`;

/** A name in a constant, as of `'t'::regclass`, is a value; and other rules have the same SQLSTATE. */
const isOfNames = (sql: string, { sqlstate, message, position }: Mistake): boolean =>
  (ofNames.has(sqlstate) || message.startsWith('syntax error at or near')) &&
  !(position !== undefined && /['$]/.test([...sql][position - 1] ?? '')) &&
  !(sqlstate === '42P10' && !/available|invalid reference|is not in/.test(message)) &&
  !(sqlstate === '42883' && !message.includes('does not exist'));

const ours = ({ catalogue, settings }: Court, sql: string): Mistake | undefined => {
  try {
    for (const statement of parse(sql)) analyze(statement, catalogue, settings, []);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    const { sqlstate, message, position } = thrown;
    return { sqlstate, message, position };
  }
};

/** Is a wrong name refused as the server refuses it, in the same place? `unknown` for statements without one. */
export async function judgeMistake(court: Court, sql: string): Promise<Judgement> {
  const { error } = await describe(court.client, sql);
  if (error?.code === undefined) return { kind: 'unknown' };
  const position = error.position === undefined ? undefined : Number(error.position);
  const theirs = { sqlstate: error.code, message: error.message, position };
  if (!isOfNames(sql, theirs)) return { kind: 'unknown' };
  const mistake = ours(court, sql);
  if (mistake && inWords(mistake) === inWords(theirs)) return { kind: 'agree' };
  const found = mistake ? inWords(mistake) : 'nothing wrong';
  return { kind: 'differ', how: { missed: [inWords(theirs)], invented: [found] } };
}

/** The query with one of its words at a time replaced by a name that there is not. */
export function* withWrongNames(sql: string, every: number): Generator<string> {
  let n = 0;
  for (const { index, 0: word } of sql.matchAll(/(?<!['$\w])[a-z_]\w*/gi)) {
    n += 1;
    if (n % every === 0) yield `${sql.slice(0, index)}nowhere${sql.slice(index + word.length)}`;
  }
}
