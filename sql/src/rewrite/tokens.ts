import { tokenize, type Token } from '../parse/lexer.js';

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
