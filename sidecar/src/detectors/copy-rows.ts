import { DetectionError, rowTooLong } from './detection-error.js';
import { Held } from './held.js';

/**
 * Rows of one COPY, as a stream of CopyData. What goes in comes out in the same order and of the same length, with
 * masks; the end of a chunk whose row is not complete comes out with a later one.
 */
export interface CopyMasker {
  /**
   * @param chunk body of one CopyData message, cut anywhere; written to only under the treatment `in-place`
   * @returns whole rows; the chunk itself where it is of whole rows and nothing was found; may be empty
   * @throws  DetectionError `row-too-long`, ProtocolError `malformed`: nothing of this chunk or of what was held has
   *          gone out, and every further call throws
   */
  readonly push: (chunk: Buffer) => Buffer;
  /** At CopyDone: a last row without a line end. @throws as `push` */
  readonly end: () => Buffer;
}

/** A format's part: finds rows, and masks some that are whole. */
export interface RowFormat {
  /**
   * Reads on in a row, from where the last call stopped.
   *
   * @returns one past its end, or -1: it goes on behind `end`
   */
  readonly rowEnd: (bytes: Buffer, from: number, end: number) => number;
  /** Whole rows from `from` to `end`. @returns them masked; undefined: nothing was found */
  readonly mask: (bytes: Buffer, from: number, ends: readonly number[]) => Buffer | undefined;
  /** The stream ends here, with something held or not. @throws where it cannot */
  readonly close: (held: number) => void;
}

const empty = Buffer.alloc(0);

/** Holds what belongs to a row that is not complete; all else goes through `RowFormat`. */
export class CopyRows implements CopyMasker {
  private readonly format: RowFormat;
  private readonly limit: number;
  private readonly held: Held;
  private failed = false;

  /** @param limit bytes of one row */
  constructor(format: RowFormat, limit: number) {
    this.format = format;
    this.limit = limit;
    this.held = new Held(limit);
  }

  push(chunk: Buffer): Buffer {
    return this.once(() => this.rows(chunk));
  }

  end(): Buffer {
    return this.once(() => {
      this.format.close(this.held.length);
      if (this.held.length === 0) return empty;
      const row = this.held.take();
      return this.format.mask(row, 0, [row.length]) ?? row;
    });
  }

  private once(step: () => Buffer): Buffer {
    if (this.failed) throw new DetectionError('copy-failed', 'the COPY has failed before');
    this.failed = true;
    const out = step();
    this.failed = false;
    return out;
  }

  private rows(chunk: Buffer): Buffer {
    const first = this.firstRow(chunk);
    if (first === undefined) return empty;
    const ends: number[] = [];
    let at = first.end;
    while (at < chunk.length) {
      const end = this.format.rowEnd(chunk, at, chunk.length);
      if (end < 0) break;
      if (end - at > this.limit) throw rowTooLong(this.limit);
      ends.push(end);
      at = end;
    }
    if (at < chunk.length) this.held.append(chunk, at, chunk.length);
    const rest =
      this.format.mask(chunk, first.end, ends) ??
      (first.end === 0 && at === chunk.length ? chunk : chunk.subarray(first.end, at));
    return first.row.length === 0 ? rest : Buffer.concat([first.row, rest]);
  }

  /** The row that was held, when it ends in this chunk; undefined: all of the chunk is held now. */
  private firstRow(chunk: Buffer): { readonly row: Buffer; readonly end: number } | undefined {
    if (this.held.length === 0) return { row: empty, end: 0 };
    const end = this.format.rowEnd(chunk, 0, chunk.length);
    this.held.append(chunk, 0, end < 0 ? chunk.length : end);
    if (end < 0) return undefined;
    const row = this.held.take();
    return { row: this.format.mask(row, 0, [row.length]) ?? row, end };
  }
}
