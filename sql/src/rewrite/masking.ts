import type { Mask } from '../mask.js';
import type { ColumnType } from './column-type.js';

/** One mask at work: the raw value as SQL, its type, the installation's key. */
export interface Masking {
  readonly value: string;
  readonly type: ColumnType;
  readonly key: Uint8Array;
}

export type MaskKind = Mask extends infer M ? (M extends object ? keyof M : never) : never;

export const kindOf = (mask: Mask): MaskKind | undefined =>
  Object.keys(mask)[0] as MaskKind | undefined;

/** A policy's number as a whole one within bounds, whatever it is. */
export const whole = (n: number, least: number, most: number): number =>
  Number.isFinite(n) ? Math.min(Math.max(Math.trunc(n), least), most) : least;
