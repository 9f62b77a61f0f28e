import { Text } from './bytes.js';
import type { Detection } from './detection.js';
import { Hits } from './hits.js';
import type { Look, OwnTypes } from './look.js';
import { maskFound } from './mask.js';
import { Parts } from './parts.js';
import { needsLook } from './prefilter.js';
import { scan } from './scan.js';

const nothing = Buffer.alloc(0);

/**
 * What becomes of a find:
 * - `copy`: it is masked in a copy of the range, made at the first find; the buffer is never written to
 * - `in-place`: it is masked where it stands
 * - `count`: it is counted
 */
export type Treatment = 'copy' | 'in-place' | 'count';

/** Masks values inside of a buffer, and counts. Masks keep lengths, so all else in it stays where it was. */
export class Rewriting {
  private readonly detection: Detection;
  private readonly parts: Parts;
  private readonly text = new Text();
  private readonly copied = new Text();
  private readonly hits = new Hits();
  private source: Buffer = nothing;
  private from = 0;
  private to = 0;
  private out: Buffer | undefined;
  private readonly treatment: Treatment;

  constructor(detection: Detection, own?: OwnTypes, treatment: Treatment = 'copy') {
    this.detection = detection;
    this.treatment = treatment;
    this.parts = new Parts((from, to) => this.find(from, to), own);
  }

  begin(source: Buffer, from: number, to: number): void {
    this.source = source;
    this.from = from;
    this.to = to;
    this.out = undefined;
  }

  /** @throws ProtocolError `malformed` */
  value(column: number, look: Look, from: number, to: number): void {
    if (look === 'skip' || look === 'opaque') return;
    this.detection.looked(column);
    this.hits.clear();
    if (look === 'text') this.find(from, to);
    else this.parts.walk(this.source, from, to, look);
    if (this.hits.count === 0) return;
    this.detection.found(column, this.hits);
    this.mask();
  }

  /** The range with masks; undefined: nothing was found in it, or it is not to be copied. */
  finish(): Buffer | undefined {
    const { out } = this;
    this.source = nothing;
    this.out = undefined;
    return out;
  }

  private find(from: number, to: number): void {
    if (needsLook(this.source, from, to)) scan(this.text.set(this.source, from, to), this.hits);
  }

  private mask(): void {
    if (this.treatment === 'count') return;
    const inPlace = this.treatment === 'in-place';
    const out = inPlace
      ? this.source
      : (this.out ??= Buffer.from(this.source.subarray(this.from, this.to)));
    const shift = inPlace ? 0 : this.from;
    this.copied.set(out, 0, out.length);
    this.hits.each((what, from, to) => maskFound(this.copied, what, from - shift, to - shift));
  }
}
