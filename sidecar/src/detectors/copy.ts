import { CopyBinary } from './copy-binary.js';
import { CopyLines } from './copy-lines.js';
import { type CopyMasker, CopyRows } from './copy-rows.js';
import type { Detection } from './detection.js';
import { CsvLines, TextLines } from './lines.js';
import type { Look, OwnTypes } from './look.js';
import { Rewriting, type Treatment } from './rewriting.js';

/** The longest row that is held to be looked at, bytes, unless told otherwise. */
export const longestRow = 16 * 1024 * 1024;

/** The signs are single bytes, as COPY asks for. */
export type CopyFormat =
  | { readonly kind: 'text'; readonly delimiter?: string }
  | {
      readonly kind: 'csv';
      readonly delimiter?: string;
      readonly quote?: string;
      readonly escape?: string;
    }
  | { readonly kind: 'binary' };

export interface CopyOptions {
  readonly format: CopyFormat;
  /**
   * One a column, from `looksOf`. In text and CSV a column that is not named here is looked at as text; in binary a
   * row with more columns is refused.
   */
  readonly looks: readonly Look[];
  readonly own?: OwnTypes;
  /** bytes; a longer row is not given out: `push` throws */
  readonly longestRow?: number;
  /** `in-place` writes to the chunks that are pushed */
  readonly treatment?: Treatment;
}

const byteOf = (sign: string | undefined, otherwise: string): number =>
  Buffer.from(sign ?? otherwise)[0] ?? 0;

/**
 * Masks the data of one COPY, in either direction.
 *
 * @param detection where finds are counted
 */
export function copyMasker(options: CopyOptions, detection: Detection): CopyMasker {
  const { format, looks, own } = options;
  const limit = options.longestRow ?? longestRow;
  const rewriting = new Rewriting(detection, own, options.treatment);
  if (format.kind === 'binary') return new CopyRows(new CopyBinary(looks, rewriting, limit), limit);
  // what is binary elsewhere is text here
  const lookAs = (column: number): Look => (looks[column] === 'skip' ? 'skip' : 'text');
  return new CopyRows(new CopyLines(linesOf(format), lookAs, rewriting), limit);
}

function linesOf(format: Exclude<CopyFormat, { kind: 'binary' }>): TextLines | CsvLines {
  if (format.kind === 'text') return new TextLines(byteOf(format.delimiter, '\t'));
  const quote = byteOf(format.quote, '"');
  const escape = format.escape === undefined ? quote : byteOf(format.escape, '"');
  return new CsvLines({ delimiter: byteOf(format.delimiter, ','), quote, escape });
}
