import { tokenize, type Token } from './lexer.js';

/** What stands behind a value in SQL/JSON and nowhere else. */
const ending = new Set(
  'ABSENT AS COLUMNS DEFAULT EMPTY ERROR FALSE FORMAT KEEP NULL OMIT PASSING RETURNING STRICT TRUE UNKNOWN VALUE WITH WITHOUT'.split(
    ' ',
  ),
);

/** Words behind which a value begins. */
const operators = new Set(
  'ALL AND ANY BETWEEN CASE DISTINCT ELSE ESCAPE FROM ILIKE IN IS LIKE NOT OR SIMILAR SOME SYMMETRIC THEN TO WHEN'.split(
    ' ',
  ),
);

/** The tokens of a statement without comments, found by where they start. */
export class Tokens {
  readonly source: string;
  readonly #tokens: readonly Token[];

  constructor(source: string, start: number, end: number) {
    this.source = source;
    this.#tokens = tokenize(source, start, end).filter((t) => t.kind !== 'comment');
  }

  /** index of the token that starts at or after the offset */
  indexAt(offset: number): number {
    let [low, high] = [0, this.#tokens.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#tokens[middle]?.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(index: number): Token | undefined {
    return this.#tokens[index];
  }

  /** the token's text; keywords compare in capitals */
  text(index: number): string {
    const token = this.#tokens[index];
    return token ? this.source.slice(token.start, token.end) : '';
  }

  isWord(index: number, word: string): boolean {
    return this.#tokens[index]?.kind === 'word' && this.text(index).toUpperCase() === word;
  }

  /** index after a name of `parts` parts (all there are, when not given) that begins here */
  afterName(index: number, parts = Number.POSITIVE_INFINITY): number {
    let i = this.#afterPart(index);
    for (let n = 1; n < parts && this.text(i) === '.'; n += 1) i = this.#afterPart(i + 1);
    return i;
  }

  #afterPart(index: number): number {
    // U&"..." UESCAPE '!'
    return this.isWord(index + 1, 'UESCAPE') ? index + 3 : index + 1;
  }

  /** index of the first token in these parentheses that no list of arguments may have there; undefined: there is none */
  notOfCall(index: number): number | undefined {
    const end = this.afterParenthesis(index) - 1;
    let depth = 0;
    for (let i = index; i < end; i += 1) {
      const text = this.text(i);
      if (text === '(' || text === '[') depth += 1;
      if (text === ')' || text === ']') depth -= 1;
      if (depth === 1 && this.#endsArguments(i, text)) return i;
    }
    return undefined;
  }

  #endsArguments(index: number, text: string): boolean {
    if (text === ':') return true;
    if (this.#tokens[index]?.kind !== 'word') return false;
    const word = text.toUpperCase();
    const before = this.text(index - 1).toUpperCase();
    if (before === '(') return word === 'SELECT' || word === 'VALUES' || word === 'WITH';
    const isValue = this.#tokens[index - 1]?.kind !== 'operator' || /^[)\]]$/.test(before);
    const isZone = word === 'WITH' && this.isWord(index + 1, 'TIME');
    return ending.has(word) && isValue && !operators.has(before) && !isZone;
  }

  /** index after the parenthesis that closes the one here */
  afterParenthesis(index: number): number {
    let depth = 0;
    for (let i = index; i < this.#tokens.length; i += 1) {
      if (this.text(i) === '(') depth += 1;
      if (this.text(i) === ')') {
        depth -= 1;
        if (depth === 0) return i + 1;
      }
    }
    return this.#tokens.length;
  }

  /** index after the argument of a call that begins here: of the comma, or of what closes the call */
  afterArgument(index: number): number {
    let depth = 0;
    for (let i = index; i < this.#tokens.length; i += 1) {
      const here = this.text(i);
      if (depth === 0 && (here === ',' || here === ')')) return i;
      if (here === '(' || here === '[') depth += 1;
      if (here === ')' || here === ']') depth -= 1;
    }
    return this.#tokens.length;
  }

  startOf(index: number): number {
    return this.#tokens[index]?.start ?? this.source.length;
  }

  endOf(index: number): number {
    return this.#tokens[index]?.end ?? this.source.length;
  }
}
