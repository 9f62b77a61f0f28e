import type { RowFormat } from './copy-rows.js';
import type { Lines } from './lines.js';
import type { Look } from './look.js';
import type { Rewriting } from './rewriting.js';

const backslash = 0x5c;
const bigN = 0x4e;

/** COPY in text or CSV. Values are looked at as they are written, with their escapes and quotes. */
export class CopyLines implements RowFormat {
  private readonly lines: Lines;
  private readonly lookOf: (column: number) => Look;
  private readonly rewriting: Rewriting;
  private readonly valueEnds: number[] = [];

  constructor(lines: Lines, lookOf: (column: number) => Look, rewriting: Rewriting) {
    this.lines = lines;
    this.lookOf = lookOf;
    this.rewriting = rewriting;
  }

  rowEnd(bytes: Buffer, from: number, end: number): number {
    return this.lines.rowEnd(bytes, from, end);
  }

  mask(bytes: Buffer, from: number, ends: readonly number[]): Buffer | undefined {
    const last = ends.at(-1);
    if (last === undefined) return undefined;
    this.rewriting.begin(bytes, from, last);
    let at = from;
    for (const end of ends) {
      this.row(bytes, at, end);
      at = end;
    }
    return this.rewriting.finish();
  }

  close(): void {
    // the last row need not have a line end
  }

  private row(bytes: Buffer, from: number, end: number): void {
    const count = this.lines.split(bytes, from, end, this.valueEnds);
    let at = from;
    for (let column = 0; column < count; column += 1) {
      const to = this.valueEnds[column] ?? at;
      const isNull = to - at === 2 && bytes[at] === backslash && bytes[at + 1] === bigN;
      if (to > at && !isNull) this.rewriting.value(column, this.lookOf(column), at, to);
      at = to + 1;
    }
  }
}
