import { SqlError } from '../errors.js';
import { fold, type Folded } from './fold.js';
import { ParserError, ParserInstance } from './instance.js';
import { tokenize, withoutComments } from './lexer.js';
import { characterPosition, offsetOfCharacter, offsetsOf } from './positions.js';
import { maxAllTokens, maxStatementLength, maxTokens, type Statement } from './statement.js';

/** Loads PostgreSQL's parser (Wasm). Once per process, before anything else of this package. */
export const loadParser = async (): Promise<void> => {
  loading ??= ParserInstance.load();
  instance = await loading;
};

let loading: Promise<ParserInstance> | undefined;
let instance: ParserInstance | undefined;

const parser = (): ParserInstance => {
  if (instance === undefined) throw new TypeError('loadParser() has not been awaited');
  return instance;
};

const loneSurrogate = /\p{Surrogate}/u;

/** What the parser reads of a text. */
type Read = Pick<Folded, 'blanked' | 'short'>;

/** What the parser must never see: a NUL cuts the text short without a word, a lone surrogate has no UTF-8 form. */
const check = (sql: string): Read => {
  if (sql.length > maxStatementLength)
    throw new SqlError('too-long', `statement is longer than ${maxStatementLength} characters`, {
      hint: 'Send it in smaller parts, or load the data with COPY.',
    });
  const read = sql.length > longestOperatorRun ? checkCost(sql) : { blanked: sql, short: sql };
  const nul = sql.indexOf('\0');
  if (nul >= 0)
    throw new SqlError('nul', 'invalid byte sequence for encoding "UTF8": 0x00', {
      position: characterPosition(sql, nul),
    });
  if (loneSurrogate.test(sql))
    throw new SqlError('encoding', 'statement is not valid Unicode text (lone surrogate)');
  return read;
};

/** The parser reads a run of operator characters again for each operator or comment that begins in it. */
const longestOperatorRun = 2048;
const operatorRun = new RegExp(`[~!@#^&|\`?+\\-*/%<>=]{${longestOperatorRun},}`, 'g');

/** What would take the parser minutes, or the process its memory. */
const checkCost = (sql: string): Read => {
  const whole = { blanked: sql, short: sql };
  if (sql.length <= maxTokens && sql.search(operatorRun) < 0) return whole;
  const tokens = tokenize(sql, 0, sql.length, maxAllTokens + 1);
  const read = tokens.length > maxTokens ? fold(sql, tokens) : { ...whole, tokens: tokens.length };
  if (tokens.length > maxAllTokens || read.tokens > maxTokens)
    throw new SqlError('too-long', `statement has more than ${maxTokens} tokens`, {
      hint: 'Send it in smaller parts, or load the data with COPY.',
    });
  for (const { index } of sql.matchAll(operatorRun)) {
    const around = tokens.findLast(({ start }) => start <= index);
    const quoted = around?.kind === 'string' || around?.kind === 'quoted';
    const line = around?.kind === 'comment' && sql.startsWith('--', around.start);
    if (!quoted && !line)
      throw new SqlError('too-complex', 'a comment or operator of the statement is too complex', {
        position: characterPosition(sql, index),
      });
  }
  return read;
};

const translate = (error: unknown, sql: string, { blanked }: Read): SqlError => {
  if (error instanceof SqlError) return error;
  if (error instanceof RangeError)
    return new SqlError('too-complex', 'statement is nested too deeply', { cause: error });
  if (!(error instanceof Error))
    return new SqlError('parser', 'the parser failed', { cause: error });
  if (/stack depth limit|out of memory|memory exhausted|too many nested/i.test(error.message))
    return new SqlError('too-complex', 'statement is nested too deeply', { cause: error });
  if (!(error instanceof ParserError) || error.position === undefined)
    return new SqlError('parser', `the parser failed: ${error.message}`, { cause: error });
  // The parser counts characters already here, as PostgreSQL's error position does.
  const position = error.position + 1;
  const original =
    blanked === sql ? position : characterPosition(sql, offsetOfCharacter(blanked, position));
  return new SqlError('syntax', error.message, { position: original, cause: error });
};

const guarded = <T>(sql: string, run: (read: Read) => T): T => {
  const read = check(sql);
  try {
    return run(read);
  } catch (error) {
    throw translate(error, sql, read);
  }
};

/**
 * The statements of a query string, in order; none for an empty one.
 *
 * @throws SqlError `syntax` | `nul` | `encoding` | `too-complex` | `too-long`
 */
export const parse = (sql: string): readonly Statement[] =>
  guarded(sql, ({ blanked }) => {
    if (sql.trim() === '') return [];
    const tree = parser().parse(blanked);
    const offset = offsetsOf(blanked);
    return (tree.stmts ?? []).map((node) => {
      const from = node.stmt_location ?? 0;
      return {
        source: sql,
        start: offset(from),
        end: node.stmt_len ? offset(from + node.stmt_len) : sql.length,
        ...(blanked === sql ? {} : { blanked }),
        node,
      };
    });
  });

/** Literals become `$n`, comments go: for audit and for recognising a statement again. One statement. */
export const normalise = (sql: string): string =>
  guarded(sql, ({ short }) => withoutComments(parser().normalise(short)).trim());

/** PostgreSQL's query fingerprint (16 hexadecimal digits): equal for statements that differ in constants only. */
export const fingerprint = (sql: string): string =>
  guarded(sql, ({ short }) => parser().fingerprint(short));
