import { ownTypes } from '../enforcement/own-types.js';
import type { Watch } from '../enforcement/watch.js';
import {
  type CopyFormat,
  copyMasker,
  type CopyMasker,
  type Detection,
  DetectionError,
  type Look,
  lookOf,
  longestRow,
} from '../detectors/index.js';
import type { Format } from '../wire/fields.js';
import { type Framer, headerLength } from '../wire/framer.js';
import { backendType } from '../wire/types.js';
import type { Outlet } from './outlet.js';
import { type Refusal, refusals } from './refusal.js';

/** In these the second byte of a character may be ASCII: a backslash, a delimiter. pg_encoding_to_char, all spellings. */
const embedsAscii =
  /^(?:sjis|shiftjis|mskanji|(?:win|windows)(?:932|936|949|950)|shiftjis2004|big5|gbk|uhc|gb18030|johab)$/;

/**
 * The data of one COPY TO STDOUT. Rows that nobody has seen the end of wait; whole ones go out as CopyData, where they
 * are whole messages as these came.
 */
export class CopyWatch {
  private masker: CopyMasker | undefined;
  private readonly masks: boolean;
  private failure: Refusal | undefined;

  constructor(
    watch: Watch,
    format: Format,
    columns: number,
    exempt: ReadonlySet<number>,
    detection: Detection,
  ) {
    this.masks = watch.mode === 'mask';
    this.masker = copyMasker(
      {
        format: formatOf(watch, format),
        looks: looksOfCopy(watch, format, columns, exempt),
        own: ownTypes(watch.catalogue),
        treatment: this.masks ? 'in-place' : 'count',
      },
      detection,
    );
  }

  /** @returns why nothing more may go out, if so */
  onData(f: Framer, out: Outlet): Refusal | undefined {
    const { buffer, start, end } = f;
    if (f.fragment) {
      // Each piece of a message becomes a message of its own.
      const rows = this.push(buffer.subarray(f.first ? start + headerLength : start, end));
      if (this.masks) writeData(rows, out);
    } else {
      for (let at = start; at < end && this.failure === undefined;) {
        const next = at + 1 + buffer.readInt32BE(at + 1);
        const data = buffer.subarray(at + headerLength, next);
        const rows = this.push(data);
        if (this.masks && same(rows, data)) out.pass(buffer, at, next);
        else if (this.masks) writeData(rows, out);
        at = next;
      }
    }
    if (!this.masks) out.pass(buffer, start, end);
    return this.failure;
  }

  /** @returns as `onData` */
  onDone(out: Outlet): Refusal | undefined {
    const rest = this.guarded((masker) => masker.end());
    if (this.masks) writeData(rest, out);
    return this.failure;
  }

  /** @returns whole rows, masked if they are to be */
  private push(chunk: Buffer): Buffer {
    return this.guarded((masker) => masker.push(chunk));
  }

  private guarded(step: (masker: CopyMasker) => Buffer): Buffer {
    if (this.masker === undefined) return nothing;
    try {
      return step(this.masker);
    } catch (cause) {
      if (!(cause instanceof DetectionError)) throw cause;
      // Where nothing is masked, nothing is lost but the counting.
      if (this.masks) this.failure = refusals.rowNotLookedAt(longestRow);
      this.masker = undefined;
      return nothing;
    }
  }
}

const nothing = Buffer.alloc(0);

/** The same memory? */
const same = (a: Buffer, b: Buffer): boolean =>
  a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;

function writeData(data: Buffer, out: Outlet): void {
  if (data.length === 0) return;
  const head = Buffer.allocUnsafe(headerLength);
  head[0] = backendType.copyData;
  head.writeInt32BE(data.length + 4, 1);
  out.write(head);
  out.write(data);
}

function formatOf({ copy }: Watch, format: Format): CopyFormat {
  if (format === 1) return { kind: 'binary' };
  const { delimiter, quote, escape } = copy ?? {};
  const signs = { ...(delimiter === undefined ? {} : { delimiter }) };
  if (copy?.kind !== 'csv') return { kind: 'text', ...signs };
  return {
    kind: 'csv',
    ...signs,
    ...(quote === undefined ? {} : { quote }),
    ...(escape === undefined ? {} : { escape }),
  };
}

/** Of a column whose type is not known all is looked at. */
function looksOfCopy(
  watch: Watch,
  format: Format,
  count: number,
  exempt: ReadonlySet<number>,
): readonly Look[] {
  const known = watch.columns.length === count && !(format === 0 && isAmbiguous(watch));
  return Array.from({ length: count }, (_, i) => {
    if (!known) return 'text';
    if (exempt.has(i)) return 'skip';
    const dataType = watch.columns[i]?.type;
    return dataType === undefined
      ? 'text'
      : lookOf({ dataType, format }, ownTypes(watch.catalogue));
  });
}

/** Are values told apart by signs that may be parts of characters? Then which column is which is not known. */
const isAmbiguous = ({ copy, encoding }: Watch): boolean =>
  embedsAscii.test((copy?.encoding ?? encoding).toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
