/** How rows and values of a COPY in text or CSV are told apart. */
export interface Lines {
  /**
   * Reads on in a row.
   *
   * @returns one past the end of the row, or -1 when it goes on behind `end`; the next call continues it
   */
  readonly rowEnd: (bytes: Uint8Array, from: number, end: number) => number;
  /** Writes where the values of one whole row end, its line end aside. @returns how many there are */
  readonly split: (bytes: Uint8Array, from: number, end: number, ends: number[]) => number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const backslash = 0x5c;

/** Where the last value of a row ends: before `\n` or `\r\n`. */
function lastEnd(bytes: Uint8Array, from: number, end: number): number {
  let last = end;
  if (last > from && bytes[last - 1] === newline) last -= 1;
  if (last > from && bytes[last - 1] === carriageReturn) last -= 1;
  return last;
}

/** COPY's text format: a backslash takes the next character along, a line end or a delimiter too. */
export class TextLines implements Lines {
  private readonly delimiter: number;
  /** the row so far ends with a backslash that has not met its character */
  private escaped = false;

  constructor(delimiter: number) {
    this.delimiter = delimiter;
  }

  rowEnd(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    for (;;) {
      const found = bytes.indexOf(newline, at);
      const stop = found < 0 || found >= end ? end : found;
      let slashes = 0;
      while (stop - slashes > at && bytes[stop - slashes - 1] === backslash) slashes += 1;
      const whole = stop - slashes === from && this.escaped ? slashes + 1 : slashes;
      if (stop === end) {
        // a backslash that waits is met by any other character
        this.escaped = end > from ? whole % 2 === 1 : this.escaped;
        return -1;
      }
      if (whole % 2 === 0) {
        this.escaped = false;
        return stop + 1;
      }
      at = stop + 1;
    }
  }

  split(bytes: Uint8Array, from: number, end: number, ends: number[]): number {
    const last = lastEnd(bytes, from, end);
    let count = 0;
    for (let i = from; i < last; i += 1) {
      const c = bytes[i];
      if (c === backslash) i += 1;
      else if (c === this.delimiter) {
        ends[count] = i;
        count += 1;
      }
    }
    ends[count] = last;
    return count + 1;
  }
}

export interface CsvSigns {
  readonly delimiter: number;
  readonly quote: number;
  readonly escape: number;
}

/** COPY's CSV format: between quotes neither a line end nor a delimiter counts. */
export class CsvLines implements Lines {
  private readonly signs: CsvSigns;
  private quoted = false;
  private escaped = false;

  constructor(signs: CsvSigns) {
    this.signs = signs;
  }

  rowEnd(bytes: Uint8Array, from: number, end: number): number {
    const { quote, escape } = this.signs;
    for (let i = from; i < end; i += 1) {
      const c = bytes[i];
      // a quote doubled closes and opens again
      if (this.escaped) this.escaped = false;
      else if (this.quoted && c === escape && escape !== quote) this.escaped = true;
      else if (c === quote) this.quoted = !this.quoted;
      else if (c === newline && !this.quoted) return i + 1;
    }
    return -1;
  }

  split(bytes: Uint8Array, from: number, end: number, ends: number[]): number {
    const { delimiter, quote, escape } = this.signs;
    const last = lastEnd(bytes, from, end);
    let count = 0;
    let quoted = false;
    for (let i = from; i < last; i += 1) {
      const c = bytes[i];
      if (quoted && c === escape && escape !== quote) i += 1;
      else if (c === quote) quoted = !quoted;
      else if (c === delimiter && !quoted) {
        ends[count] = i;
        count += 1;
      }
    }
    ends[count] = last;
    return count + 1;
  }
}
