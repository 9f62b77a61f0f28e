import type { Field } from '../wire/backend/row-description.js';
import type { Format } from '../wire/fields.js';

/** What the server says, or is about to say, of the columns of a result. */
export class Described {
  /** undefined: its answer has not come */
  fields: readonly Field[] | undefined;
  /** in which cycle, counted by ReadyForQuery, it was asked */
  readonly cycle: number;

  constructor(cycle: number) {
    this.cycle = cycle;
  }

  /**
   * Is the answer known, or does it come before that to anything sent now? Within a cycle a Describe that fails has
   * the rest skipped.
   */
  knownIn(cycle: number): boolean {
    return this.fields !== undefined || this.cycle === cycle;
  }
}

/** The result formats of a Bind. @param values as `Bind.values`; undefined: they cannot be read */
export function resultFormats(values: Buffer): readonly Format[] | undefined {
  let at = 0;
  const uint16 = (): number => {
    const value = at + 2 <= values.length ? values.readUInt16BE(at) : NaN;
    at += 2;
    return value;
  };
  const codes = uint16();
  at += 2 * codes;
  const count = uint16();
  for (let i = 0; i < count; i += 1) {
    if (!(at + 4 <= values.length)) return undefined;
    const length = values.readInt32BE(at);
    at += 4 + Math.max(length, 0);
  }
  const formats: Format[] = [];
  const results = uint16();
  if (!(at + 2 * results === values.length)) return undefined;
  for (let i = 0; i < results; i += 1) {
    const code = uint16();
    if (code !== 0 && code !== 1) return undefined;
    formats.push(code);
  }
  return formats;
}

/** No code: all text; one: of all columns; otherwise one a column. Protocol 3.0, "Bind". */
export const formatOf = (formats: readonly Format[], column: number): Format =>
  (formats.length === 1 ? formats[0] : formats[column]) ?? 0;
