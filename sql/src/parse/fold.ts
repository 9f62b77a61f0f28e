import type { Token } from './lexer.js';

/** A text without rows and items that only repeat the shape of others. */
export interface Folded {
  /** as long as the original, in UTF-16 units: blanks stand for what is left out */
  readonly blanked: string;
  /** with nothing in its place */
  readonly short: string;
  /** that remain */
  readonly tokens: number;
}

interface Element {
  /** index of the token behind it */
  readonly next: number;
  /** equal for constants that make no difference to what the statement means */
  readonly shape: string;
}

const int4Max = 2_147_483_647n;
const int8Max = 9_223_372_036_854_775_807n;

/** PostgreSQL's first type for a number. */
const numberShape = (text: string): string => {
  if (!/^\d+$/.test(text)) return 'numeric';
  if (text.length < 10) return 'int4';
  if (text.length > 19) return 'numeric';
  const value = BigInt(text);
  return value <= int4Max ? 'int4' : value <= int8Max ? 'int8' : 'numeric';
};

/** Reads lists of constants in a text. */
class Lists {
  private readonly sql: string;
  private readonly tokens: readonly Token[];
  /** UTF-16 offsets of what is left out, in order */
  readonly left: { readonly start: number; readonly end: number }[] = [];
  tokensLeft = 0;

  constructor(sql: string, tokens: readonly Token[]) {
    this.sql = sql;
    this.tokens = tokens;
  }

  /** All lists of the text. */
  read(): void {
    for (let i = 0; i < this.tokens.length;) {
      const word = this.tokens[i]?.kind === 'word' ? this.text(i).toLowerCase() : '';
      if (word === 'values') i = this.list(i + 1, (at) => this.row(at));
      else if (word === 'in' && this.text(i + 1) === '(') {
        const rows = this.text(i + 2) === '(';
        i = this.list(i + 2, (at) => (rows ? this.row(at) : this.item(at)));
      } else if (word === 'array' && this.text(i + 1) === '[')
        i = this.list(i + 2, (at) => this.item(at));
      else i += 1;
    }
  }

  private text(i: number): string {
    const token = this.tokens[i];
    return token ? this.sql.slice(token.start, token.end) : '';
  }

  /** Does nothing else belong to what ends here? */
  private ends(next: number): boolean {
    const token = this.tokens[next];
    return token === undefined || token.kind === 'word' || /^[,)\];]$/.test(this.text(next));
  }

  /** Elements with commas between. @returns index of the token behind those that could be read */
  private list(from: number, element: (at: number) => Element | undefined): number {
    const shapes = new Set<string>();
    let at = from;
    for (let comma = -1; ;) {
      const found = element(at);
      if (!found || !this.ends(found.next)) return Math.max(at, from);
      const start = this.tokens[comma]?.start;
      if (start !== undefined && shapes.has(found.shape)) {
        this.left.push({ start, end: this.tokens[found.next - 1]?.end ?? start });
        this.tokensLeft += found.next - comma;
      }
      shapes.add(found.shape);
      if (this.text(found.next) !== ',') return found.next;
      comma = found.next;
      at = comma + 1;
    }
  }

  /** `(constant, ...)` */
  private row(from: number): Element | undefined {
    if (this.text(from) !== '(') return undefined;
    const shapes: string[] = [];
    for (let at = from + 1; ;) {
      const found = this.item(at);
      if (!found) return undefined;
      shapes.push(found.shape);
      const behind = this.text(found.next);
      if (behind === ')') return { next: found.next + 1, shape: shapes.join() };
      if (behind !== ',') return undefined;
      at = found.next + 1;
    }
  }

  /** `::type`, if there is one: words, a modifier, brackets. @returns index of the token behind */
  private cast(from: number): number {
    if (this.text(from) !== '::') return from;
    let next = from + 1;
    while (this.tokens[next]?.kind === 'word' || /^[()[\]]$/.test(this.text(next))) {
      const opens = this.text(next) === '(';
      if (this.text(next) === ')') break;
      next += 1;
      while (opens && (this.tokens[next]?.kind === 'number' || this.text(next) === ',')) next += 1;
      if (opens && this.text(next) !== ')') return from;
      if (opens) next += 1;
    }
    return next;
  }

  /** A constant or parameter, perhaps with `::type`. */
  private item(from: number): Element | undefined {
    const sign = /^[+-]$/.test(this.text(from)) ? 1 : 0;
    const kind = this.tokens[from + sign]?.kind;
    const text = this.text(from + sign);
    let shape: string | undefined;
    if (kind === 'number') shape = numberShape(text);
    else if (sign > 0) return undefined;
    else if (kind === 'string') shape = /^[bx]/i.test(text) ? 'bits' : 'string';
    else if (kind === 'parameter') shape = 'parameter';
    else if (kind === 'word' && /^(?:null|true|false|default)$/i.test(text))
      shape = /^(?:true|false)$/i.test(text) ? 'boolean' : text.toLowerCase();
    if (shape === undefined) return undefined;
    const end = from + sign + 1;
    const next = this.cast(end);
    const [first, last] = [this.tokens[end], this.tokens[next - 1]];
    return next === end || !first || !last
      ? { next, shape }
      : { next, shape: shape + this.sql.slice(first.start, last.end) };
  }
}

/**
 * Leaves out the rows of VALUES, and the items of IN (...) and ARRAY[...], that are constants of the same types as
 * those of an earlier one: what the statement reads, writes and means does not depend on them, and the parser's tree
 * of a bulk INSERT would take hundreds of megabytes. Positions stay what they are.
 *
 * @param tokens all of the text's
 */
export const fold = (sql: string, tokens: readonly Token[]): Folded => {
  const lists = new Lists(sql, tokens);
  lists.read();
  let blanked = '';
  let short = '';
  let from = 0;
  for (const { start, end } of lists.left) {
    const kept = sql.slice(from, start);
    blanked += kept + ' '.repeat(end - start);
    short += kept;
    from = end;
  }
  const rest = sql.slice(from);
  return {
    blanked: blanked + rest,
    short: short + rest,
    tokens: tokens.length - lists.tokensLeft,
  };
};
