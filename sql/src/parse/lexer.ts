/**
 * PostgreSQL's lexical rules (src/backend/parser/scan.l) as far as finding the ends of tokens needs them.
 * `standard_conforming_strings` is on, as in the parser, unless something else is said.
 */
export type TokenKind =
  'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'operator' | 'comment';

export interface Token {
  readonly kind: TokenKind;
  /** UTF-16 offsets */
  readonly start: number;
  readonly end: number;
}

const space = /[ \t\n\r\f\v]+/y;
const lineComment = /--[^\n\r]*/y;
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const number =
  /0[xX](?:_?[0-9A-Fa-f])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?!\.)(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;
const parameter = /\$\d+/y;
const dollar = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const plainString = /(?:[bBxX]|[uU]&)?'/y;
const escapeString = /[eE]'/y;
const quotedName = /(?:[uU]&)?"/y;
const operatorCharacters = /[~!@#^&|`?+\-*/%<>=]+/y;
/** A string goes on after a gap that holds a line break. (PostgreSQL allows a comment in the gap; its parser as Wasm does not.) */
const continuation = /[ \t\f\v]*[\n\r][ \t\n\r\f\v]*'/y;

const at = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

const blockCommentEnd = (text: string, from: number): number => {
  let depth = 0;
  let i = from;
  while (i < text.length) {
    if (text.startsWith('/*', i)) {
      depth += 1;
      i += 2;
    } else if (text.startsWith('*/', i)) {
      depth -= 1;
      i += 2;
      if (depth === 0) return i;
    } else i += 1;
  }
  return text.length;
};

/** The end of a quoted thing whose opening quote lies before `from`; a doubled quote is part of it. */
const quoteEnd = (text: string, from: number, quote: string, escapes: boolean): number => {
  let i = from;
  while (i < text.length) {
    const c = text[i];
    if (escapes && c === '\\') i += 2;
    else if (c !== quote) i += 1;
    else if (text[i + 1] === quote) i += 2;
    else return i + 1;
  }
  return text.length;
};

const stringEnd = (text: string, from: number, escapes: boolean): number => {
  let end = quoteEnd(text, from, "'", escapes);
  for (;;) {
    const more = at(continuation, text, end);
    if (more < 0) return end;
    end = quoteEnd(text, more, "'", escapes);
  }
};

const operatorEnd = (text: string, from: number): number => {
  const run = text.slice(from, Math.max(from, at(operatorCharacters, text, from)));
  if (run.length <= 1) return from + run.length;
  let length = run.length;
  // An operator never holds the start of a comment.
  for (const start of ['--', '/*']) {
    const i = run.indexOf(start);
    if (i > 0 && i < length) length = i;
  }
  // A trailing sign belongs to what follows, unless the operator cannot be one of the standard's.
  if (!/[~!@#^&|`?%]/.test(run.slice(0, length)))
    while (length > 1 && /[+-]/.test(run[length - 1] ?? '')) length -= 1;
  return from + length;
};

const one = (text: string, i: number, escapes: boolean): Token => {
  const token = (kind: TokenKind, end: number): Token => ({ kind, start: i, end });
  let end: number;
  if ((end = at(lineComment, text, i)) >= 0) return token('comment', end);
  if (text.startsWith('/*', i)) return token('comment', blockCommentEnd(text, i));
  if ((end = at(escapeString, text, i)) >= 0) return token('string', stringEnd(text, end, true));
  if ((end = at(plainString, text, i)) >= 0)
    return token('string', stringEnd(text, end, escapes && text[i] === "'"));
  if ((end = at(quotedName, text, i)) >= 0) return token('quoted', quoteEnd(text, end, '"', false));
  if ((end = at(word, text, i)) >= 0) return token('word', end);
  if ((end = at(number, text, i)) >= 0) return token('number', end);
  if ((end = at(parameter, text, i)) >= 0) return token('parameter', end);
  if ((end = at(dollar, text, i)) >= 0) {
    const close = text.indexOf(text.slice(i, end), end);
    return token('string', close < 0 ? text.length : close + end - i);
  }
  if (text.startsWith('::', i) || text.startsWith(':=', i) || text.startsWith('..', i))
    return token('operator', i + 2);
  if ((end = operatorEnd(text, i)) > i) return token('operator', end);
  return token('operator', i + 1);
};

/**
 * The tokens of `text` from `start` to `end`, comments among them. The text has been accepted by the parser.
 *
 * @param most stops after so many tokens
 * @param escapes `standard_conforming_strings` is off: backslashes escape in plain strings
 */
export const tokenize = (
  text: string,
  start = 0,
  end = text.length,
  most = Infinity,
  escapes = false,
): readonly Token[] => {
  const tokens: Token[] = [];
  let i = start;
  while (i < end && tokens.length < most) {
    const gap = at(space, text, i);
    if (gap >= 0) {
      i = gap;
      continue;
    }
    const token = one(text, i, escapes);
    tokens.push(token);
    i = token.end;
  }
  return tokens;
};

/** Each comment becomes one space. */
export const withoutComments = (sql: string): string => {
  let text = '';
  let from = 0;
  for (const token of tokenize(sql)) {
    if (token.kind !== 'comment') continue;
    text += `${sql.slice(from, token.start)} `;
    from = token.end;
  }
  return text + sql.slice(from);
};
