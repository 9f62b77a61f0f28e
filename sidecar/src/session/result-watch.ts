import type { ColumnFinding } from '../audit/sink.js';
import { ownTypes } from '../enforcement/own-types.js';
import type { Watch } from '../enforcement/watch.js';
import { Detection, type Look, looksOf, RowMasker, type Treatment } from '../detectors/index.js';
import type { Field } from '../wire/backend/row-description.js';
import type { Format } from '../wire/fields.js';
import { headerLength, type Framer } from '../wire/framer.js';
import { ProtocolError } from '../wire/protocol-error.js';
import { CopyWatch } from './copy-watch.js';
import { type Described, formatOf } from './described.js';
import { columnFindings } from './findings.js';
import type { Outlet } from './outlet.js';
import { type Refusal, refusals } from './refusal.js';

/**
 * The longest row that is held to be looked at, bytes; of the process's room for what its servers send. Where finds
 * are only reported a longer row is not worth the wait, and goes by unread.
 */
const longestHeld = { mask: 64 * 1024 * 1024, report: 1024 * 1024 } as const;

const looksAt = (look: Look): boolean => look !== 'skip' && look !== 'opaque';

/**
 * Looks for values that nobody classified in the result of one run of a statement, and masks them where they stand.
 * What its columns are is known when the first row comes, or the session ends: nothing passes unseen.
 */
export class ResultWatch {
  private readonly watch: Watch;
  private readonly detection = new Detection();
  private described: Described | undefined;
  private formats: readonly Format[] | undefined;
  private fields: readonly Field[] | undefined;
  private rows: RowMasker | 'nothing to look at' | undefined;
  private copy: CopyWatch | undefined;

  constructor(watch: Watch) {
    this.watch = watch;
  }

  /**
   * Where its columns are told.
   *
   * @param formats of the portal; undefined: as they are told there
   */
  toldBy(described: Described, formats?: readonly Format[]): void {
    this.described = described;
    this.formats = formats;
  }

  /** The server described the result that comes next. */
  describedAs(fields: readonly Field[]): void {
    this.fields = fields;
    this.rows = undefined;
  }

  /** Is a row of this many bytes, that has not come whole, put together before it is looked at? */
  holds(length: number): boolean {
    return length <= longestHeld[this.watch.mode] && this.rowMasker() !== undefined;
  }

  /**
   * Whole rows, or a piece of one.
   *
   * @returns why none of them may go out, if so
   */
  onRows(f: Framer): Refusal | undefined {
    const masker = this.rowMasker();
    if (masker === undefined) return undefined;
    if (!f.fragment) {
      masker.messages(f.buffer, f.start, f.end);
      return undefined;
    }
    return this.watch.mode === 'mask' && f.first
      ? refusals.rowNotLookedAt(longestHeld.mask)
      : undefined;
  }

  /** The result of a function called by message. Protocol 3.0, "FunctionCallResponse". */
  onValue(buffer: Buffer, start: number, end: number): void {
    const from = start + headerLength + 4;
    if (from >= end) return;
    const { type } = this.watch.columns[0] ?? {};
    // No text has a zero byte, and the binary forms with values inside begin with one.
    const format = buffer[from] === 0 ? 1 : 0;
    const [look = 'text'] =
      type === undefined ? [] : looksOf([{ dataType: type, format }], this.exempt(1), this.own);
    new RowMasker([look], this.own, this.detection, this.treatment).value(buffer, from, end);
  }

  /** A COPY begins. */
  onCopy(format: Format, columns: number): void {
    this.copy = new CopyWatch(this.watch, format, columns, this.exempt(columns), this.detection);
  }

  /** Its data, whole messages or a piece of one. @returns why nothing more may go out, if so */
  onCopyData(f: Framer, out: Outlet): Refusal | undefined {
    if (this.copy === undefined) throw new ProtocolError('unexpected', 'data of no COPY');
    return this.copy.onData(f, out);
  }

  /** Its end. @returns as `onCopyData` */
  onCopyDone(out: Outlet): Refusal | undefined {
    return this.copy?.onDone(out);
  }

  /** What was found, by column; since the beginning of this run. */
  findings(): readonly ColumnFinding[] {
    return columnFindings(this.detection.columns(), this.watch, this.fields);
  }

  private get own(): ReturnType<typeof ownTypes> {
    return ownTypes(this.watch.catalogue);
  }

  private get treatment(): Treatment {
    return this.watch.mode === 'mask' ? 'in-place' : 'count';
  }

  /** What the analysis says of columns counts only if these are they. */
  private exempt(count: number): ReadonlySet<number> {
    const { columns } = this.watch;
    if (columns.length !== count) return new Set();
    return new Set(columns.flatMap(({ exempt }, i) => (exempt ? [i] : [])));
  }

  private rowMasker(): RowMasker | undefined {
    this.rows ??= this.makeRowMasker();
    return this.rows === 'nothing to look at' ? undefined : this.rows;
  }

  private makeRowMasker(): RowMasker | 'nothing to look at' {
    const fields = (this.fields ??= this.described?.fields);
    if (fields === undefined)
      throw new ProtocolError('unexpected', 'rows of a result that was not described');
    const { formats } = this;
    const shapes = fields.map(({ dataType, format }, i) => ({
      dataType,
      format: formats === undefined ? format : formatOf(formats, i),
    }));
    const looks = looksOf(shapes, this.exempt(fields.length), this.own);
    if (!looks.some(looksAt)) return 'nothing to look at';
    return new RowMasker(looks, this.own, this.detection, this.treatment);
  }
}
